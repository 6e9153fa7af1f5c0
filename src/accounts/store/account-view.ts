import type { EntityManager } from '@mikro-orm/postgresql';
import { isAfter, microseconds, pageOf, type Page, type Position } from '../../paging/keyset.js';
import type { ConnectedAccountStatus, ConnectedAccountFailureCode } from './connected-account.entity.js';

/** What may be told of a grant: everything but its tokens. */
export interface AccountView {
  id: string;
  serverId: string;
  serverName: string;
  serverEnabled: boolean;
  userId: string;
  /** CONNECTED as long as it can be used, whatever the row says of one that has expired since. */
  status: ConnectedAccountStatus;
  scopes: string[];
  /** '' when nobody named the provider. */
  issuer: string;
  /** When the person authorized it; a refresh does not change it. */
  connectedAt: Date;
  /** null: nobody knows. */
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  lastRefreshedAt: Date | null;
  failure: ConnectedAccountFailure | null;
}

export interface ConnectedAccountFailure {
  code: ConnectedAccountFailureCode;
  /** In our own words. */
  message: string;
  at: Date;
}

/**
 * That a grant `t` can be used: readable, and unexpired, of unknown expiry, or refreshable. The one condition for
 * everything that calls somebody connected, or counts who is.
 */
export const usable = `t.status = 'CONNECTED' and t.failure_code is distinct from 'UNREADABLE'
  and (t.expires_at is null or t.expires_at > now() or t.has_refresh_token)`;

/** What `accountView` reads, of a grant `t` at a server `c`. No secret column is among them. */
export const accountViewColumns = `t.id, t.mcp_server_config_id as "serverId", c.display_name as "serverName",
  c.enabled as "serverEnabled", t.user_id as "userId", (${usable}) as "isUsable", t.scope, t.issuer,
  t.created_at as "connectedAt", t.expires_at as "expiresAt", t.last_used_at as "lastUsedAt",
  t.last_refreshed_at as "lastRefreshedAt", t.failure_code as "failureCode", t.failure_reason as "failureReason",
  t.failure_at as "failureAt"`;

/** A row of `accountViewColumns`: times are text. */
export interface AccountViewRow {
  id: string;
  serverId: string;
  serverName: string;
  serverEnabled: boolean;
  userId: string;
  isUsable: boolean;
  scope: string;
  issuer: string;
  connectedAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  lastRefreshedAt: string | null;
  failureCode: ConnectedAccountFailureCode | null;
  failureReason: string;
  failureAt: string | null;
}

export function accountView(row: AccountViewRow): AccountView {
  const { id, serverId, serverName, serverEnabled, userId, isUsable, issuer } = row;
  return {
    id,
    serverId,
    serverName,
    serverEnabled,
    userId,
    status: isUsable ? 'CONNECTED' : 'NEEDS_AUTHORIZATION',
    scopes: row.scope.split(' ').filter((scope) => scope !== ''),
    issuer,
    connectedAt: new Date(row.connectedAt),
    expiresAt: dateOf(row.expiresAt),
    lastUsedAt: dateOf(row.lastUsedAt),
    lastRefreshedAt: dateOf(row.lastRefreshedAt),
    failure: failureOf(row),
  };
}

/** A token that has run out, and cannot be refreshed, is the one failure that nothing had to happen for. */
function failureOf({
  isUsable,
  expiresAt,
  failureCode,
  failureReason,
  failureAt,
}: AccountViewRow): ConnectedAccountFailure | null {
  if (failureCode !== null && failureAt !== null) {
    return { code: failureCode, message: failureReason, at: new Date(failureAt) };
  }
  if (isUsable || expiresAt === null) return null;
  return { code: 'EXPIRED', message: 'The connection has expired. Connect again.', at: new Date(expiresAt) };
}

const dateOf = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** Everything that this person is connected to, or has to connect again, by name; also at servers disabled since. */
export async function findAccountViews(em: EntityManager, userId: string): Promise<AccountView[]> {
  const rows = await em.execute<AccountViewRow[]>(
    `select ${accountViewColumns}
     from mcp_server_user_tokens t join mcp_server_configs c on c.id = t.mcp_server_config_id
     where t.user_id = ? order by lower(c.display_name), c.id`,
    [userId],
  );
  return rows.map(accountView);
}

/**
 * Everybody's connections to a server, those made last first, by one statement whatever their number.
 * @returns null for an unknown server.
 */
export async function findAccountViewPage(
  em: EntityManager,
  serverId: string,
  { first, after }: { first: number; after: Position | null },
): Promise<Page<AccountView> | null> {
  const rows = await em.execute<((AccountViewRow & { at: string }) | { id: null })[]>(
    `select g.* from mcp_server_configs c
     left join lateral (
       select ${accountViewColumns}, ${microseconds('t.created_at')} as "at" from mcp_server_user_tokens t
       where t.mcp_server_config_id = c.id and ${after ? isAfter('t.created_at', 't.id') : 'true'}
       order by t.created_at desc, t.id desc limit ?
     ) g on true
     where c.id = ? order by g."at"::bigint desc, g.id desc`,
    [...(after ? [after.at, after.id] : []), first + 1, serverId],
  );
  if (rows.length === 0) return null;
  const accounts = rows.filter((row) => row.id !== null);
  const { edges, pageInfo } = pageOf(accounts, first, (row) => row);
  return { edges: edges.map(({ cursor, node }) => ({ cursor, node: accountView(node) })), pageInfo };
}
