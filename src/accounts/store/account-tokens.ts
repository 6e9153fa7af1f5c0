import { sql, type RawBuilder } from 'kysely';
import type { Place, Vault } from '../../secrets/vault.js';

const table = 'mcp_server_user_tokens';

/** Returns the places that the tokens of an account are sealed to. */
export function tokenPlaces(accountId: string): { accessToken: Place; refreshToken: Place } {
  return {
    accessToken: { table, column: 'access_token', row: accountId },
    refreshToken: { table, column: 'refresh_token', row: accountId },
  };
}

/**
 * One token of an account. Each new token raises the generation, which never restarts. Writers compare both, so that an
 * older answer never replaces a newer one.
 */
export interface AccountToken {
  id: string;
  generation: number;
}

export interface AccountTokens {
  accessToken: string;
  /** null: the token endpoint returned none. */
  refreshToken: string | null;
}

/** Seals tokens to the row of an account. They do not open in any other row. */
export async function sealTokens(
  vault: Vault,
  accountId: string,
  { accessToken, refreshToken }: AccountTokens,
): Promise<AccountTokens> {
  const places = tokenPlaces(accountId);
  return {
    accessToken: await vault.seal(accessToken, places.accessToken),
    refreshToken: refreshToken === null ? null : await vault.seal(refreshToken, places.refreshToken),
  };
}

/** The columns of an account whose refresh has not failed since its tokens were issued. */
export const neverRefused = {
  failureOauth2Error: '',
  failureRemoteMessage: '',
  failureHttpStatus: null,
  refreshFailures: 0,
  refreshServerErrors: 0,
  refreshRefusedAt: null,
} as const;

/** The largest value of an `integer` column. */
const maxInteger = 2 ** 31 - 1;

/**
 * Returns the columns that hold the lifetime of an access token. The expiry is written by the database's clock, so that
 * all processes agree on it however wrong their own clocks are. The lifetime is in whole seconds.
 */
export function lifetimeColumns(expiresAt: Date | null): {
  expiresAt: RawBuilder<Date | null>;
  expiresIn: number | null;
} {
  const seconds = expiresAt === null ? null : (expiresAt.getTime() - Date.now()) / 1000;
  return {
    expiresAt: sql<Date | null>`now() + make_interval(secs => ${seconds})`,
    expiresIn: seconds === null ? null : Math.min(Math.round(seconds), maxInteger),
  };
}
