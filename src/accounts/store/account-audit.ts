import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditDetail } from '../../audit/audit-event.entity.js';
import { background, recordAuditEvent } from '../../audit/record-audit-event.js';
import { queries } from '../../database/queries.js';
import { UserSchema } from '../../identity/store/user.entity.js';
import { actorOf, type Viewer } from '../../identity/viewer.js';
import { McpServerConfig, McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import type { ConnectedAccountFailureCode } from './connected-account.entity.js';

/** An action of the viewer on their own account, in the current transaction. */
export interface AccountEvent {
  action: 'MCP_SERVER_CONNECTED' | 'MCP_SERVER_CONNECT_FAILED' | 'MCP_SERVER_DISCONNECTED';
  server: { id: string; displayName: string };
  detail?: AuditDetail;
}

/** Records an action of the viewer on their own account. */
export async function recordAccountEvent(
  tx: EntityManager,
  viewer: Viewer,
  { action, server, detail = {} }: AccountEvent,
): Promise<void> {
  await recordAuditEvent(tx, {
    action,
    actor: actorOf(viewer),
    subject: { type: 'MCP_SERVER_CONFIG', id: server.id, name: server.displayName },
    affectedUser: { id: viewer.userId, email: viewer.email },
    detail,
  });
}

/**
 * Records what happened to an account without a request of its user, in the transaction that does it. Records nothing
 * when the user or the server is gone.
 */
export async function recordAccountChange(
  tx: EntityManager,
  action: 'ACCOUNT_ENDED' | 'ACCOUNT_REFRESH_FAILED' | 'ACCOUNT_RECOVERED',
  { userId, serverId }: { userId: string; serverId: string },
  reason: ConnectedAccountFailureCode | null,
): Promise<void> {
  const names = await queries(tx, McpServerConfigSchema, UserSchema)
    .selectFrom(['McpServerConfig as s', 'User as u'])
    .select(['s.displayName', 'u.email'])
    .where('s.id', '=', serverId)
    .where('u.id', '=', userId)
    .executeTakeFirst();
  if (!names) return;
  await recordAuditEvent(tx, {
    action,
    actor: background,
    subject: { type: 'MCP_SERVER_CONFIG', id: serverId, name: names.displayName },
    affectedUser: { id: userId, email: names.email },
    detail: reason === null ? {} : { reason },
  });
}

/** Returns a server's current name, or null for an unknown server. */
export async function findNamedServer(
  em: EntityManager,
  id: string,
): Promise<{ id: string; displayName: string; enabled: boolean } | null> {
  return em.findOne(McpServerConfig, id, {
    fields: ['displayName', 'enabled'],
    disableIdentityMap: true,
  });
}
