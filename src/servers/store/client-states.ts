import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { queries } from '../../database/queries.js';
import type { ClientManagement } from '../../oauth2/requests/client-management.js';
import { UnreadableSecret, type Place, type Vault } from '../../secrets/vault.js';
import { ClientStateSchema } from './client-state.entity.js';
import { McpServerConfigSchema } from './mcp-server-config.entity.js';

/** A client at the authorization server of an MCP server. The server may have another client by now. */
export interface RegisteredClient {
  serverId: string;
  clientId: string;
}

const now = sql<Date>`now()`;

function tokenPlace(serverId: string): Place {
  return { table: 'oauth2_client_states', column: 'registration_access_token', row: serverId };
}

/**
 * Stores what a registration returned. Call it in the transaction that stores its client. It replaces everything that was
 * known about the earlier client. It counts as a proof, because the authorization server has just stored the client.
 */
export async function storeClientRegistration(
  tx: EntityManager,
  vault: Vault,
  { serverId, clientId }: RegisteredClient,
  { registrationClientUri, registrationAccessToken, secretExpiresAt }: ClientManagement,
): Promise<void> {
  const sealed =
    registrationAccessToken === null ? null : await vault.seal(registrationAccessToken, tokenPlace(serverId));
  const columns = {
    clientId,
    provedAt: now,
    checkedAt: null,
    unreturnedAt: null,
    secretExpiresAt,
    renewAt: secretExpiresAt && renewalTime(secretExpiresAt),
    registrationClientUri,
    registrationAccessToken: sealed,
  };
  await queries(tx, ClientStateSchema)
    .insertInto('ClientState')
    .values({ serverId, ...columns })
    .onConflict((conflict) => conflict.column('serverId').doUpdateSet(columns))
    .execute();
}

const longestLeadMs = 7 * 86_400_000;

/** Returns the time to register again: a quarter of the lifetime before the secret expires, and at most seven days. */
function renewalTime(secretExpiresAt: Date): Date {
  const lifetimeMs = secretExpiresAt.getTime() - Date.now();
  return new Date(secretExpiresAt.getTime() - Math.min(longestLeadMs, lifetimeMs / 4));
}

/** The stored access to a client's registration. */
export interface StoredManagement extends ClientManagement {
  /** The secret's lifetime has ended, by the database's clock. */
  isSecretExpired: boolean;
}

/** Returns how this client's registration is managed. A token that no key opens counts as absent. */
export async function findClientManagement(
  em: EntityManager,
  vault: Vault,
  { serverId, clientId }: RegisteredClient,
): Promise<StoredManagement | null> {
  const row = await queries(em, ClientStateSchema)
    .selectFrom('ClientState')
    .select([
      'registrationClientUri',
      'registrationAccessToken',
      'secretExpiresAt',
      sql<boolean>`coalesce(${sql.ref('secretExpiresAt')} <= now(), false)`.as('isSecretExpired'),
    ])
    .where('serverId', '=', serverId)
    .where('clientId', '=', clientId)
    .executeTakeFirst();
  if (!row) return null;
  const { registrationAccessToken: sealed } = row;
  try {
    const token = sealed === null ? null : await vault.open(sealed, tokenPlace(serverId));
    return { ...row, registrationAccessToken: token };
  } catch (error) {
    if (!(error instanceof UnreadableSecret)) throw error;
    return { ...row, registrationAccessToken: null };
  }
}

/** Replaces the token for a client's registration (RFC 7592 section 3). null removes the token and its endpoint. */
export async function replaceRegistrationToken(
  em: EntityManager,
  vault: Vault,
  { serverId, clientId }: RegisteredClient,
  token: string | null,
): Promise<void> {
  const columns =
    token === null
      ? { registrationClientUri: '', registrationAccessToken: null }
      : { registrationAccessToken: await vault.seal(token, tokenPlace(serverId)) };
  await em.fork().nativeUpdate(ClientStateSchema, { serverId, clientId }, columns);
}

/** Records that the authorization server accepted the client. In the steady state, this is one read. */
export async function recordProof(em: EntityManager, client: RegisteredClient): Promise<void> {
  if (await isProvedWithin(em, client, '1 minute')) return;
  await writeState(em, client, { provedAt: now });
}

async function isProvedWithin(
  em: EntityManager,
  { serverId, clientId }: RegisteredClient,
  interval: string,
): Promise<boolean> {
  const row = await queries(em.fork(), ClientStateSchema)
    .selectFrom('ClientState')
    .select('serverId')
    .where('serverId', '=', serverId)
    .where('clientId', '=', clientId)
    .where('provedAt', '>', sql<Date>`now() - ${interval}::interval`)
    .executeTakeFirst();
  return row !== undefined;
}

/** Records that the evidence of a user who never came back was examined. */
export async function clearUnreturned(
  em: EntityManager,
  { serverId, clientId }: RegisteredClient,
): Promise<void> {
  await em.fork().nativeUpdate(ClientStateSchema, { serverId, clientId }, { unreturnedAt: null });
}

/**
 * Claims a check after a refused request. Of all callers in all processes, one per minute gets it, so that a thousand
 * refused refreshes do not become a thousand checks.
 */
export async function claimCheck(em: EntityManager, client: RegisteredClient): Promise<boolean> {
  return writeState(em, client, { checkedAt: now });
}

/**
 * Writes one time of a client's state. `checkedAt` is written once a minute.
 * @returns false if the server has another client by now, or the time was not due
 */
async function writeState(
  em: EntityManager,
  { serverId, clientId }: RegisteredClient,
  columns: { provedAt: typeof now } | { checkedAt: typeof now },
): Promise<boolean> {
  return em.fork().transactional(async (tx) => {
    const db = queries(tx, ClientStateSchema, McpServerConfigSchema);
    // A registration locks this row FOR UPDATE, so no row is written for a client that it replaces.
    const server = await db
      .selectFrom('McpServerConfig')
      .select('id')
      .where('id', '=', serverId)
      .where('oauth2ClientId', '=', clientId)
      .forShare()
      .executeTakeFirst();
    if (!server) return false;
    await db
      .deleteFrom('ClientState')
      .where('serverId', '=', serverId)
      .where('clientId', '<>', clientId)
      .execute();
    const written = await db
      .insertInto('ClientState')
      .values({ serverId, clientId, ...columns })
      .onConflict((conflict) => {
        const update = conflict.column('serverId').doUpdateSet(columns);
        if (!('checkedAt' in columns)) return update;
        return update.where((eb) =>
          eb.or([
            eb('ClientState.checkedAt', 'is', null),
            eb('ClientState.checkedAt', '<', sql<Date>`now() - interval '1 minute'`),
          ]),
        );
      })
      .returning('serverId')
      .executeTakeFirst();
    return written !== undefined;
  });
}

/**
 * Returns clients to register again before their secrets expire, the most urgent first. A client that was registered
 * again or tried within the hour is not among them.
 */
export async function findClientsToRenew(em: EntityManager, limit: number): Promise<RegisteredClient[]> {
  return queries(em.fork(), ClientStateSchema, McpServerConfigSchema)
    .selectFrom('ClientState as c')
    .innerJoin('McpServerConfig as s', (join) =>
      join.onRef('s.id', '=', 'c.serverId').onRef('s.oauth2ClientId', '=', 'c.clientId'),
    )
    .select(['c.serverId', 'c.clientId'])
    .where('c.renewAt', '<=', now)
    .where('s.oauth2Registration', '=', 'DYNAMIC')
    .where((eb) =>
      eb.or([
        eb('s.oauth2ClientRenewalAt', 'is', null),
        eb('s.oauth2ClientRenewalAt', '<', sql<Date>`now() - interval '1 hour'`),
      ]),
    )
    .orderBy('c.renewAt')
    .orderBy('c.serverId')
    .limit(limit)
    .execute();
}
