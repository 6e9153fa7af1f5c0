import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { queries } from '../../database/queries.js';
import type { TokenSet } from '../../oauth2/requests/tokens.js';
import type { Vault } from '../../secrets/vault.js';
import { lifetimeColumns, sealTokens } from './account-tokens.js';
import { ConnectedAccountSchema } from './connected-account.entity.js';

/** The values of the authorization request. */
export interface RequestedAuthorization {
  issuer: string;
  resource: string;
  scope: string;
}

/**
 * Stores the token set of an authorization as the user's account at the server. Call it in a transaction: the account's
 * row stays locked until it ends. Sealing under the lock takes only processor time.
 *
 * Reconnecting keeps the row and its id, which the tokens are sealed to. It replaces every other column, and raises
 * `generation`, so that a writer that read the earlier tokens (a refresh under way) misses. The challenged scope stays,
 * and each new authorization counts as an attempt to get it.
 */
export async function connectAccount(
  tx: EntityManager,
  vault: Vault,
  owner: { userId: string; serverId: string },
  tokens: TokenSet,
  requested: RequestedAuthorization,
): Promise<void> {
  const db = queries(tx, ConnectedAccountSchema);
  const now = sql<Date>`now()`;
  for (;;) {
    const existing = await db
      .selectFrom('ConnectedAccount')
      .select('id')
      .where('userId', '=', owner.userId)
      .where('serverId', '=', owner.serverId)
      .forUpdate()
      .executeTakeFirst();
    const id = existing?.id ?? uuidv7();
    const columns = {
      ...(await sealTokens(vault, id, tokens)),
      ...lifetimeColumns(tokens.expiresAt),
      tokenType: tokens.tokenType,
      // The token endpoint omits a scope that equals the requested one (RFC 6749 section 5.1).
      scope: tokens.scope ?? requested.scope,
      issuer: requested.issuer,
      resource: requested.resource,
      status: 'CONNECTED' as const,
      createdAt: now,
      updatedAt: now,
    };
    if (existing) {
      await db
        .updateTable('ConnectedAccount')
        .set((eb) => ({
          ...columns,
          generation: eb('generation', '+', 1),
          failureCode: null,
          failureReason: '',
          failureAt: null,
          refreshLeaseId: null,
          refreshLeaseUntil: null,
          refreshNotBefore: null,
          refreshFailures: 0,
          stepUps: eb
            .case()
            .when('challengedScope', 'is', null)
            .then(0)
            .else(eb('stepUps', '+', 1))
            .end(),
          lastRefreshedAt: null,
          lastUsedAt: null,
        }))
        .where('id', '=', id)
        .execute();
      return;
    }
    const inserted = await db
      .insertInto('ConnectedAccount')
      .values({ id, ...owner, ...columns })
      .onConflict((conflict) => conflict.columns(['serverId', 'userId']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (inserted) return;
    // Another callback has inserted the account since. The tokens are sealed again, to its id.
  }
}
