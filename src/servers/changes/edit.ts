import type { EntityManager } from '@mikro-orm/postgresql';
import type { DroppedAccounts } from '../../identity/account-ending.js';
import { actorOf } from '../../identity/viewer.js';
import {
  changesClient,
  changesCompatibility,
  changedFields,
  clearedFields,
  invalidatesAccounts,
  noClientFailure,
} from '../settings/change-effects.js';
import type { UpdateServerInput } from '../settings/server-input.js';
import { columnsOf, editedSettings } from '../settings/server-settings.js';
import { oauth2CallbackUrl } from '../store/oauth2-client.js';
import { unknownServer } from '../store/server-errors.js';
import { lockStoredServer } from '../store/stored-server.js';
import type { VisibleServer } from '../store/visible-servers.js';
import type { ServersDeps } from './servers-deps.js';
import { changedMeanwhile, writeServer } from './write-server.js';

/** The effect of an edit. Fields have the names of GraphQL. */
export interface EditEffect {
  /** The number of connected accounts that the edit drops. */
  disconnects: number;
  /** The fields that the edit clears without naming them. */
  clearedFields: string[];
  /** All fields that the edit changes. */
  changedFields: string[];
}

/** The result of an edit. */
export interface ServerChange extends EditEffect {
  /** The server after the edit. */
  server: VisibleServer;
}

/**
 * Edits a server under its row's lock and drops the accounts that the edit invalidates. They are revoked after the
 * commit. Nothing is discovered or registered. An edit to the stored values changes nothing and is not recorded.
 * @throws NOT_FOUND, BAD_USER_INPUT, CONFLICT
 */
export async function editServer(
  deps: ServersDeps,
  id: string,
  input: UpdateServerInput,
): Promise<ServerChange> {
  const drop = (tx: EntityManager) => deps.accountEnding.dropForServer(tx, id);
  const { change, dropped, endSessions } = await deps.em.transactional(async (tx) => {
    const { effect, dropped } = await edit(tx, deps, id, input, drop);
    const endSessions =
      effect.changedFields.length > 0 && (await deps.accountEnding.endSessionsForServer(tx, id));
    const [server] = await deps.visibleServers.find({ viewer: deps.viewer, tx }, { id });
    if (!server) throw unknownServer();
    return { change: { ...effect, server }, dropped, endSessions };
  });
  if (endSessions) void endSessions();
  await dropped.revoke();
  return change;
}

/** Carries the effect of an edit out of the transaction that it rolls back. */
class Preview extends Error {
  constructor(readonly effect: EditEffect) {
    super('The preview of an edit was rolled back.');
  }
}

/**
 * Returns the effect that `editServer` would have. It makes the edit and rolls it back, so that the same rules, CHECKs and
 * conflicts apply. Accounts are counted and kept.
 * @throws NOT_FOUND, BAD_USER_INPUT, CONFLICT
 */
export async function previewEdit(
  deps: ServersDeps,
  id: string,
  input: UpdateServerInput,
): Promise<EditEffect> {
  const count = async (tx: EntityManager) => ({
    ...nothingDropped,
    count: await deps.accountEnding.countForServer(tx, id),
  });
  try {
    return await deps.em.transactional(async (tx) => {
      const { effect } = await edit(tx, deps, id, input, count);
      throw new Preview(effect);
    });
  } catch (error) {
    if (error instanceof Preview) return error.effect;
    throw error;
  }
}

async function edit(
  em: EntityManager,
  deps: ServersDeps,
  id: string,
  input: UpdateServerInput,
  drop: (em: EntityManager) => Promise<DroppedAccounts>,
): Promise<{ effect: EditEffect; dropped: DroppedAccounts }> {
  const stored = await lockStoredServer(em, id);
  if (input.version != null && input.version !== stored.version) throw changedMeanwhile('version');
  const settings = editedSettings(stored, input, {
    addresses: deps.outbound,
    redirectUri: oauth2CallbackUrl(deps.publicUrl, stored.id),
  });
  const columns = { ...columnsOf(settings), ...(changesClient(stored, settings) && noClientFailure) };
  const dropped = invalidatesAccounts(stored, columns) ? await drop(em) : nothingDropped;
  // Disabling keeps accounts, so that enabling the server again disconnects no user. It cancels authorizations in
  // progress, and so does a change of the settings that they were started with.
  const cancelsFlows = (stored.enabled && !columns.enabled) || changesCompatibility(stored, columns);
  if (cancelsFlows) await deps.accountEnding.cancelFlowsForServer(em, stored.id);
  await writeServer(em, deps.vault, stored, {
    action: 'MCP_SERVER_CONFIG_UPDATED',
    actor: actorOf(deps.viewer),
    updatedBy: deps.viewer.userId,
    columns,
    auth: settings.auth,
    disconnected: dropped.count,
  });
  const effect = {
    disconnects: dropped.count,
    clearedFields: clearedFields(stored, settings, input),
    changedFields: changedFields(stored, columns, settings.auth),
  };
  return { effect, dropped };
}

/** The result of a change that keeps every account. */
const nothingDropped: DroppedAccounts = {
  count: 0,
  revoke: async () => ({ revoked: 0, pending: 0, failed: 0, error: null, remark: null }),
};
