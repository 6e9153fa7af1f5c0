import { hash, randomBytes } from 'node:crypto';
import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { AuditUser } from '../../audit/record-audit-event.js';
import { queries } from '../../database/queries.js';
import { deleteInBatches } from '../../database/sweep.js';
import { AccessTokenSchema, type AccessTokenKind, type ApiTokenScope } from '../store/access-token.entity.js';
import { UserSchema } from '../store/user.entity.js';

/** The prefix of every API token. Users and secret scanners recognise a leaked token by it. */
export const apiTokenPrefix = 'swb_';

/** Returns base64url(SHA-256(token)), the only form in which the database stores a token. */
export function accessTokenHash(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** An issued session, API token or sign-in link, with the only copy of its token. */
export interface IssuedAccessToken {
  token: string;
  id: string;
  createdAt: Date;
  expiresAt: Date;
  user: AuditUser;
}

interface NewAccessToken {
  kind: AccessTokenKind;
  /** A date, or an expression of the database's clock. */
  expiresAt: Date | RawBuilder<Date>;
  /** For an API token only. */
  name?: string;
  scope?: ApiTokenScope;
}

/**
 * Issues a token of 256 random bits to a user. No attacker can guess these, so a plain SHA-256 protects them.
 *
 * It locks the user FOR SHARE: a disabling in progress is waited for and then seen.
 *
 * @returns null if the user is disabled
 */
export async function issueAccessToken(
  tx: EntityManager,
  userId: string,
  { kind, expiresAt, name = '', scope }: NewAccessToken,
): Promise<IssuedAccessToken | null> {
  const user = await tx.findOne(
    UserSchema,
    { id: userId, disabledAt: null },
    { fields: ['id', 'email'], lockMode: LockMode.PESSIMISTIC_READ, disableIdentityMap: true },
  );
  if (!user) return null;
  const token = (kind === 'API_TOKEN' ? apiTokenPrefix : '') + randomBytes(32).toString('base64url');
  const row = await queries(tx, AccessTokenSchema)
    .insertInto('AccessToken')
    .values({
      id: uuidv7(),
      userId,
      kind,
      name,
      scope: scope ?? null,
      tokenHash: accessTokenHash(token),
      createdAt: sql<Date>`now()`,
      expiresAt,
    })
    .returning(['id', 'createdAt', 'expiresAt'])
    .executeTakeFirstOrThrow();
  return { token, ...row, user: { id: user.id, email: user.email } };
}

/**
 * Deletes ended tokens: sessions and sign-in links after a day, API tokens after ninety days, because `apiTokens` lists
 * them until then. Each user's latest session is kept, because it shows that they have signed in.
 *
 * Any number of processes may run it at once.
 *
 * @param signal ends it early; the next sweep does the rest
 * @returns the number of deleted tokens
 */
export function sweepAccessTokens(em: EntityManager, signal?: AbortSignal): Promise<number> {
  return deleteInBatches(
    em,
    AccessTokenSchema,
    (tokens) =>
      tokens
        .where(
          sql<boolean>`least(${sql.ref('AccessToken.expiresAt')}, ${sql.ref('AccessToken.revokedAt')}) < now() -
          case ${sql.ref('AccessToken.kind')} when 'API_TOKEN' then interval '90 days' else interval '1 day' end`,
        )
        .where((eb) =>
          eb.or([
            eb('AccessToken.kind', '<>', 'SESSION'),
            eb.exists(
              eb
                .selectFrom('AccessToken as later')
                .select('later.id')
                .whereRef('later.userId', '=', 'AccessToken.userId')
                .where('later.kind', '=', 'SESSION')
                .whereRef('later.createdAt', '>', 'AccessToken.createdAt'),
            ),
          ]),
        )
        .orderBy('AccessToken.id'),
    { signal },
  );
}
