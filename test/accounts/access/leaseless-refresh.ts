import type { EntityManager } from '@mikro-orm/postgresql';
import * as real from '../../../src/accounts/access/refresh-lease.js';
import type { AccountToken } from '../../../src/accounts/store/account-tokens.js';

export * from '../../../src/accounts/access/refresh-lease.js';

/** Takes the lease even if another caller holds it. Shows what the product does without leases. */
export async function takeRefreshLease(
  em: EntityManager,
  token: AccountToken,
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
