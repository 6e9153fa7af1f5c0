import { UniqueConstraintViolationException, raw } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { actorOf, type Viewer } from '../../identity/viewer.js';
import { background } from '../../audit/record-audit-event.js';
import { conflict, type SwitchboardError } from '../../errors.js';
import type { AccountEnding } from '../../identity/account-ending.js';
import type { Vault } from '../../secrets/vault.js';
import {
  changesServer,
  invalidatesAccounts,
  isRenewal,
  noClientFailure,
  type ServerWriteColumns,
} from '../settings/change-effects.js';
import { authColumns, secretsOf } from '../settings/server-auth.js';
import { storeClientRegistration } from '../store/client-states.js';
import { McpServerConfig } from '../store/mcp-server-config.entity.js';
import { sealSecrets } from '../store/server-secrets.js';
import { lockStoredServer, type StoredServer } from '../store/stored-server.js';
import type { OAuth2Setup } from './discover.js';
import { recordServerWrite, type ServerWrite } from './server-audit.js';

/** Returns the error for a server that was changed between reading and writing. The path is what names the read state. */
export function changedMeanwhile(path: 'id' | 'version'): SwitchboardError {
  return conflict(
    'This MCP server has been changed in the meantime. Read it again and repeat your change.',
    path,
  );
}

/**
 * Runs a write that may meet a taken slug or id. Only the database can tell, because two concurrent checks would both
 * find it free.
 * @throws CONFLICT that names the taken field
 */
export async function refusingTaken<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    const { constraint } = error as { constraint?: string };
    if (constraint === 'mcp_server_configs_slug_unique') {
      throw conflict('Another MCP server has this slug.', 'slug');
    }
    if (constraint === 'mcp_server_configs_pkey') {
      throw conflict('Another MCP server has this id.', 'id');
    }
    throw error;
  }
}

/** A change of a stored server. */
export interface ServerChangeWrite extends Pick<ServerWrite, 'action' | 'actor' | 'auth' | 'disconnected'> {
  columns: Partial<ServerWriteColumns>;
  updatedBy: string | null;
}

/**
 * Writes a change of a server whose row is locked in this transaction, and records it. A change to the stored values
 * writes and records nothing. The caller drops the accounts that the change invalidates first, because the row names the
 * client that they belong to.
 * @throws CONFLICT for a taken slug
 */
export async function writeServer(
  tx: EntityManager,
  vault: Vault,
  stored: StoredServer,
  { columns, auth, updatedBy, ...event }: ServerChangeWrite,
): Promise<void> {
  if (!changesServer(stored, columns, auth)) return;
  const change = {
    ...columns,
    ...(await sealSecrets(vault, stored.id, secretsOf(auth))),
    version: stored.version + 1,
    updatedBy,
    updatedAt: raw('now()'),
  };
  await refusingTaken(() => tx.nativeUpdate(McpServerConfig, { id: stored.id }, change));
  await recordServerWrite(tx, { ...event, id: stored.id, before: stored, columns, auth });
}

/** A registration that replaces a server's stored one. */
export interface NewRegistration {
  /** The server that discovery and registration started from. */
  stored: StoredServer;
  found: OAuth2Setup;
  action: Extract<
    ServerWrite['action'],
    'MCP_SERVER_OAUTH2_CLIENT_REGISTERED' | 'MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED'
  >;
  /** The administrator who asked for it; null for Switchboard itself. */
  viewer: Viewer | null;
}

/**
 * Writes a new registration, unless the server was changed since it was read. A registration with the stored results
 * writes and records nothing. Accounts of another issuer or endpoint are dropped in the same transaction, and revoked after
 * the commit. A new client of the same authorization server keeps them, because many providers let it refresh their tokens:
 * an account ends when its own refresh is refused.
 * @param onWritten runs after the commit, before the accounts are revoked
 * @throws CONFLICT if the server was changed in the meantime, NOT_FOUND
 */
export async function applyRegistration(
  { em, vault, accountEnding }: { em: EntityManager; vault: Vault; accountEnding: AccountEnding },
  { stored, found, action, viewer }: NewRegistration,
  onWritten: () => void = () => {},
): Promise<void> {
  const auth = { authType: 'OAUTH2' as const, ...found.auth };
  const columns = { ...authColumns(auth), ...noClientFailure };
  const dropped = await em.transactional(async (tx) => {
    const locked = await lockStoredServer(tx, stored.id);
    if (locked.version !== stored.version) throw changedMeanwhile('id');
    const keepsAccounts = isRenewal(locked, columns) || !invalidatesAccounts(locked, columns);
    const dropped = keepsAccounts ? null : await accountEnding.dropForServer(tx, locked.id);
    await writeServer(tx, vault, locked, {
      action,
      actor: viewer ? actorOf(viewer) : background,
      updatedBy: viewer ? viewer.userId : locked.updatedBy,
      columns,
      auth,
      disconnected: dropped?.count ?? 0,
    });
    if (found.management) {
      const client = { serverId: locked.id, clientId: auth.oauth2ClientId };
      await storeClientRegistration(tx, vault, client, found.management);
    }
    return dropped;
  });
  onWritten();
  await dropped?.revoke();
}
