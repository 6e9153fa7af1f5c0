import type { EntityManager } from '@mikro-orm/postgresql';
import { ConnectionGrants, type ConnectionGrantsDeps } from '../store/account-ending.js';
import { recordGrantFailure } from '../store/account-failure-audit.js';

/**
 * Ends a grant whose token the MCP server refuses: erased, with the reason, and one entry in the audit log. Only if it
 * still is that token: a newer one, or a new grant, stays. What the provider may still hold good is revoked there: the
 * refresh token usually is, and nobody has it any more.
 */
export async function markNeedsAuthorization(
  { em, ...deps }: ConnectionGrantsDeps & { em: EntityManager },
  token: { grantId: string; generation: number },
): Promise<void> {
  const ended = await em.fork().transactional(async (em) => {
    const ended = await new ConnectionGrants(deps).endRefused(em, token);
    if (ended) await recordGrantFailure(em, 'CONNECTION_ENDED', ended.owner, 'REFUSED_BY_MCP_SERVER');
    return ended;
  });
  await ended?.revoke();
}
