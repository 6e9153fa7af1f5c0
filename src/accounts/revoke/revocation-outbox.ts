import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import type { OAuth2Client } from '../../oauth2/client.js';
import { noRevocationEndpoint, type TokenTypeHint } from '../../oauth2/requests/revocation.js';
import type { Place, Vault } from '../../secrets/vault.js';
import { isFree, type RevocationLease } from './revocation-lease.js';

const table = 'oauth2_revocations';

/** Where a revocation's secrets are sealed to. */
export function revocationPlaces(row: string): Record<TokenTypeHint | 'client_secret', Place> {
  return {
    refresh_token: { table, column: 'refresh_token', row },
    access_token: { table, column: 'access_token', row },
    client_secret: { table, column: 'client_secret', row },
  };
}

/** A grant that is not wanted any more, with the client it was issued to. */
export interface RevocableAccount {
  userId: string;
  serverId: string;
  client: OAuth2Client;
  /** null: they cannot be read, and so not be revoked either. */
  tokens: { accessToken: string | null; refreshToken: string | null } | null;
}

/** What was put down about one grant. */
export interface QueuedRevocation {
  id: string;
  /** Why nobody will be asked; null when the provider will. */
  givenUp: string | null;
}

const unreadable =
  'The stored token could not be read any more, so the provider was not asked to revoke it. Remove the connection in the settings of the provider.';

/**
 * Puts down that these grants are to be revoked. Call it in the transaction that drops them, while their servers still
 * exist: one statement for any number. Sealing takes no more than the processor. They are due in half a minute, which is
 * what the caller has for the first attempt of its own.
 */
export async function queueRevocations(
  em: EntityManager,
  vault: Vault,
  accounts: readonly RevocableAccount[],
): Promise<QueuedRevocation[]> {
  if (accounts.length === 0) return [];
  const rows = await Promise.all(accounts.map((account) => sealedRow(vault, account)));
  await em.execute(
    `insert into oauth2_revocations (id, mcp_server_config_id, user_id, server_name, refresh_token, access_token,
       issuer, token_endpoint, revocation_endpoint, client_id, client_secret, token_auth_method, accepts_plain_http,
       status, failure_reason, next_attempt_at, created_at, updated_at)
     select r.id, r.mcp_server_config_id, r.user_id, coalesce(c.display_name, ''), r.refresh_token, r.access_token,
       r.issuer, r.token_endpoint, r.revocation_endpoint, r.client_id, r.client_secret, r.token_auth_method,
       r.accepts_plain_http, r.status, r.failure_reason, now() + interval '30 seconds', now(), now()
     from jsonb_to_recordset(?::jsonb) as r(id uuid, mcp_server_config_id uuid, user_id uuid, refresh_token text,
       access_token text, issuer text, token_endpoint text, revocation_endpoint text, client_id text,
       client_secret text, token_auth_method text, accepts_plain_http boolean, status text, failure_reason text)
     left join mcp_server_configs c on c.id = r.mcp_server_config_id`,
    [JSON.stringify(rows)],
    'run',
  );
  return rows.map(({ id, status, failure_reason }) => ({
    id,
    givenUp: status === 'GIVEN_UP' ? failure_reason : null,
  }));
}

async function sealedRow(vault: Vault, { userId, serverId, client, tokens }: RevocableAccount) {
  const id = uuidv7();
  const givenUp = tokens === null ? unreadable : client.revocationEndpoint === '' ? noRevocationEndpoint : '';
  const places = revocationPlaces(id);
  const seal = async (secret: string | null | undefined, place: Place) =>
    secret == null || givenUp !== '' ? null : vault.seal(secret, place);
  return {
    id,
    mcp_server_config_id: serverId,
    user_id: userId,
    refresh_token: await seal(tokens?.refreshToken, places.refresh_token),
    access_token: await seal(tokens?.accessToken, places.access_token),
    issuer: client.issuer,
    token_endpoint: client.tokenEndpoint,
    revocation_endpoint: client.revocationEndpoint,
    client_id: client.clientId,
    client_secret: await seal(client.clientSecret, places.client_secret),
    token_auth_method: client.tokenAuthMethod,
    accepts_plain_http: client.acceptsPlainHttp,
    status: givenUp === '' ? 'PENDING' : 'GIVEN_UP',
    failure_reason: givenUp,
  };
}

/** Only the holder of the lease writes. */
const held = 'id = ? and lease_id = ?';

/** The provider has confirmed the refresh token; the access token is still to come. */
export async function storeRefreshTokenRevoked(
  em: EntityManager,
  { id, leaseId }: RevocationLease,
): Promise<void> {
  await em.fork().execute(
    `update oauth2_revocations set refresh_token = null, updated_at = now()
     where ${held} and access_token is not null`,
    [id, leaseId],
    'run',
  );
}

/** The provider has confirmed everything: nothing is left to remember. */
export async function deleteRevocation(em: EntityManager, { id, leaseId }: RevocationLease): Promise<void> {
  await em.fork().execute(`delete from oauth2_revocations where ${held}`, [id, leaseId], 'run');
}

/** In seconds: the first pause after a failure, doubled for each one after it, and the longest. */
const backOff = { first: 30, longest: 3_600 };

/**
 * Puts a revocation off: as long as the provider asks for, and at least the back-off, of which a random half is left
 * out. Where the provider as a whole is in trouble, everything else that waits for it waits as long: a thousand
 * connections to it are one request now and then, not a thousand.
 * @param failure.reason in our own words, at most 400 characters.
 */
export async function postponeRevocation(
  em: EntityManager,
  { id, leaseId, client: { revocationEndpoint } }: RevocationLease,
  failure: { reason: string; retryAfter: number | null; isUnavailable: boolean },
): Promise<void> {
  const fork = em.fork();
  const [postponed] = await fork.execute<{ failures: number; secondsLeft: number }[]>(
    `update oauth2_revocations set failures = failures + 1, failure_reason = ?,
       next_attempt_at = now() + make_interval(secs => greatest(?::float8,
         least(?::float8, ?::float8 * power(2, least(failures, 20))) * (0.5 + random() / 2))),
       lease_id = null, lease_until = null, updated_at = now()
     where ${held}
     returning failures, extract(epoch from next_attempt_at - now())::float8 as "secondsLeft"`,
    [failure.reason, failure.retryAfter ?? 0, backOff.longest, backOff.first, id, leaseId],
  );
  if (!postponed || !failure.isUnavailable) return;
  await fork.execute(
    `update oauth2_revocations set failures = greatest(failures, ?), failure_reason = ?,
       next_attempt_at = greatest(next_attempt_at, now() + make_interval(secs => ?)), updated_at = now()
     where id in (
       select id from oauth2_revocations
       where status = 'PENDING' and revocation_endpoint = ? and id <> ? and ${isFree}
       order by id for update skip locked)`,
    [postponed.failures, failure.reason, postponed.secondsLeft, revocationEndpoint, id],
    'run',
  );
}

const givenUp = `status = 'GIVEN_UP', refresh_token = null, access_token = null, client_secret = null,
  lease_id = null, lease_until = null, updated_at = now()`;

/** Ends it for good: the provider will never do it. What is left tells why, and holds no secret. */
export async function giveUpRevocation(
  em: EntityManager,
  { id, leaseId }: RevocationLease,
  reason: string,
): Promise<void> {
  await em
    .fork()
    .execute(
      `update oauth2_revocations set ${givenUp}, failure_reason = ? where ${held}`,
      [reason, id, leaseId],
      'run',
    );
}

/** What is still to be revoked of the grants that this person had from the client that this server has now; their ids. */
export async function findPendingRevocations(
  em: EntityManager,
  { userId, serverId }: { userId: string; serverId: string },
): Promise<string[]> {
  const rows = await em.fork().execute<{ id: string }[]>(
    `select r.id from oauth2_revocations r
     join mcp_server_configs c on c.oauth2_client_id = r.client_id and c.oauth2_token_url = r.token_endpoint
     where c.id = ? and r.user_id = ? and r.status = 'PENDING' order by r.id`,
    [serverId, userId],
  );
  return rows.map(({ id }) => id);
}

const supersededReason =
  'The person connected again before the provider could be asked. It is not asked any more, because many providers would end the new connection with the old one.';

/**
 * Gives up what is still to be revoked of the grants that this person had from the client that they have just authorized
 * anew: many providers know one grant of a person to a client, and would end the new one. Call it in the transaction that
 * stores the new grant.
 */
export async function supersedeRevocations(
  em: EntityManager,
  { userId, client }: { userId: string; client: Pick<OAuth2Client, 'clientId' | 'tokenEndpoint'> },
): Promise<void> {
  await em.execute(
    `update oauth2_revocations set ${givenUp}, failure_reason = ? where id in (
       select id from oauth2_revocations
       where status = 'PENDING' and user_id = ? and client_id = ? and token_endpoint = ?
       order by id for update)`,
    [supersededReason, userId, client.clientId, client.tokenEndpoint],
    'run',
  );
}

/** Gives up what has failed for seven days. @returns how many. */
export async function giveUpOldRevocations(em: EntityManager): Promise<number> {
  const rows = await em.fork().execute<unknown[]>(
    `update oauth2_revocations set ${givenUp} where id in (
       select id from oauth2_revocations
       where status = 'PENDING' and failures > 0 and created_at < now() - interval '7 days' and ${isFree}
       order by id for update skip locked)
     returning id`,
  );
  return rows.length;
}

/** Forgets what was given up ninety days ago. @returns how many. */
export async function sweepGivenUpRevocations(em: EntityManager): Promise<number> {
  const rows = await em.fork().execute<unknown[]>(
    `delete from oauth2_revocations where id in (
       select id from oauth2_revocations where status = 'GIVEN_UP' and updated_at < now() - interval '90 days'
       order by id for update skip locked)
     returning id`,
  );
  return rows.length;
}
