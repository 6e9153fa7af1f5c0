import { raw, type RequiredEntityData } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import { actorOf } from '../../identity/viewer.js';
import { describeFailure } from '../../log.js';
import { isManual, type OAuth2Auth } from '../settings/oauth2-settings.js';
import { authColumns, secretsOf } from '../settings/server-auth.js';
import type { CreateServerInput } from '../settings/server-input.js';
import { columnsOf, newSettings, type ServerSettings } from '../settings/server-settings.js';
import { storeClientRegistration } from '../store/client-states.js';
import { McpServerConfig } from '../store/mcp-server-config.entity.js';
import { oauth2CallbackUrl } from '../store/oauth2-client.js';
import { sealSecrets } from '../store/server-secrets.js';
import { setUpOAuth2 } from './discover.js';
import { recordServerWrite } from './server-audit.js';
import type { ServersDeps } from './servers-deps.js';
import { changedMeanwhile, refusingTaken } from './write-server.js';

/** The version of a server that has not been edited. */
const firstVersion = 1;

/**
 * Stores a new server and returns its id. If its OAuth settings have to be discovered or registered, the row is inserted
 * first, disabled. Its unique slug reserves the server: only one of several concurrent creations contacts the provider, and
 * no transaction is open during requests. Then the row is completed, or deleted if that fails.
 * @throws BAD_USER_INPUT, CONFLICT, DISCOVERY_FAILED, RATE_LIMITED
 */
export async function createServer(deps: ServersDeps, input: CreateServerInput): Promise<string> {
  const id = newId(input.id);
  const settings = newSettings(input, {
    addresses: deps.outbound,
    redirectUri: oauth2CallbackUrl(deps.publicUrl, id),
  });
  const { auth } = settings;
  if (auth.authType !== 'OAUTH2' || isManual(auth)) {
    await refusingTaken(() =>
      deps.em.transactional(async (em) => {
        await insertServer(em, deps, id, settings);
        await recordCreation(em, deps, id, settings);
      }),
    );
  } else {
    await refusingTaken(() => insertServer(deps.em, deps, id, { ...settings, enabled: false }));
    await completeServer(deps, id, settings, auth);
  }
  return id;
}

/** Returns the id in lower case, as PostgreSQL writes it, because secrets are sealed for the row's id. */
function newId(given: string | null | undefined): string {
  if (given === undefined || given === null) return uuidv7();
  return given.toLowerCase();
}

/** Records the creation of a complete server. A reservation that is deleted again is not recorded. */
async function recordCreation(
  em: EntityManager,
  { viewer }: ServersDeps,
  id: string,
  settings: ServerSettings,
): Promise<void> {
  await recordServerWrite(em, {
    action: 'MCP_SERVER_CONFIG_CREATED',
    actor: actorOf(viewer),
    id,
    before: null,
    columns: columnsOf(settings),
    auth: settings.auth,
  });
}

async function insertServer(
  em: EntityManager,
  deps: ServersDeps,
  id: string,
  settings: ServerSettings,
): Promise<void> {
  const row = {
    id,
    ...columnsOf(settings),
    ...(await sealSecrets(deps.vault, id, secretsOf(settings.auth))),
    version: firstVersion,
    createdBy: deps.viewer.userId,
    updatedBy: deps.viewer.userId,
    createdAt: raw('now()'),
    updatedAt: raw('now()'),
  };
  // The type requires the generated columns, which no insert may name.
  await em.insert(McpServerConfig, row as RequiredEntityData<McpServerConfig>);
}

/** Completes a reserved row that has not been edited. Deletes it if anything fails. */
async function completeServer(
  deps: ServersDeps,
  id: string,
  settings: ServerSettings,
  given: OAuth2Auth,
): Promise<void> {
  const { em, viewer, vault, discoveryLimit } = deps;
  try {
    const found = await discoveryLimit.run(viewer.userId, () =>
      setUpOAuth2({ id, url: settings.url }, given, deps),
    );
    const auth = { authType: 'OAUTH2' as const, ...found.auth };
    const sealed = await sealSecrets(vault, id, secretsOf(auth));
    await em.transactional(async (em) => {
      const completed = await em.nativeUpdate(
        McpServerConfig,
        { id, version: firstVersion },
        { ...authColumns(auth), ...sealed, enabled: settings.enabled },
      );
      if (completed === 0) throw changedMeanwhile('id');
      if (found.management) {
        const client = { serverId: id, clientId: auth.oauth2ClientId };
        await storeClientRegistration(em, vault, client, found.management);
      }
      await recordCreation(em, deps, id, { ...settings, auth });
    });
  } catch (error) {
    await releaseReservation(deps, id);
    throw error;
  }
}

/** Deletes the row. Never throws, so that the caller gets the first error. A row that stays is visible and disabled. */
async function releaseReservation({ em, log }: ServersDeps, id: string): Promise<void> {
  try {
    await em.nativeDelete(McpServerConfig, { id, version: firstVersion });
  } catch (error) {
    log.error(
      { serverId: id, failure: describeFailure(error) },
      'Incomplete MCP server could not be deleted; left disabled',
    );
  }
}
