import type { EntityManager } from '@mikro-orm/postgresql';
import { expressionBuilder, sql, type AliasableExpression, type Expression, type SqlBool } from 'kysely';
import { queries, type Tables } from '../../database/queries.js';
import { byId, byTime, type Order } from '../../paging/order.js';
import { findPage, mapPage, type CountedPage, type PageRequest } from '../../paging/page.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import { findNamedServer } from './account-audit.js';
import {
  ConnectedAccount,
  ConnectedAccountSchema,
  type ConnectedAccountFailureCode,
  type ConnectedAccountStatus,
} from './connected-account.entity.js';

/** An account as its user and administrators may read it: everything but its tokens. */
export interface AccountView {
  id: string;
  serverId: string;
  serverName: string;
  serverEnabled: boolean;
  userId: string;
  /** CONNECTED as long as the account can be used. A stored CONNECTED whose token has expired for good does not count. */
  status: ConnectedAccountStatus;
  scopes: string[];
  /** '' when the authorization server is unknown. */
  issuer: string;
  /** The time of the last authorization. A refresh does not change it. */
  connectedAt: Date;
  /** null: unknown. */
  expiresAt: Date | null;
  hasRefreshToken: boolean;
  lastUsedAt: Date | null;
  lastRefreshedAt: Date | null;
  failure: ConnectedAccountFailure | null;
}

export interface ConnectedAccountFailure {
  code: ConnectedAccountFailureCode;
  /** Free of text from a remote party. */
  message: string;
  at: Date;
}

type AccountTable = Tables<typeof ConnectedAccountSchema>['ConnectedAccount'];

/**
 * Returns the condition that the account `a` of a query can be used: its tokens are readable, and unexpired, of unknown
 * expiry, or refreshable as far as is known. Everything that calls a user connected, or counts connected users, uses this
 * condition.
 */
export function isUsable(): AliasableExpression<SqlBool> {
  const eb = expressionBuilder<{ a: AccountTable }, 'a'>();
  return eb.and([
    eb('a.status', '=', 'CONNECTED'),
    eb('a.failureCode', 'is distinct from', 'UNREADABLE'),
    eb.or([
      eb('a.expiresAt', 'is', null),
      eb('a.expiresAt', '>', sql<Date>`now()`),
      eb.and([eb('a.hasRefreshToken', '=', true), eb('a.refreshRefusedAt', 'is', null)]),
    ]),
  ]);
}

/** Selects the ids of the servers where the user has an account that can be used. */
export function serversWithUsableAccount(userId: string): Expression<string> {
  return expressionBuilder<{ ConnectedAccount: AccountTable }, never>()
    .selectFrom('ConnectedAccount as a')
    .select('a.serverId')
    .where('a.userId', '=', userId)
    .where(isUsable()) as unknown as Expression<string>;
}

/** The columns that `accountView` reads, of an account `a` at a server `s`. No secret is among them. */
export const accountViewColumns = [
  'a.id',
  'a.serverId',
  's.displayName as serverName',
  's.enabled as serverEnabled',
  'a.userId',
  isUsable().as('isUsable'),
  'a.scope',
  'a.issuer',
  'a.createdAt',
  'a.expiresAt',
  'a.hasRefreshToken',
  'a.lastUsedAt',
  'a.lastRefreshedAt',
  'a.failureCode',
  'a.failureReason',
  'a.failureAt',
] as const;

const selectViews = (em: EntityManager) =>
  queries(em, ConnectedAccountSchema, McpServerConfigSchema)
    .selectFrom('ConnectedAccount as a')
    .innerJoin('McpServerConfig as s', 's.id', 'a.serverId')
    .select(accountViewColumns);

/** A row of `accountViewColumns`. */
export type AccountViewRow = Awaited<ReturnType<ReturnType<typeof selectViews>['execute']>>[number];

export function accountView(row: AccountViewRow): AccountView {
  const { id, serverId, serverName, serverEnabled, userId, issuer } = row;
  return {
    id,
    serverId,
    serverName,
    serverEnabled,
    userId,
    status: row.isUsable ? 'CONNECTED' : 'NEEDS_AUTHORIZATION',
    scopes: row.scope.split(' ').filter((scope) => scope !== ''),
    issuer,
    connectedAt: row.createdAt,
    expiresAt: row.expiresAt,
    hasRefreshToken: row.hasRefreshToken,
    lastUsedAt: row.lastUsedAt,
    lastRefreshedAt: row.lastRefreshedAt,
    failure: failureOf(row),
  };
}

/** Expiry without a refresh token is the one failure that is not stored. */
function failureOf(row: AccountViewRow): ConnectedAccountFailure | null {
  const { isUsable, expiresAt, failureCode, failureReason, failureAt } = row;
  if (failureCode !== null && failureAt !== null) {
    return { code: failureCode, message: failureReason, at: failureAt };
  }
  if (isUsable || expiresAt === null) return null;
  return {
    code: 'EXPIRED',
    message: 'The account’s authorization has expired. Connect again.',
    at: expiresAt,
  };
}

/** Returns all accounts of a user by the server's name, whether they can be used or not, also at disabled servers. */
export async function findAccountViews(em: EntityManager, userId: string): Promise<AccountView[]> {
  const rows = await selectViews(em)
    .where('a.userId', '=', userId)
    .orderBy((eb) => eb.fn<string>('lower', ['s.displayName']))
    .orderBy('s.id')
    .execute();
  return rows.map(accountView);
}

const lastConnectedFirst: Order = {
  list: 'mcpServerAccounts',
  direction: 'desc',
  keys: [byTime('a.createdAt'), byId('a.id')],
};

/**
 * Returns a page of all users' accounts at a server, the latest authorization first.
 * @returns null for an unknown server
 */
export async function findAccountViewPage(
  em: EntityManager,
  serverId: string,
  request: PageRequest,
): Promise<CountedPage<AccountView> | null> {
  const accounts = selectViews(em).where('a.serverId', '=', serverId);
  const page = await findPage(accounts, lastConnectedFirst, request);
  if (page.edges.length === 0 && !(await findNamedServer(em, serverId))) return null;
  return { ...mapPage(page, accountView), count: () => em.count(ConnectedAccount, { serverId }) };
}
