import type { EntityManager } from '@mikro-orm/postgresql';
import { ConnectedAccountEnding, type ConnectedAccountEndingDeps } from '../store/account-ending.js';
import { recordAccountFailure } from '../store/account-failure-audit.js';

/**
 * Ends a grant whose token the MCP server refuses: erased, with the reason, and one entry in the audit log. Only if it
 * still is that token: a newer one, or a new grant, stays. What the provider may still hold good is revoked there: the
 * refresh token usually is, and nobody has it any more.
 */
export async function markNeedsAuthorization(
  { em, ...deps }: ConnectedAccountEndingDeps & { em: EntityManager },
  token: { accountId: string; generation: number },
): Promise<void> {
  const ended = await em.fork().transactional(async (em) => {
    const ended = await new ConnectedAccountEnding(deps).endRefused(em, token);
    if (ended) await recordAccountFailure(em, 'ACCOUNT_ENDED', ended.owner, 'REFUSED_BY_MCP_SERVER');
    return ended;
  });
  await ended?.revoke();
}
