import type { EntityManager } from '@mikro-orm/postgresql';
import { expressionBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { nextAttempt, type BackOff } from '../../database/back-off.js';
import { queries, type Tables } from '../../database/queries.js';
import { deleteInBatches, updateInBatches } from '../../database/sweep.js';
import type { OAuth2Client } from '../../oauth2/client.js';
import { noRevocationEndpoint, type TokenTypeHint } from '../../oauth2/requests/revocation.js';
import type { Place, Vault } from '../../secrets/vault.js';
import { McpServerConfig, McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import { revocationLeases, type RevocationLease } from './revocation-lease.js';
import { RevocationSchema } from './revocation.entity.js';

const table = 'oauth2_revocations';

const now = sql<Date>`now()`;

/** Returns the places that the secrets of a revocation are sealed to. */
export function revocationPlaces(row: string): Record<TokenTypeHint | 'client_secret', Place> {
  return {
    refresh_token: { table, column: 'refresh_token', row },
    access_token: { table, column: 'access_token', row },
    client_secret: { table, column: 'client_secret', row },
  };
}

/** Tokens of an account that has ended, with the client that revokes them. */
export interface RevocableAccount {
  userId: string;
  serverId: string;
  client: OAuth2Client;
  /** The tokens were issued to another client, so that a confirmation proves nothing. Defaults to false. */
  issuedToOther?: boolean;
  /** null: they cannot be read, and so cannot be revoked. */
  tokens: { accessToken: string | null; refreshToken: string | null } | null;
}

export interface EnqueuedRevocation {
  id: string;
  /** The reason for not asking the provider. null when it will be asked. */
  givenUp: string | null;
}

const unreadable =
  'The stored tokens can no longer be read, so the provider was not asked to revoke them. Remove the access in your account settings at the provider.';

/** Keeps a statement below PostgreSQL's limit of 65,535 parameters. */
const rowsPerInsert = 1_000;

/**
 * Enqueues revocations for these accounts. Call it in the transaction that ends them, while their servers still exist.
 * Sealing takes only processor time. The revocations are due in 30 seconds. Until then, the caller makes the first attempt
 * itself.
 */
export async function enqueueRevocations(
  tx: EntityManager,
  vault: Vault,
  accounts: readonly RevocableAccount[],
): Promise<EnqueuedRevocation[]> {
  if (accounts.length === 0) return [];
  const servers = await tx.find(
    McpServerConfig,
    { id: { $in: [...new Set(accounts.map(({ serverId }) => serverId))] } },
    { fields: ['displayName'], disableIdentityMap: true },
  );
  const names = new Map(servers.map(({ id, displayName }) => [id, displayName]));
  const rows = await Promise.all(
    accounts.map((account) => sealedRow(vault, account, names.get(account.serverId) ?? '')),
  );
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    await queries(tx, RevocationSchema)
      .insertInto('Revocation')
      .values(rows.slice(from, from + rowsPerInsert))
      .execute();
  }
  return rows.map(({ id, status, failureReason }) => ({
    id,
    givenUp: status === 'GIVEN_UP' ? failureReason : null,
  }));
}

async function sealedRow(
  vault: Vault,
  { userId, serverId, client, issuedToOther = false, tokens }: RevocableAccount,
  serverName: string,
) {
  const id = uuidv7();
  const givenUp = tokens === null ? unreadable : client.revocationEndpoint === '' ? noRevocationEndpoint : '';
  const places = revocationPlaces(id);
  const seal = async (secret: string | null | undefined, place: Place) =>
    secret == null || givenUp !== '' ? null : vault.seal(secret, place);
  return {
    id,
    serverId,
    userId,
    serverName,
    refreshToken: await seal(tokens?.refreshToken, places.refresh_token),
    accessToken: await seal(tokens?.accessToken, places.access_token),
    issuer: client.issuer,
    tokenEndpoint: client.tokenEndpoint,
    revocationEndpoint: client.revocationEndpoint,
    clientId: client.clientId,
    clientSecret: await seal(client.clientSecret, places.client_secret),
    tokenAuthMethod: client.tokenAuthMethod,
    acceptsPlainHttp: client.acceptsPlainHttp,
    issuedToOther,
    status: givenUp === '' ? ('PENDING' as const) : ('GIVEN_UP' as const),
    failureReason: givenUp,
    nextAttemptAt: sql<Date>`now() + interval '30 seconds'`,
    createdAt: now,
    updatedAt: now,
  };
}

/** Returns the condition that the lease is still held. Only its holder writes. */
function isHeldBy({ id, leaseId }: RevocationLease) {
  return expressionBuilder<Tables<typeof RevocationSchema>, 'Revocation'>().and({ id, leaseId });
}

/** Stores that the provider has confirmed the refresh token. The access token is still to be revoked. */
export async function storeRefreshTokenRevoked(em: EntityManager, lease: RevocationLease): Promise<void> {
  await queries(em.fork(), RevocationSchema)
    .updateTable('Revocation')
    .set({ refreshToken: null, refreshTokenRevoked: true, updatedAt: now })
    .where(isHeldBy(lease))
    .where('accessToken', 'is not', null)
    .execute();
}

/** Deletes a revocation that the provider has confirmed completely. */
export async function deleteRevocation(em: EntityManager, { id, leaseId }: RevocationLease): Promise<void> {
  await em.fork().nativeDelete(RevocationSchema, { id, leaseId });
}

const backOff: BackOff = { first: 30, longest: 3_600 };

/**
 * Postpones a revocation: for the delay that the provider asks for, and for at least the back-off. When the endpoint as a
 * whole is unavailable, all other revocations that wait for it are postponed as long, so that it gets one request from
 * time to time instead of a thousand.
 * @param failure.reason at most 400 characters, free of text from a remote party
 */
export async function postponeRevocation(
  em: EntityManager,
  lease: RevocationLease,
  failure: { reason: string; retryAfter: number | null; isUnavailable: boolean },
): Promise<void> {
  const db = queries(em.fork(), RevocationSchema);
  const postponed = await db
    .updateTable('Revocation')
    .set((eb) => ({
      ...revocationLeases.released,
      failures: eb('failures', '+', 1),
      failureReason: failure.reason,
      nextAttemptAt: nextAttempt(sql.ref('failures'), backOff, failure.retryAfter),
      updatedAt: now,
    }))
    .where(isHeldBy(lease))
    .returning([
      'failures',
      sql<number>`extract(epoch from ${sql.ref('nextAttemptAt')} - now())::float8`.as('secondsLeft'),
    ])
    .executeTakeFirst();
  if (!postponed || !failure.isUnavailable) return;
  await db
    .updateTable('Revocation')
    .set((eb) => ({
      failures: eb.fn<number>('greatest', ['failures', eb.val(postponed.failures)]),
      failureReason: failure.reason,
      nextAttemptAt: eb.fn<Date>('greatest', [
        'nextAttemptAt',
        sql`now() + make_interval(secs => ${postponed.secondsLeft})`,
      ]),
      updatedAt: now,
    }))
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('Revocation')
        .select('id')
        .where('status', '=', 'PENDING')
        .where('revocationEndpoint', '=', lease.revocationEndpoint)
        .where('id', '<>', lease.id)
        .where(revocationLeases.isFree())
        .orderBy('id')
        .forUpdate()
        .skipLocked(),
    )
    .execute();
}

/** The columns of a revocation that was given up. No secret is left. */
const givenUpColumns = {
  ...revocationLeases.released,
  status: 'GIVEN_UP' as const,
  refreshToken: null,
  accessToken: null,
  clientSecret: null,
  updatedAt: now,
};

/** Marks a revocation as given up because the provider will never confirm it. The reason stays. */
export async function giveUpRevocation(
  em: EntityManager,
  lease: RevocationLease,
  reason: string,
): Promise<void> {
  await queries(em.fork(), RevocationSchema)
    .updateTable('Revocation')
    .set({ ...givenUpColumns, failureReason: reason })
    .where(isHeldBy(lease))
    .execute();
}

/** Returns the ids of a user's pending revocations at the client that a server has now. */
export async function findPendingRevocations(
  em: EntityManager,
  { userId, serverId }: { userId: string; serverId: string },
): Promise<string[]> {
  const rows = await queries(em.fork(), RevocationSchema, McpServerConfigSchema)
    .selectFrom('Revocation as r')
    .innerJoin('McpServerConfig as s', (join) =>
      join.onRef('s.oauth2ClientId', '=', 'r.clientId').onRef('s.oauth2TokenUrl', '=', 'r.tokenEndpoint'),
    )
    .select('r.id')
    .where('s.id', '=', serverId)
    .where('r.userId', '=', userId)
    .where('r.status', '=', 'PENDING')
    .orderBy('r.id')
    .execute();
  return rows.map(({ id }) => id);
}

const supersededReason =
  'The user connected again before the provider could be asked. It is no longer asked, because many providers would end the new authorization together with the old one.';

/**
 * Marks a user's pending revocations as given up at the client that the user has just authorized again. Many providers
 * keep one authorization per user and client, and would end the new one. Call it in the transaction that stores the
 * account.
 */
export async function supersedeRevocations(
  tx: EntityManager,
  { userId, client }: { userId: string; client: Pick<OAuth2Client, 'clientId' | 'tokenEndpoint'> },
): Promise<void> {
  await queries(tx, RevocationSchema)
    .updateTable('Revocation')
    .set({ ...givenUpColumns, failureReason: supersededReason })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('Revocation')
        .select('id')
        .where('status', '=', 'PENDING')
        .where('userId', '=', userId)
        .where('clientId', '=', client.clientId)
        .where('tokenEndpoint', '=', client.tokenEndpoint)
        .orderBy('id')
        .forUpdate(),
    )
    .execute();
}

/** Marks revocations as given up that have failed for seven days. Returns their number. */
export function giveUpOldRevocations(em: EntityManager): Promise<number> {
  return updateInBatches(em, RevocationSchema, givenUpColumns, (revocations) =>
    revocations
      .where('status', '=', 'PENDING')
      .where('failures', '>', 0)
      .where('createdAt', '<', sql<Date>`now() - interval '7 days'`)
      .where(revocationLeases.isFree())
      .orderBy('id'),
  );
}

/** Deletes revocations that were given up 90 days ago. Returns their number. */
export function sweepGivenUpRevocations(em: EntityManager): Promise<number> {
  return deleteInBatches(em, RevocationSchema, (revocations) =>
    revocations
      .where('status', '=', 'GIVEN_UP')
      .where('updatedAt', '<', sql<Date>`now() - interval '90 days'`)
      .orderBy('id'),
  );
}
