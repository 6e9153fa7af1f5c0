import type { EntityManager } from '@mikro-orm/postgresql';
import { background, recordAuditEvent } from '../../audit/record-audit-event.js';
import type { GrantFailureCode } from './connected-account.entity.js';

/** Whose grant it is, and where. */
export interface GrantOwner {
  userId: string;
  mcpServerConfigId: string;
}

/**
 * Records what became of a grant without anybody having asked for it, in the transaction that does it. Nothing is
 * recorded of a grant whose person or server is gone.
 */
export async function recordGrantFailure(
  em: EntityManager,
  action: 'CONNECTION_ENDED' | 'CONNECTION_REFRESH_FAILED',
  { userId, mcpServerConfigId }: GrantOwner,
  reason: GrantFailureCode,
): Promise<void> {
  const [names] = await em.execute<{ serverName: string; email: string }[]>(
    `select c.display_name as "serverName", u.email from mcp_server_configs c, users u where c.id = ? and u.id = ?`,
    [mcpServerConfigId, userId],
  );
  if (!names) return;
  await recordAuditEvent(em, {
    action,
    actor: background,
    subject: { type: 'MCP_SERVER_CONFIG', id: mcpServerConfigId, name: names.serverName },
    affectedUser: { id: userId, email: names.email },
    detail: { reason },
  });
}
