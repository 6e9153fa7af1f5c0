import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Ends a grant whose token is refused: erased, with the reason in our own words (at most 400 characters). Only if it
 * still is that token: a newer one, or a new grant, stays.
 */
export async function markNeedsAuthorization(
  em: EntityManager,
  { grantId, generation }: { grantId: string; generation: number },
  reason: string,
): Promise<void> {
  await em.fork().execute(
    `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null, refresh_token = null,
       generation = generation + 1, failure_reason = ?, updated_at = now()
     where id = ? and generation = ?`,
    [reason, grantId, generation],
    'run',
  );
}
