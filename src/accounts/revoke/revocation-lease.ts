import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { OAuth2Client } from '../../oauth2/client.js';

/** How long a provider may take for one token: the deadline of the guarded fetch's OAuth profile. */
const providerDeadlineMs = 15_000;
/** Two tokens, and what opening and storing take. */
const leaseMs = 2 * providerDeadlineMs + 10_000;

/** The right to ask the provider about one revocation, and what that takes, read in the same moment. */
export interface RevocationLease {
  id: string;
  leaseId: string;
  /** On the clock of `performance.now()`; never later than the lease's end in the database. */
  endsAt: number;
  serverId: string;
  userId: string;
  sealedRefreshToken: string | null;
  sealedAccessToken: string | null;
  sealedClientSecret: string | null;
  client: Omit<OAuth2Client, 'clientSecret'>;
}

/** Whether the provider could still take its time: a process that was held up must not ask when its lease may end. */
export function coversRequest({ endsAt }: RevocationLease): boolean {
  return performance.now() + providerDeadlineMs <= endsAt;
}

/** Nobody is at it. */
export const isFree = '(lease_until is null or lease_until <= now())';

/**
 * Takes a revocation that was just queued, before it is due, unless another at the same place has failed since.
 * @returns null when somebody has it, or when it has to wait.
 */
export function takeFreshRevocation(em: EntityManager, id: string): Promise<RevocationLease | null> {
  return take(em, 'id = ? and failures = 0', [id]);
}

/** Takes a revocation, due or not; null when somebody has it, or when it is over. */
export function takeRevocation(em: EntityManager, id: string): Promise<RevocationLease | null> {
  return take(em, 'id = ?', [id]);
}

/** Takes the revocation that has been due for longest; null when none is due. */
export function takeDueRevocation(em: EntityManager): Promise<RevocationLease | null> {
  return take(em, 'next_attempt_at <= now()', []);
}

/**
 * In one short statement: of any number of processes that try at once, one gets it. The lease lasts until its outcome is
 * stored, or until its holder must have crashed.
 */
async function take(
  em: EntityManager,
  condition: string,
  values: readonly string[],
): Promise<RevocationLease | null> {
  type Row = Omit<RevocationLease, 'leaseId' | 'endsAt' | 'client'> & RevocationLease['client'];
  const leaseId = randomUUID();
  const endsAt = performance.now() + leaseMs;
  const [row] = await em.fork().execute<Row[]>(
    `update oauth2_revocations set lease_id = ?, lease_until = now() + make_interval(secs => ?)
     where id = (
       select id from oauth2_revocations
       where status = 'PENDING' and ${isFree} and ${condition}
       order by next_attempt_at, id limit 1 for update skip locked)
     returning id, mcp_server_config_id as "serverId", user_id as "userId",
       refresh_token as "sealedRefreshToken", access_token as "sealedAccessToken",
       client_secret as "sealedClientSecret", issuer, token_endpoint as "tokenEndpoint",
       revocation_endpoint as "revocationEndpoint", client_id as "clientId", token_auth_method as "tokenAuthMethod",
       accepts_plain_http as "acceptsPlainHttp"`,
    [leaseId, leaseMs / 1000, ...values],
  );
  if (!row) return null;
  const { issuer, tokenEndpoint, revocationEndpoint, clientId, tokenAuthMethod, acceptsPlainHttp, ...rest } =
    row;
  const client = { issuer, tokenEndpoint, revocationEndpoint, clientId, tokenAuthMethod, acceptsPlainHttp };
  return { ...rest, client, leaseId, endsAt };
}

/** Gives the lease back without an outcome: it is due as before. */
export async function releaseRevocation(em: EntityManager, { id, leaseId }: RevocationLease): Promise<void> {
  await em
    .fork()
    .execute(
      `update oauth2_revocations set lease_id = null, lease_until = null where id = ? and lease_id = ?`,
      [id, leaseId],
      'run',
    );
}
