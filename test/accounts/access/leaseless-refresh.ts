import type { EntityManager } from '@mikro-orm/postgresql';
import * as real from '../../../src/accounts/access/refresh-lease.js';

export {
  coversRequest,
  findLeaseState,
  leaseMs,
  releaseRefreshLease,
} from '../../../src/accounts/access/refresh-lease.js';

/** A lease that anybody gets at any time: what the product would be without one. */
export async function takeRefreshLease(
  em: EntityManager,
  token: real.AccountToken,
): Promise<real.RefreshLease | null> {
  await em
    .fork()
    .execute(
      'update mcp_server_user_tokens set refresh_lease_id = null, refresh_lease_until = null where id = ?',
      [token.id],
      'run',
    );
  return real.takeRefreshLease(em, token);
}
