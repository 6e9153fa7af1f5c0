import type { EntityManager } from '@mikro-orm/postgresql';
import { background, recordAuditEvent } from '../../audit/record-audit-event.js';
import type { ConnectedAccountFailureCode } from './connected-account.entity.js';

/** Whose grant it is, and where. */
export interface AccountOwner {
  userId: string;
  serverId: string;
}

/**
 * Records what became of a grant without anybody having asked for it, in the transaction that does it. Nothing is
 * recorded of a grant whose person or server is gone.
 */
export async function recordAccountFailure(
  em: EntityManager,
  action: 'ACCOUNT_ENDED' | 'ACCOUNT_REFRESH_FAILED',
  { userId, serverId }: AccountOwner,
  reason: ConnectedAccountFailureCode,
): Promise<void> {
  const [names] = await em.execute<{ serverName: string; email: string }[]>(
    `select c.display_name as "serverName", u.email from mcp_server_configs c, users u where c.id = ? and u.id = ?`,
    [serverId, userId],
  );
  if (!names) return;
  await recordAuditEvent(em, {
    action,
    actor: background,
    subject: { type: 'MCP_SERVER_CONFIG', id: serverId, name: names.serverName },
    affectedUser: { id: userId, email: names.email },
    detail: { reason },
  });
}
