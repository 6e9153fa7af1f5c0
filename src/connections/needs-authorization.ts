import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Ends a grant whose token the MCP server refuses: erased, with the reason. Only if it still is that token: a newer
 * one, or a new grant, stays.
 */
export async function markNeedsAuthorization(
  em: EntityManager,
  { grantId, generation }: { grantId: string; generation: number },
): Promise<void> {
  await em.fork().execute(
    `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null, refresh_token = null,
       expires_at = null, expires_in = null, generation = generation + 1,
       failure_code = 'REFUSED_BY_MCP_SERVER', failure_at = now(),
       failure_reason = 'The MCP server does not accept the token any more.', updated_at = now()
     where id = ? and generation = ?`,
    [grantId, generation],
    'run',
  );
}
