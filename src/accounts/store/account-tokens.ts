import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import type { TokenAuthMethod } from '../../oauth2/client.js';
import type { TokenSet } from '../../oauth2/requests/tokens.js';
import type { Place, Vault } from '../../secrets/vault.js';
import { usable } from './account-view.js';
import type { ConnectedAccountFailureCode } from './connected-account.entity.js';

const table = 'mcp_server_user_tokens';

/** Where a grant's tokens are sealed to. */
export function tokenPlaces(row: string): { accessToken: Place; refreshToken: Place } {
  return {
    accessToken: { table, column: 'access_token', row },
    refreshToken: { table, column: 'refresh_token', row },
  };
}

/** A fresh grant, sealed and ready to be stored. */
export interface SealedAccount {
  id: string;
  accessToken: string;
  refreshToken: string | null;
  tokenType: string;
  scope: string;
  expiresAt: Date | null;
  issuer: string;
  resource: string;
}

/**
 * How long a token will still be good, in seconds, for times to be written by the database's clock: one clock for all
 * processes, however wrong their machines' own are. null: unknown.
 */
export function secondsUntil(expiresAt: Date | null): number | null {
  return expiresAt === null ? null : (expiresAt.getTime() - Date.now()) / 1000;
}

/** A lifetime as `expires_in` is stored: whole seconds that fit the column. */
export function storedLifetime(seconds: number | null): number | null {
  return seconds === null ? null : Math.min(Math.round(seconds), 2 ** 31 - 1);
}

/** Seals what a provider granted; its scope, where the answer left it out, is the one asked for (RFC 6749, 5.1). */
export async function sealAccount(
  vault: Vault,
  tokens: TokenSet,
  asked: { issuer: string; resource: string; scope: string },
): Promise<SealedAccount> {
  const id = uuidv7();
  const places = tokenPlaces(id);
  return {
    id,
    accessToken: await vault.seal(tokens.accessToken, places.accessToken),
    refreshToken:
      tokens.refreshToken === null ? null : await vault.seal(tokens.refreshToken, places.refreshToken),
    tokenType: tokens.tokenType,
    scope: tokens.scope ?? asked.scope,
    expiresAt: tokens.expiresAt,
    issuer: asked.issuer,
    resource: asked.resource,
  };
}

/**
 * Stores a grant in place of whatever this person had at this server. Every column is replaced, the id too: the new
 * tokens are sealed to it, and whoever still writes for the old grant (a refresh under way) misses. What the server has
 * wanted beyond earlier grants stays, and each new grant counts as an attempt to give it.
 */
export async function upsertAccount(
  em: EntityManager,
  owner: { userId: string; serverId: string },
  account: SealedAccount,
): Promise<void> {
  const secondsLeft = secondsUntil(account.expiresAt);
  await em.execute(
    `insert into mcp_server_user_tokens as t (id, mcp_server_config_id, user_id, access_token, refresh_token,
       token_type, scope, expires_at, expires_in, issuer, resource, generation, status, failure_reason,
       created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, now() + make_interval(secs => ?), ?, ?, ?, 1, 'CONNECTED', '', now(), now())
     on conflict (mcp_server_config_id, user_id) do update set
       id = excluded.id, access_token = excluded.access_token, refresh_token = excluded.refresh_token,
       token_type = excluded.token_type, scope = excluded.scope, expires_at = excluded.expires_at,
       expires_in = excluded.expires_in, issuer = excluded.issuer, resource = excluded.resource,
       generation = t.generation + 1, status = excluded.status, failure_reason = excluded.failure_reason,
       failure_code = null, failure_at = null,
       refresh_lease_id = null, refresh_lease_until = null, refresh_not_before = null, refresh_failures = 0,
       step_ups = case when t.challenged_scope is null then 0 else t.step_ups + 1 end,
       created_at = excluded.created_at, updated_at = excluded.updated_at,
       last_refreshed_at = null, last_used_at = null`,
    [
      account.id,
      owner.serverId,
      owner.userId,
      account.accessToken,
      account.refreshToken,
      account.tokenType,
      account.scope,
      secondsLeft,
      storedLifetime(secondsLeft),
      account.issuer,
      account.resource,
    ],
    'run',
  );
}

/** Whose grants: one person's, one server's, or one person's at one server. */
export type AccountScope = { userId: string; serverId?: string } | { userId?: string; serverId: string };

/** A grant whose row is gone: still sealed, with the client it was issued to. */
export interface DroppedAccount {
  id: string;
  connected: boolean;
  accessToken: string | null;
  refreshToken: string | null;
  userId: string;
  serverId: string;
  issuer: string;
  tokenEndpoint: string;
  revocationEndpoint: string;
  clientId: string;
  tokenAuthMethod: TokenAuthMethod | null;
  sealedClientSecret: string | null;
  acceptsPlainHttp: boolean;
}

function condition(scope: AccountScope, alias: string): { sql: string; params: string[] } {
  const parts = [
    ...(scope.userId === undefined ? [] : [{ sql: `${alias}.user_id = ?`, param: scope.userId }]),
    ...(scope.serverId === undefined
      ? []
      : [{ sql: `${alias}.mcp_server_config_id = ?`, param: scope.serverId }]),
  ];
  return { sql: parts.map(({ sql }) => sql).join(' and '), params: parts.map(({ param }) => param) };
}

/**
 * Ends popups under way: their callbacks find nothing to finish. Locked in the order of their key, since a person's
 * and a server's invalidation may meet in several of them.
 * @returns how many went.
 */
export async function deleteFlows(em: EntityManager, scope: AccountScope): Promise<number> {
  const { sql, params } = condition(scope, 'f');
  const flows = await em.execute<unknown[]>(
    `delete from oauth2_flows where state_hash in (
       select f.state_hash from oauth2_flows f where ${sql} order by f.state_hash for update)
     returning state_hash`,
    params,
  );
  return flows.length;
}

/** What `DroppedAccount` is made of, of a grant `t` at a server `c`. */
const droppedColumns = `t.id, (${usable}) as "connected", t.access_token as "accessToken",
       t.refresh_token as "refreshToken", t.user_id as "userId", c.id as "serverId", c.oauth2_issuer as "issuer",
       c.oauth2_token_url as "tokenEndpoint", c.oauth2_revocation_url as "revocationEndpoint",
       c.oauth2_client_id as "clientId", c.oauth2_token_auth_method as "tokenAuthMethod",
       c.oauth2_client_secret as "sealedClientSecret",
  coalesce((c.oauth2_compatibility->>'acceptsPlainHttp')::boolean, false) as "acceptsPlainHttp"`;

/**
 * Deletes flows first, so that no callback under way finds one to finish, then tokens, locked in the order of their
 * key as well. Call it in a transaction that holds the person's or the server's row FOR UPDATE, and before the server's
 * own columns change: the client that the grants belong to is read from them.
 * @returns the grants, and how many flows went.
 */
export async function deleteAccounts(
  em: EntityManager,
  scope: AccountScope,
): Promise<{ flows: number; accounts: DroppedAccount[] }> {
  const flows = await deleteFlows(em, scope);
  const { sql, params } = condition(scope, 't');
  const accounts = await em.execute<DroppedAccount[]>(
    `delete from mcp_server_user_tokens t using mcp_server_configs c
     where c.id = t.mcp_server_config_id and t.id in (
       select t.id from mcp_server_user_tokens t where ${sql} order by t.id for update)
     returning ${droppedColumns}`,
    params,
  );
  return { flows, accounts };
}

/**
 * What `deleteAccounts` does for everybody at a server, but the people see that they have to connect again, and why: this
 * client is to be registered anew, and a grant that was issued to the old one is of no use to the new.
 */
export async function endAccounts(
  em: EntityManager,
  serverId: string,
): Promise<{ flows: number; accounts: DroppedAccount[] }> {
  const flows = await deleteFlows(em, { serverId });
  const accounts = await clearAccounts(em, { sql: 'c.id = ?', params: [serverId] }, 'INVALID_CLIENT');
  return { flows, accounts };
}

/** The same for one grant whose token the MCP server refuses: only if it still is that token; null when it is not. */
export async function endRefusedAccount(
  em: EntityManager,
  { accountId, generation }: { accountId: string; generation: number },
): Promise<DroppedAccount | null> {
  const which = { sql: 't.id = ? and t.generation = ?', params: [accountId, generation] };
  const [account] = await clearAccounts(em, which, 'REFUSED_BY_MCP_SERVER');
  return account ?? null;
}

const emptiedBecause = {
  INVALID_CLIENT:
    'The provider had forgotten this Switchboard, which has registered itself there again. Connect again.',
  REFUSED_BY_MCP_SERVER: 'The MCP server does not accept the token any more.',
} as const satisfies Partial<Record<ConnectedAccountFailureCode, string>>;

async function clearAccounts(
  em: EntityManager,
  which: { sql: string; params: (string | number)[] },
  code: keyof typeof emptiedBecause,
): Promise<DroppedAccount[]> {
  return em.execute<DroppedAccount[]>(
    `with ended as (
       select ${droppedColumns} from mcp_server_user_tokens t
       join mcp_server_configs c on c.id = t.mcp_server_config_id
       where ${which.sql} and t.status = 'CONNECTED' order by t.id for update of t
     ), emptied as (
       update mcp_server_user_tokens t set status = 'NEEDS_AUTHORIZATION', access_token = null, refresh_token = null,
         expires_at = null, expires_in = null, generation = generation + 1, failure_code = ?,
         failure_reason = ?, failure_at = now(), refresh_lease_id = null, refresh_lease_until = null,
         refresh_not_before = null, refresh_failures = 0, updated_at = now()
       from ended where t.id = ended.id
     )
     select * from ended`,
    [...which.params, code, emptiedBecause[code]],
  );
}

/** How many people `deleteAccounts` would disconnect from this server. */
export async function countAccounts(em: EntityManager, serverId: string): Promise<number> {
  const rows = await em.execute<{ count: number }[]>(
    `select count(*)::int as "count" from mcp_server_user_tokens t where t.mcp_server_config_id = ? and ${usable}`,
    [serverId],
  );
  return rows[0]?.count ?? 0;
}
