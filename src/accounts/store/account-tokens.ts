import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import type { TokenAuthMethod } from '../../oauth2/client.js';
import type { TokenSet } from '../../oauth2/requests/tokens.js';
import type { Place, Vault } from '../../secrets/vault.js';
import { usable } from './account-view.js';
import type { GrantFailureCode } from './connected-account.entity.js';

const table = 'mcp_server_user_tokens';

/** Where a grant's tokens are sealed to. */
export function tokenPlaces(row: string): { accessToken: Place; refreshToken: Place } {
  return {
    accessToken: { table, column: 'access_token', row },
    refreshToken: { table, column: 'refresh_token', row },
  };
}

/** A fresh grant, sealed and ready to be stored. */
export interface SealedGrant {
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
export async function sealGrant(
  vault: Vault,
  tokens: TokenSet,
  asked: { issuer: string; resource: string; scope: string },
): Promise<SealedGrant> {
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
export async function upsertGrant(
  em: EntityManager,
  owner: { userId: string; mcpServerConfigId: string },
  grant: SealedGrant,
): Promise<void> {
  const secondsLeft = secondsUntil(grant.expiresAt);
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
      grant.id,
      owner.mcpServerConfigId,
      owner.userId,
      grant.accessToken,
      grant.refreshToken,
      grant.tokenType,
      grant.scope,
      secondsLeft,
      storedLifetime(secondsLeft),
      grant.issuer,
      grant.resource,
    ],
    'run',
  );
}

/** Whose grants: one person's, one server's, or one person's at one server. */
export type GrantScope =
  { userId: string; mcpServerConfigId?: string } | { userId?: string; mcpServerConfigId: string };

/** A grant whose row is gone: still sealed, with the client it was issued to. */
export interface DroppedGrant {
  id: string;
  connected: boolean;
  accessToken: string | null;
  refreshToken: string | null;
  userId: string;
  mcpServerConfigId: string;
  issuer: string;
  tokenEndpoint: string;
  revocationEndpoint: string;
  clientId: string;
  tokenAuthMethod: TokenAuthMethod | null;
  sealedClientSecret: string | null;
  acceptsPlainHttp: boolean;
}

function condition(scope: GrantScope, alias: string): { sql: string; params: string[] } {
  const parts = [
    ...(scope.userId === undefined ? [] : [{ sql: `${alias}.user_id = ?`, param: scope.userId }]),
    ...(scope.mcpServerConfigId === undefined
      ? []
      : [{ sql: `${alias}.mcp_server_config_id = ?`, param: scope.mcpServerConfigId }]),
  ];
  return { sql: parts.map(({ sql }) => sql).join(' and '), params: parts.map(({ param }) => param) };
}

/**
 * Ends popups under way: their callbacks find nothing to finish. Locked in the order of their key, since a person's
 * and a server's invalidation may meet in several of them.
 * @returns how many went.
 */
export async function deleteFlows(em: EntityManager, scope: GrantScope): Promise<number> {
  const { sql, params } = condition(scope, 'f');
  const flows = await em.execute<unknown[]>(
    `delete from oauth2_flows where state_hash in (
       select f.state_hash from oauth2_flows f where ${sql} order by f.state_hash for update)
     returning state_hash`,
    params,
  );
  return flows.length;
}

/** What `DroppedGrant` is made of, of a grant `t` at a server `c`. */
const droppedColumns = `t.id, (${usable}) as "connected", t.access_token as "accessToken",
       t.refresh_token as "refreshToken", t.user_id as "userId", c.id as "mcpServerConfigId", c.oauth2_issuer as "issuer",
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
export async function deleteGrants(
  em: EntityManager,
  scope: GrantScope,
): Promise<{ flows: number; grants: DroppedGrant[] }> {
  const flows = await deleteFlows(em, scope);
  const { sql, params } = condition(scope, 't');
  const grants = await em.execute<DroppedGrant[]>(
    `delete from mcp_server_user_tokens t using mcp_server_configs c
     where c.id = t.mcp_server_config_id and t.id in (
       select t.id from mcp_server_user_tokens t where ${sql} order by t.id for update)
     returning ${droppedColumns}`,
    params,
  );
  return { flows, grants };
}

/**
 * What `deleteGrants` does for everybody at a server, but the people see that they have to connect again, and why: this
 * client is to be registered anew, and a grant that was issued to the old one is of no use to the new.
 */
export async function endGrants(
  em: EntityManager,
  mcpServerConfigId: string,
): Promise<{ flows: number; grants: DroppedGrant[] }> {
  const flows = await deleteFlows(em, { mcpServerConfigId });
  const grants = await emptyGrants(em, { sql: 'c.id = ?', params: [mcpServerConfigId] }, 'INVALID_CLIENT');
  return { flows, grants };
}

/** The same for one grant whose token the MCP server refuses: only if it still is that token; null when it is not. */
export async function endRefusedGrant(
  em: EntityManager,
  { grantId, generation }: { grantId: string; generation: number },
): Promise<DroppedGrant | null> {
  const which = { sql: 't.id = ? and t.generation = ?', params: [grantId, generation] };
  const [grant] = await emptyGrants(em, which, 'REFUSED_BY_MCP_SERVER');
  return grant ?? null;
}

const emptiedBecause = {
  INVALID_CLIENT:
    'The provider had forgotten this Switchboard, which has registered itself there again. Connect again.',
  REFUSED_BY_MCP_SERVER: 'The MCP server does not accept the token any more.',
} as const satisfies Partial<Record<GrantFailureCode, string>>;

async function emptyGrants(
  em: EntityManager,
  which: { sql: string; params: (string | number)[] },
  code: keyof typeof emptiedBecause,
): Promise<DroppedGrant[]> {
  return em.execute<DroppedGrant[]>(
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

/** How many people `deleteGrants` would disconnect from this server. */
export async function countGrants(em: EntityManager, mcpServerConfigId: string): Promise<number> {
  const rows = await em.execute<{ count: number }[]>(
    `select count(*)::int as "count" from mcp_server_user_tokens t where t.mcp_server_config_id = ? and ${usable}`,
    [mcpServerConfigId],
  );
  return rows[0]?.count ?? 0;
}
