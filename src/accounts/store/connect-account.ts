import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { queries } from '../../database/queries.js';
import type { TokenAuthMethod } from '../../oauth2/client.js';
import type { SubjectContext } from '../../oauth2/requests/subject.js';
import type { TokenSet } from '../../oauth2/requests/tokens.js';
import type { Vault } from '../../secrets/vault.js';
import { lifetimeColumns, neverRefused, sealTokens } from './account-tokens.js';
import { ConnectedAccountSchema } from './connected-account.entity.js';
import { keptRefreshToken, lockEarlierTokens, subjectMark, type EarlierTokens } from './refresh-token.js';

/** The values of the authorization request. */
export interface RequestedAuthorization extends SubjectContext {
  resource: string;
  scope: string;
  tokenAuthMethod: TokenAuthMethod;
}

export interface ConnectedTokens {
  hasRefreshToken: boolean;
  /** The account had a refresh token before, and has none now. */
  lostRefreshToken: boolean;
}

/**
 * Stores the token set of an authorization as the user's account at the server. Call it in a transaction: the account's
 * row stays locked until it ends. Sealing under the lock takes only processor time.
 *
 * Reconnecting keeps the row and its id, which the tokens are sealed to. It replaces every other column, and raises
 * `generation`, so that a writer that read the earlier tokens (a refresh under way) misses. The challenged scope stays,
 * and each new authorization counts as an attempt to get it.
 *
 * If the token set has no refresh token, the earlier one is kept when both belong to the same user at the provider.
 * Otherwise one user's access token would be followed by those of another.
 */
export async function connectAccount(
  tx: EntityManager,
  vault: Vault,
  owner: { userId: string; serverId: string },
  tokens: TokenSet,
  requested: RequestedAuthorization,
): Promise<ConnectedTokens> {
  const db = queries(tx, ConnectedAccountSchema);
  const now = sql<Date>`now()`;
  for (;;) {
    const existing = await lockEarlierTokens(tx, owner);
    const id = existing?.id ?? uuidv7();
    const subject = tokens.subject ?? null;
    const kept =
      existing && tokens.refreshToken === null
        ? await keptRefreshToken(vault, existing, subject, requested)
        : null;
    const refreshToken = tokens.refreshToken ?? kept;
    const hasRefreshToken = refreshToken !== null;
    const hadRefreshToken =
      existing !== undefined && (existing.refreshTokenIssued || existing.sealedRefreshToken !== null);
    const connected = { hasRefreshToken, lostRefreshToken: hadRefreshToken && !hasRefreshToken };
    const columns = {
      ...(await sealTokens(vault, id, { ...tokens, refreshToken })),
      refreshTokenIssued: hadRefreshToken || hasRefreshToken,
      subject: subjectMark(subject),
      ...lifetimeColumns(tokens.expiresAt),
      tokenType: tokens.tokenType,
      // The token endpoint omits a scope that equals the requested one (RFC 6749 section 5.1).
      scope: tokens.scope ?? requested.scope,
      issuer: requested.issuer,
      ...clientColumns(requested, kept === null ? null : (existing ?? null)),
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
          ...neverRefused,
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
      return connected;
    }
    const inserted = await db
      .insertInto('ConnectedAccount')
      .values({ id, ...owner, ...columns })
      .onConflict((conflict) => conflict.columns(['serverId', 'userId']).doNothing())
      .returning('id')
      .executeTakeFirst();
    if (inserted) return connected;
    // Another callback has inserted the account since. The tokens are sealed again, to its id.
  }
}

/**
 * Returns the columns for the client that the tokens were issued to.
 * @param earlier the account whose refresh token is kept. If another client got that token, no client can revoke both
 *   tokens, so the account belongs to the other client, and does not count as revocable without its secret.
 */
function clientColumns(
  { clientId, tokenAuthMethod }: RequestedAuthorization,
  earlier: EarlierTokens | null,
): { clientId: string; clientIsPublic: boolean } {
  const earlierId = earlier?.clientId ?? clientId;
  if (earlierId !== clientId) return { clientId: earlierId, clientIsPublic: false };
  return { clientId, clientIsPublic: tokenAuthMethod === 'none' };
}
