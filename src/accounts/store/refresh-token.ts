import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import { queries } from '../../database/queries.js';
import { accessTokenSubject, type SubjectContext } from '../../oauth2/requests/subject.js';
import { UnreadableSecret, type Place, type Vault } from '../../secrets/vault.js';
import { tokenPlaces } from './account-tokens.js';
import { ConnectedAccount, ConnectedAccountSchema } from './connected-account.entity.js';

interface Owner {
  userId: string;
  serverId: string;
}

/** Tells whether the user's account at this authorization server has, or had, a refresh token. */
export async function hadRefreshToken(
  em: EntityManager,
  owner: Owner,
  { issuer }: { issuer: string },
): Promise<boolean> {
  const account = await em.findOne(
    ConnectedAccount,
    { ...owner, issuer },
    { fields: ['hasRefreshToken', 'refreshTokenIssued'], disableIdentityMap: true },
  );
  return account !== null && (account.hasRefreshToken || account.refreshTokenIssued);
}

/**
 * Returns the value of the column `subject` for an authorization of this transaction. It contains the time, which is that
 * of the column `created_at`. So an older process, which writes `created_at` alone, leaves no subject that counts.
 */
export function subjectMark(subject: string | null): RawBuilder<string> {
  return subject === null ? sql<string>`''` : sql<string>`${subject} || ' ' || extract(epoch from now())`;
}

/** The tokens of an account before it is connected again. */
export type EarlierTokens = NonNullable<Awaited<ReturnType<typeof lockEarlierTokens>>>;

/** Reads the user's account at the server, and locks its row until the transaction ends. */
export function lockEarlierTokens(tx: EntityManager, owner: Owner) {
  return queries(tx, ConnectedAccountSchema)
    .selectFrom('ConnectedAccount')
    .select([
      'id',
      'status',
      'issuer',
      'clientId',
      'accessToken as sealedAccessToken',
      'refreshToken as sealedRefreshToken',
      'refreshTokenIssued',
      sql<boolean>`${sql.ref('refreshRefusedAt')} is not null`.as('isRefused'),
      sql<boolean>`coalesce(${sql.ref('refreshLeaseUntil')} > now(), false)`.as('isRefreshing'),
      sql<string>`case when ${sql.ref('subject')} like '% ' || extract(epoch from ${sql.ref('createdAt')})
        then split_part(${sql.ref('subject')}, ' ', 1) else '' end`.as('subject'),
    ])
    .where('userId', '=', owner.userId)
    .where('serverId', '=', owner.serverId)
    .forUpdate()
    .executeTakeFirst();
}

/**
 * Returns the refresh token of an account that is connected again, for a token set without one. It is kept only if both
 * token sets prove the same user at the provider, if the provider has not refused it, and if no refresh under way may have
 * spent it.
 * @param subject of the new token set
 */
export async function keptRefreshToken(
  vault: Vault,
  earlier: EarlierTokens,
  subject: string | null,
  context: SubjectContext,
): Promise<string | null> {
  if (subject === null || earlier.issuer !== context.issuer) return null;
  if (earlier.status !== 'CONNECTED' || earlier.isRefused || earlier.isRefreshing) return null;
  const places = tokenPlaces(earlier.id);
  let earlierSubject: string | null = earlier.subject;
  if (earlierSubject === '') {
    // An earlier version stored none, but the access token may name it.
    const accessToken = await open(vault, earlier.sealedAccessToken, places.accessToken);
    earlierSubject = accessToken === null ? null : accessTokenSubject(accessToken, context);
  }
  return earlierSubject === subject ? open(vault, earlier.sealedRefreshToken, places.refreshToken) : null;
}

/** @returns null if there is none, or if it cannot be read */
async function open(vault: Vault, sealed: string | null, place: Place): Promise<string | null> {
  if (sealed === null) return null;
  try {
    return await vault.open(sealed, place);
  } catch (error) {
    if (error instanceof UnreadableSecret) return null;
    throw error;
  }
}
