import type { EntityManager } from '@mikro-orm/postgresql';
import type { TokenSet } from '../../oauth2/requests/tokens.js';
import type { Vault } from '../../secrets/vault.js';
import { recordAccountFailure } from '../store/account-failure-audit.js';
import type { RefreshLease } from './refresh-lease.js';
import type { ConnectedAccountFailureCode } from '../store/connected-account.entity.js';
import { secondsUntil, storedLifetime, tokenPlaces } from '../store/account-tokens.js';

/** What a refresh brought, sealed for the grant's row. Sealed once: the text tells this answer from every other. */
export interface RefreshedTokens {
  accessToken: string;
  /** null: the old one stays (RFC 6749 section 6). */
  refreshToken: string | null;
  tokenType: string;
  /** null: as before. */
  scope: string | null;
  expiresAt: Date | null;
}

export async function sealRefreshed(vault: Vault, id: string, tokens: TokenSet): Promise<RefreshedTokens> {
  const places = tokenPlaces(id);
  const { accessToken, refreshToken, ...rest } = tokens;
  return {
    ...rest,
    accessToken: await vault.seal(accessToken, places.accessToken),
    refreshToken: refreshToken === null ? null : await vault.seal(refreshToken, places.refreshToken),
  };
}

/** Only the holder of the lease writes, and only for the tokens it was taken for. */
const stillHeld = 'id = ? and generation = ? and refresh_lease_id = ?';

const heldBy = ({ id, generation, leaseId }: RefreshLease) => [id, generation, leaseId];

/**
 * Stores new tokens in place of the old. It may be repeated when it is not known whether it was done.
 * @returns SUPERSEDED when the person has another grant, or newer tokens, by now; GONE when there is no grant any more,
 *   or one whose tokens were erased, and nobody wants the new tokens.
 */
export async function storeRefreshed(
  em: EntityManager,
  lease: RefreshLease,
  tokens: RefreshedTokens,
): Promise<'STORED' | 'SUPERSEDED' | 'GONE'> {
  const fork = em.fork();
  const secondsLeft = secondsUntil(tokens.expiresAt);
  const stored = await fork.execute<unknown[]>(
    `update mcp_server_user_tokens set access_token = ?, refresh_token = coalesce(?, refresh_token), token_type = ?,
       scope = coalesce(?, scope), expires_at = now() + make_interval(secs => ?), expires_in = ?,
       generation = generation + 1, failure_code = null, failure_reason = '', failure_at = null,
       refresh_lease_id = null, refresh_lease_until = null, refresh_not_before = null, refresh_failures = 0, last_refreshed_at = now(), updated_at = now()
     where ${stillHeld} returning id`,
    [
      tokens.accessToken,
      tokens.refreshToken,
      tokens.tokenType,
      tokens.scope,
      secondsLeft,
      storedLifetime(secondsLeft),
      ...heldBy(lease),
    ],
  );
  if (stored.length > 0) return 'STORED';
  const [account] = await fork.execute<{ isOurs: boolean; isErased: boolean }[]>(
    `select coalesce(access_token = ?, false) as "isOurs", access_token is null as "isErased"
     from mcp_server_user_tokens
     where mcp_server_config_id = ? and user_id = ?`,
    [tokens.accessToken, lease.serverId, lease.userId],
  );
  if (!account || account.isErased) return 'GONE';
  return account.isOurs ? 'STORED' : 'SUPERSEDED';
}

/**
 * Ends a grant that the provider says is over: its tokens are erased, and nothing ever asks with them again. The audit
 * log says so once.
 * @param reason in our own words, at most 400 characters.
 * @returns whether it still was the grant to end.
 */
export async function endAccount(em: EntityManager, lease: RefreshLease, reason: string): Promise<boolean> {
  return em.fork().transactional(async (em) => {
    const ended = await em.execute<unknown[]>(
      `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null, refresh_token = null,
         expires_at = null, expires_in = null, generation = generation + 1,
         failure_code = 'INVALID_GRANT', failure_reason = ?, failure_at = now(), refresh_lease_id = null,
         refresh_lease_until = null, refresh_not_before = null, refresh_failures = 0, updated_at = now()
       where ${stillHeld} returning id`,
      [reason, ...heldBy(lease)],
    );
    if (ended.length === 0) return false;
    await recordAccountFailure(em, 'ACCOUNT_ENDED', lease, 'INVALID_GRANT');
    return true;
  });
}

/** In seconds: the first pause after a failure, doubled for each one after it, and the longest. */
export interface BackOff {
  first: number;
  longest: number;
}

export interface Postponement {
  code: ConnectedAccountFailureCode;
  /** In our own words, at most 400 characters. */
  reason: string;
  backOff: BackOff;
  /** What the provider asks to wait, in seconds. */
  retryAfter: number | null;
}

/**
 * Keeps the tokens and leaves the provider alone for a while: as long as it asks for, and at least the back-off, of
 * which a random half is left out so that many grants do not come back at once. The audit log tells the first failure
 * in a row, not every attempt of a long outage.
 */
export async function postponeRefresh(
  em: EntityManager,
  lease: RefreshLease,
  { code, reason, backOff, retryAfter }: Postponement,
): Promise<void> {
  await em.fork().transactional(async (em) => {
    const [postponed] = await em.execute<{ failures: number }[]>(
      `update mcp_server_user_tokens set failure_code = ?, failure_reason = ?, failure_at = now(),
         refresh_failures = refresh_failures + 1,
         refresh_not_before = now() + make_interval(secs => greatest(?::float8,
           least(?::float8, ?::float8 * power(2, least(refresh_failures, 20))) * (0.5 + random() / 2))),
         refresh_lease_id = null, refresh_lease_until = null, updated_at = now()
       where ${stillHeld} returning refresh_failures as "failures"`,
      [code, reason, retryAfter ?? 0, backOff.longest, backOff.first, ...heldBy(lease)],
    );
    if (postponed?.failures === 1) {
      await recordAccountFailure(em, 'ACCOUNT_REFRESH_FAILED', lease, code);
    }
  });
}
