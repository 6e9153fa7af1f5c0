import type { RequiredEntityData } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import { badUserInput } from '../../errors.js';
import { actorOf } from '../../identity/viewer.js';
import { describeFailure } from '../../log.js';
import { McpServerConfig } from '../store/mcp-server-config.entity.js';
import { isByHand, type OAuth2Auth } from '../settings/oauth2-settings.js';
import { setUpOAuth2 } from './discover.js';
import { sealSecrets } from '../settings/seal-secrets.js';
import { authColumns, columnsOf } from '../settings/server-change.js';
import { recordServerWrite } from './server-audit.js';
import { changedMeanwhile, refusingTaken } from './conflicts.js';
import type { CreateServerInput } from '../settings/server-input.js';
import { oauth2CallbackUrl } from '../store/server-row.js';
import { newSettings, type ServerSettings } from '../settings/server-rules.js';
import type { ServersDeps } from './servers-deps.js';
import { isUuid } from '../../uuid.js';

/** Nobody has edited the server yet. */
const firstVersion = 1;

/**
 * Stores a new server and answers its id. Where its OAuth settings have to be discovered or registered, the row comes
 * first, disabled: its unique slug is the reservation, so that of many who create it at once one alone asks the
 * provider, and no transaction spans the network. Then it is completed, or deleted if that fails.
 * @throws BAD_USER_INPUT, CONFLICT, DISCOVERY_FAILED, RATE_LIMITED
 */
export async function createServer(deps: ServersDeps, input: CreateServerInput): Promise<string> {
  const id = newId(input.id);
  const settings = newSettings(input, {
    addresses: deps.outbound,
    redirectUri: oauth2CallbackUrl(deps.publicUrl, id),
  });
  const { auth } = settings;
  if (auth.authType !== 'OAUTH2' || isByHand(auth)) {
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

/** In lower case, as PostgreSQL writes it: a secret sealed for this row has to find it again. */
function newId(given: string | null | undefined): string {
  if (given === undefined || given === null) return uuidv7();
  if (!isUuid(given)) throw badUserInput([{ path: 'id', message: 'must be a UUID' }]);
  return given.toLowerCase();
}

/** A server counts as created when it is complete: a reservation that is given up again is nobody's deed. */
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
  const now = new Date();
  const row = {
    id,
    ...columnsOf(settings),
    ...(await sealSecrets(deps.vault, id, settings.auth)),
    version: firstVersion,
    createdBy: deps.viewer.userId,
    updatedBy: deps.viewer.userId,
    createdAt: now,
    updatedAt: now,
  };
  // The generated `has…` columns are the database's own, which the row's type does not know.
  await em.insert(McpServerConfig, row as RequiredEntityData<McpServerConfig>);
}

/** Completes a reserved row, as long as nobody edited it; deletes it again if anything fails. */
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
    const auth = { authType: 'OAUTH2' as const, ...found };
    const sealed = await sealSecrets(vault, id, auth);
    await em.transactional(async (em) => {
      const completed = await em.nativeUpdate(
        McpServerConfig,
        { id, version: firstVersion },
        { ...authColumns(auth), ...sealed, enabled: settings.enabled },
      );
      if (completed === 0) throw changedMeanwhile();
      await recordCreation(em, deps, id, { ...settings, auth });
    });
  } catch (error) {
    await releaseReservation(deps, id);
    throw error;
  }
}

/** Never throws: what went wrong before is what the caller has to hear. A row that is left stays visible, disabled. */
async function releaseReservation({ em, log }: ServersDeps, id: string): Promise<void> {
  try {
    await em.nativeDelete(McpServerConfig, { id, version: firstVersion });
  } catch (error) {
    log.error(
      { serverId: id, failure: describeFailure(error) },
      'An MCP server that could not be completed could not be deleted either; it is left disabled.',
    );
  }
}
