import type { EntityManager } from '@mikro-orm/postgresql';
import { expressionBuilder, sql } from 'kysely';
import { nextAttempt, type BackOff } from '../../database/back-off.js';
import { queries, type Tables } from '../../database/queries.js';
import { recordAccountChange } from '../store/account-audit.js';
import { lifetimeColumns, neverRefused } from '../store/account-tokens.js';
import {
  ConnectedAccountSchema,
  type ConnectedAccountFailureCode,
} from '../store/connected-account.entity.js';
import { refreshLeases, type RefreshLease } from './refresh-lease.js';

/**
 * The token set of a refresh, sealed to the account's row. It is sealed once, so that its ciphertext tells this answer
 * from every other.
 */
export interface SealedTokenSet {
  accessToken: string;
  /** null: the previous one stays (RFC 6749 section 6). */
  refreshToken: string | null;
  tokenType: string;
  /** null: unchanged. */
  scope: string | null;
  expiresAt: Date | null;
}

/** Returns the condition that the lease is still held, for the token that it was taken for. Only its holder writes. */
function isHeldBy({ id, generation, leaseId }: RefreshLease) {
  const eb = expressionBuilder<Tables<typeof ConnectedAccountSchema>, 'ConnectedAccount'>();
  return eb.and({ id, generation, refreshLeaseId: leaseId });
}

/**
 * Stores new tokens in place of the earlier ones. The account can be used again, even if an earlier refresh was refused. It may be repeated when it is unknown whether the first attempt was
 * committed.
 * @returns SUPERSEDED when the user has reconnected or the account has newer tokens. GONE when the account was deleted or
 *   its tokens were erased, so that the new tokens must be revoked.
 */
export async function storeRefreshed(
  em: EntityManager,
  lease: RefreshLease,
  tokens: SealedTokenSet,
): Promise<'STORED' | 'SUPERSEDED' | 'GONE'> {
  const isStored = await em.fork().transactional(async (tx) => {
    const isStored = await replaceTokens(tx, lease, tokens);
    if (isStored && lease.wasRefused) await recordAccountChange(tx, 'ACCOUNT_RECOVERED', lease, null);
    return isStored;
  });
  if (isStored) return 'STORED';
  const account = await queries(em.fork(), ConnectedAccountSchema)
    .selectFrom('ConnectedAccount')
    .select('accessToken')
    .where('serverId', '=', lease.serverId)
    .where('userId', '=', lease.userId)
    .executeTakeFirst();
  if (!account || account.accessToken === null) return 'GONE';
  return account.accessToken === tokens.accessToken ? 'STORED' : 'SUPERSEDED';
}

async function replaceTokens(
  tx: EntityManager,
  lease: RefreshLease,
  tokens: SealedTokenSet,
): Promise<boolean> {
  const stored = await queries(tx, ConnectedAccountSchema)
    .updateTable('ConnectedAccount')
    .set((eb) => ({
      ...refreshLeases.released,
      ...lifetimeColumns(tokens.expiresAt),
      accessToken: tokens.accessToken,
      ...(tokens.refreshToken !== null && { refreshToken: tokens.refreshToken }),
      clientId: lease.clientId,
      clientIsPublic: lease.tokenAuthMethod === 'none',
      tokenType: tokens.tokenType,
      ...(tokens.scope !== null && { scope: tokens.scope }),
      generation: eb('generation', '+', 1),
      status: 'CONNECTED',
      failureCode: null,
      failureReason: '',
      failureAt: null,
      refreshNotBefore: null,
      ...neverRefused,
      lastRefreshedAt: sql<Date>`now()`,
      updatedAt: sql<Date>`now()`,
    }))
    .where(isHeldBy(lease))
    .executeTakeFirst();
  return stored.numUpdatedRows > 0n;
}

export interface PostponedRefresh {
  code: ConnectedAccountFailureCode;
  /** At most 400 characters, free of text from a remote party. */
  reason: string;
  backOff: BackOff;
  /** The delay that the token endpoint asks for, in seconds. */
  retryAfter: number | null;
  /** The error code of the provider if it is registered, otherwise ''. */
  oauth2Error: string;
  /** The provider's description, for administrators only. '' if there is none. */
  remoteMessage: string;
  httpStatus: number | null;
  /** The provider definitely refused. The account needs authorization as soon as its access token has expired. */
  isDefinite: boolean;
  /** The provider failed with an OAuth error. */
  isServerError: boolean;
}

/**
 * Keeps the tokens and postpones the next refresh: for the delay that the token endpoint asks for, and for at least the
 * back-off. A random half of the back-off is left out, so that many accounts do not come back at once. A passing failure
 * does not replace an earlier refusal. The audit log records the first failure in a row and the first refusal, not every
 * attempt of a long outage.
 */
export async function postponeRefresh(
  em: EntityManager,
  lease: RefreshLease,
  failure: PostponedRefresh,
): Promise<void> {
  const {
    code,
    reason,
    backOff,
    retryAfter,
    oauth2Error,
    remoteMessage,
    httpStatus,
    isDefinite,
    isServerError,
  } = failure;
  const isFirstRefusal = isDefinite && !lease.wasRefused;
  await em.fork().transactional(async (tx) => {
    const postponed = await queries(tx, ConnectedAccountSchema)
      .updateTable('ConnectedAccount')
      .set((eb) => ({
        ...refreshLeases.released,
        ...((isDefinite || !lease.wasRefused) && {
          failureCode: code,
          failureReason: reason,
          failureOauth2Error: oauth2Error,
          failureRemoteMessage: remoteMessage,
          failureHttpStatus: httpStatus,
          failureAt: sql<Date>`now()`,
        }),
        ...(isFirstRefusal && { refreshRefusedAt: sql<Date>`now()` }),
        ...(isServerError && { refreshServerErrors: eb('refreshServerErrors', '+', 1) }),
        updatedAt: sql<Date>`now()`,
        refreshFailures: eb('refreshFailures', '+', 1),
        refreshNotBefore: nextAttempt(sql.ref('refreshFailures'), backOff, retryAfter),
      }))
      .where(isHeldBy(lease))
      .returning('refreshFailures')
      .executeTakeFirst();
    if (postponed && (postponed.refreshFailures === 1 || isFirstRefusal)) {
      await recordAccountChange(tx, 'ACCOUNT_REFRESH_FAILED', lease, code);
    }
  });
}
