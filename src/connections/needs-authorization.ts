import type { EntityManager } from '@mikro-orm/postgresql';
import { recordGrantFailure, type GrantOwner } from './grant-audit.js';

/**
 * Ends a grant whose token the MCP server refuses: erased, with the reason, and one entry in the audit log. Only if it
 * still is that token: a newer one, or a new grant, stays.
 */
export async function markNeedsAuthorization(
  em: EntityManager,
  { grantId, generation }: { grantId: string; generation: number },
): Promise<void> {
  await em.fork().transactional(async (em) => {
    const [owner] = await em.execute<GrantOwner[]>(
      `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null, refresh_token = null,
         expires_at = null, expires_in = null, generation = generation + 1,
         failure_code = 'REFUSED_BY_MCP_SERVER', failure_at = now(),
         failure_reason = 'The MCP server does not accept the token any more.', updated_at = now()
       where id = ? and generation = ?
       returning user_id as "userId", mcp_server_config_id as "mcpServerConfigId"`,
      [grantId, generation],
    );
    if (owner) await recordGrantFailure(em, 'CONNECTION_ENDED', owner, 'REFUSED_BY_MCP_SERVER');
  });
}
