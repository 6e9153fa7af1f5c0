import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import { leaseCovers, Leases, type Lease } from '../../database/lease.js';
import { queries, type Tables } from '../../database/queries.js';
import { RevocationSchema } from './revocation.entity.js';

/** The timeout of a revocation request, as in the guarded fetch's OAuth profile. */
const requestMs = 15_000;
/** The time for two tokens, and for opening and storing. */
const leaseMs = 2 * requestMs + 10_000;

export const revocationLeases = new Leases(RevocationSchema, { id: 'leaseId', until: 'leaseUntil' }, leaseMs);

/** The right to attempt one revocation, with what that takes, read by the same statement. */
export type RevocationLease = NonNullable<Awaited<ReturnType<typeof claimRevocation>>>;

/** Tells whether the lease outlasts a request. A process that was suspended must not send one when it does not. */
export function coversRequest(lease: Lease): boolean {
  return leaseCovers(lease, requestMs);
}

/**
 * Claims a revocation that was just enqueued, before it is due, unless another one at the same endpoint has failed since.
 * @returns null when another process has it, or when it has to wait
 */
export function claimFreshRevocation(em: EntityManager, id: string): Promise<RevocationLease | null> {
  return claim(em, (eb) => eb.and({ id, failures: 0 }));
}

/** Claims a revocation, due or not. Returns null when another process has it, or when it is completed. */
export function claimRevocation(em: EntityManager, id: string) {
  return claim(em, (eb) => eb('id', '=', id));
}

/** Claims the revocation that has been due for longest. Returns null when none is due. */
export function claimDueRevocation(em: EntityManager): Promise<RevocationLease | null> {
  return claim(em, (eb) => eb('nextAttemptAt', '<=', sql<Date>`now()`));
}

/**
 * Claims a revocation by one statement. Of any number of processes that try at once, one gets it. The lease lasts until
 * the outcome is stored, or until its holder must have crashed.
 */
async function claim(
  em: EntityManager,
  where: (eb: ExpressionBuilder<Tables<typeof RevocationSchema>, 'Revocation'>) => Expression<SqlBool>,
) {
  const { lease, taken } = revocationLeases.begin();
  const row = await queries(em.fork(), RevocationSchema)
    .updateTable('Revocation')
    .set(taken)
    .where('id', '=', (eb) =>
      eb
        .selectFrom('Revocation')
        .select('id')
        .where('status', '=', 'PENDING')
        .where(revocationLeases.isFree())
        .where(where)
        .orderBy('nextAttemptAt')
        .orderBy('id')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returning([
      'id',
      'serverId',
      'userId',
      'refreshToken as sealedRefreshToken',
      'refreshTokenRevoked',
      'accessToken as sealedAccessToken',
      'clientSecret as sealedClientSecret',
      'issuer',
      'tokenEndpoint',
      'revocationEndpoint',
      'clientId',
      'tokenAuthMethod',
      'acceptsPlainHttp',
      'issuedToOther',
    ])
    .executeTakeFirst();
  return row ? { ...row, ...lease } : null;
}
