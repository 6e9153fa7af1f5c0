import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditDetail } from '../../audit/audit-event.entity.js';
import { recordAuditEvent } from '../../audit/record-audit-event.js';
import { actorOf, type Viewer } from '../../identity/viewer.js';

/** Something that a person does in this transaction to their own connection. */
export interface AccountEvent {
  action: 'MCP_SERVER_CONNECTED' | 'MCP_SERVER_CONNECT_FAILED' | 'MCP_SERVER_DISCONNECTED';
  server: { id: string; displayName: string };
  detail?: AuditDetail;
}

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

/** A server as it is called now; null where there is none. */
export async function findNamedServer(
  em: EntityManager,
  id: string,
): Promise<{ id: string; displayName: string; enabled: boolean } | null> {
  const [server] = await em.execute<{ id: string; displayName: string; enabled: boolean }[]>(
    'select id, display_name as "displayName", enabled from mcp_server_configs where id = ?',
    [id],
  );
  return server ?? null;
}
