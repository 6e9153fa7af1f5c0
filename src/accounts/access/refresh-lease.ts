import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { TokenAuthMethod } from '../../oauth2/client.js';
import type { StoredCompatibility } from '../../oauth2/compatibility.js';

/** How long a provider may take: the deadline of the guarded fetch's OAuth profile. */
const providerDeadlineMs = 15_000;
/** What the holder has besides for opening, sealing and storing. */
const storingMs = 10_000;

/** How long a lease lasts, and so the longest that anybody waits for its holder. */
export const leaseMs = providerDeadlineMs + storingMs;

/** One of a grant's tokens: whoever refreshes or writes compares both. */
export interface AccountToken {
  id: string;
  generation: number;
}

/** The right to ask the provider for new tokens for one grant, and what that takes, read in the same moment. */
export interface RefreshLease extends AccountToken {
  leaseId: string;
  /** On the clock of `performance.now()`; never later than the lease's end in the database. */
  endsAt: number;
  userId: string;
  serverId: string;
  sealedRefreshToken: string;
  resource: string;
  issuer: string;
  tokenEndpoint: string;
  revocationEndpoint: string;
  clientId: string;
  tokenAuthMethod: TokenAuthMethod | null;
  sealedClientSecret: string | null;
  activeSettings: StoredCompatibility;
  /** The authorization server has refused this client before. */
  hasClientFailure: boolean;
}

/** A refresh token goes to the authorization server that issued it and to no other. */
const refreshable = `t.status = 'CONNECTED' and t.refresh_token is not null and t.issuer = c.oauth2_issuer
  and (t.refresh_not_before is null or t.refresh_not_before <= now())`;

/**
 * Takes the lease, in one short statement: of any number of processes that try at once, one gets it. It lasts until
 * its outcome is stored, or `leaseMs`: then its holder is taken to have crashed, and the next may try.
 * @returns null when somebody holds it, or when there is nothing to refresh (any more): see `findLeaseState`.
 */
export async function takeRefreshLease(
  em: EntityManager,
  { id, generation }: AccountToken,
): Promise<RefreshLease | null> {
  const leaseId = randomUUID();
  const endsAt = performance.now() + leaseMs;
  const rows = await em.fork().execute<Omit<RefreshLease, 'leaseId' | 'endsAt'>[]>(
    `update mcp_server_user_tokens t
     set refresh_lease_id = ?, refresh_lease_until = now() + make_interval(secs => ?)
     from mcp_server_configs c
     where t.id = ? and t.generation = ? and c.id = t.mcp_server_config_id and ${refreshable}
       and (t.refresh_lease_until is null or t.refresh_lease_until <= now())
     returning t.id, t.generation, t.user_id as "userId", t.mcp_server_config_id as "serverId",
       t.refresh_token as "sealedRefreshToken", t.resource, c.oauth2_issuer as "issuer",
       c.oauth2_token_url as "tokenEndpoint", c.oauth2_revocation_url as "revocationEndpoint",
       c.oauth2_client_id as "clientId", c.oauth2_token_auth_method as "tokenAuthMethod",
       c.oauth2_client_secret as "sealedClientSecret", c.oauth2_compatibility as "activeSettings",
       c.oauth2_client_failure is not null as "hasClientFailure"`,
    [leaseId, leaseMs / 1000, id, generation],
  );
  return rows[0] ? { ...rows[0], leaseId, endsAt } : null;
}

/** Whether the provider could still take its time: a process that was held up must not ask when its lease may end. */
export function coversRequest({ endsAt }: RefreshLease): boolean {
  return performance.now() + providerDeadlineMs + storingMs / 2 <= endsAt;
}

/** HELD: somebody is asking the provider. FREE: nobody is. SETTLED: there is nothing to refresh here, or not yet. */
export type LeaseState = 'HELD' | 'FREE' | 'SETTLED';

export async function findLeaseState(
  em: EntityManager,
  { id, generation }: AccountToken,
): Promise<LeaseState> {
  const rows = await em.fork().execute<{ held: boolean }[]>(
    `select coalesce(t.refresh_lease_until > now(), false) as "held"
     from mcp_server_user_tokens t join mcp_server_configs c on c.id = t.mcp_server_config_id
     where t.id = ? and t.generation = ? and ${refreshable}`,
    [id, generation],
  );
  if (!rows[0]) return 'SETTLED';
  return rows[0].held ? 'HELD' : 'FREE';
}

/** Gives the lease back without an outcome: the provider was not asked. */
export async function releaseRefreshLease(em: EntityManager, lease: RefreshLease): Promise<void> {
  await em.fork().execute(
    `update mcp_server_user_tokens set refresh_lease_id = null, refresh_lease_until = null
     where id = ? and refresh_lease_id = ?`,
    [lease.id, lease.leaseId],
    'run',
  );
}
