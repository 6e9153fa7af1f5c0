import type { EntityManager } from '@mikro-orm/postgresql';
import type { DroppedAccounts } from '../../identity/account-ending.js';
import { actorOf } from '../../identity/viewer.js';
import type { Vault } from '../../secrets/vault.js';
import { McpServerConfig } from '../store/mcp-server-config.entity.js';
import { sealSecrets } from '../settings/seal-secrets.js';
import type { ServerAuth } from '../settings/server-auth.js';
import {
  changesClient,
  changesCompatibility,
  clearedFields,
  columnsOf,
  invalidatesAccounts,
  noClientFailure,
  type SettingsColumns,
} from '../settings/server-change.js';
import { changedMeanwhile, refusingTaken } from './conflicts.js';
import { recordServerWrite } from './server-audit.js';
import type { UpdateServerInput } from '../settings/server-input.js';
import { oauth2CallbackUrl, selectServerRows, type ServerRow } from '../store/server-row.js';
import { editedSettings } from '../settings/server-rules.js';
import type { ServersDeps } from './servers-deps.js';
import { lockStoredServer, type StoredServer } from '../store/stored-server.js';
import { unknownServer } from '../store/server-errors.js';

/** What an edit did, or would do. */
export interface ServerChange {
  /** The server after the edit. */
  config: ServerRow;
  /** How many people lose their connection. */
  disconnects: number;
  /** Fields that became empty without being named, by the names of GraphQL. */
  clearedFields: string[];
}

/**
 * Edits a server under its row's lock, drops the grants that the edit invalidates, and revokes them once it is
 * committed. Nothing is discovered or registered.
 * @throws NOT_FOUND, BAD_USER_INPUT, CONFLICT
 */
export async function editServer(
  deps: ServersDeps,
  id: string,
  input: UpdateServerInput,
): Promise<ServerChange> {
  const drop = (em: EntityManager) => deps.accountEnding.dropForServer(em, id);
  const { change, dropped } = await deps.em.transactional((em) => edit(em, deps, id, input, drop));
  await dropped.revoke();
  return change;
}

/** Carries a dry run's answer out of the transaction that it undoes. */
class Undone extends Error {
  constructor(readonly change: ServerChange) {
    super('A dry run was rolled back.');
  }
}

/**
 * What `editServer` would answer: the edit is really made and then rolled back, so that the same rules, CHECKs and
 * conflicts speak. Grants are counted and left alone.
 * @throws NOT_FOUND, BAD_USER_INPUT, CONFLICT
 */
export async function tryEdit(
  deps: ServersDeps,
  id: string,
  input: UpdateServerInput,
): Promise<ServerChange> {
  const count = async (em: EntityManager) => ({
    ...nothingDropped,
    count: await deps.accountEnding.countForServer(em, id),
  });
  try {
    return await deps.em.transactional(async (em) => {
      const { change } = await edit(em, deps, id, input, count);
      throw new Undone(change);
    });
  } catch (error) {
    if (error instanceof Undone) return error.change;
    throw error;
  }
}

async function edit(
  em: EntityManager,
  deps: ServersDeps,
  id: string,
  input: UpdateServerInput,
  drop: (em: EntityManager) => Promise<DroppedAccounts>,
): Promise<{ change: ServerChange; dropped: DroppedAccounts }> {
  const stored = await lockStoredServer(em, id);
  if (input.version != null && input.version !== stored.version) throw changedMeanwhile();
  const settings = editedSettings(stored, input, {
    addresses: deps.outbound,
    redirectUri: oauth2CallbackUrl(deps.publicUrl, stored.id),
  });
  const columns = { ...columnsOf(settings), ...(changesClient(stored, settings) && noClientFailure) };
  const dropped = invalidatesAccounts(stored, columns) ? await drop(em) : nothingDropped;
  // People's connections stay, so that enabling the server again disconnects nobody; popups under way do not. Nor do they
  // go on by rules that an administrator has just changed.
  const endsFlows = (stored.enabled && !columns.enabled) || changesCompatibility(stored, columns);
  if (endsFlows) await deps.accountEnding.cancelFlowsForServer(em, stored.id);
  await writeServer(em, { ...deps, updatedBy: deps.viewer.userId }, stored, columns, settings.auth);
  await recordServerWrite(em, {
    action: 'MCP_SERVER_CONFIG_UPDATED',
    actor: actorOf(deps.viewer),
    id: stored.id,
    before: stored,
    columns,
    auth: settings.auth,
    disconnected: dropped.count,
  });
  const [config] = await selectServerRows({ ...deps, em }, [{ sql: 's.id = ?', values: [stored.id] }]);
  if (!config) throw unknownServer();
  const change: ServerChange = {
    config,
    disconnects: dropped.count,
    clearedFields: clearedFields(stored, settings, input),
  };
  return { change, dropped };
}

/**
 * Writes a change of a server (an administrator's, or a new registration) whose row is locked in this transaction. What
 * the change invalidates is the caller's to drop, before it: the row says which client the grants belong to.
 * @throws CONFLICT for a taken slug
 */
export async function writeServer(
  em: EntityManager,
  { vault, updatedBy }: { vault: Vault; updatedBy: string | null },
  { id, version }: StoredServer,
  columns: Partial<SettingsColumns & typeof noClientFailure>,
  auth: ServerAuth,
): Promise<void> {
  const change = {
    ...columns,
    ...(await sealSecrets(vault, id, auth)),
    version: version + 1,
    updatedBy,
    updatedAt: new Date(),
  };
  await refusingTaken(() => em.nativeUpdate(McpServerConfig, { id }, change));
}

/** What is dropped by a change that invalidates nothing. */
const nothingDropped: DroppedAccounts = {
  count: 0,
  revoke: async () => ({ revoked: 0, pending: 0, failed: 0, error: null }),
};
