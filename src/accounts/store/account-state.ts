import { raw } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { HotRead, HotReads, HotRow } from '../../database/hot-reads.js';
import { isJoined, queries } from '../../database/queries.js';
import { McpServerConfigSchema, type AuthType } from '../../servers/store/mcp-server-config.entity.js';
import type { AccountToken } from './account-tokens.js';
import {
  ConnectedAccountSchema,
  type ConnectedAccountFailureCode,
  type ConnectedAccountStatus,
} from './connected-account.entity.js';

/** An account with its access token, as needed to use or refresh it. Times are by the database's clock. */
export interface AccountState {
  id: string;
  generation: number;
  status: ConnectedAccountStatus;
  sealedAccessToken: string | null;
  scope: string;
  issuer: string;
  resource: string;
  /** Free of text from a remote party. '' when nothing is wrong. */
  failureReason: string;
  /** null when nothing is wrong. */
  failureCode: ConnectedAccountFailureCode | null;
  failureOauth2Error: string;
  /** Remote text, for administrators only. */
  failureRemoteMessage: string;
  failureHttpStatus: number | null;
  /** The provider has definitely refused to refresh the token, and has not refreshed it since. */
  isRefreshRefused: boolean;
  expiresAt: Date | null;
  /** Seconds until the access token expires. Negative when it has expired, null when the expiry is unknown. */
  secondsLeft: number | null;
  /** The lifetime that it was issued with, in seconds. */
  expiresIn: number | null;
  /** There is a refresh token, and the server still has the authorization server that issued it. */
  isRefreshable: boolean;
  connectedAt: Date;
  lastUsedAt: Date | null;
  /** Seconds since the last refresh. null when there was none since the authorization. */
  sinceRefresh: number | null;
  /** Seconds until the authorization server may be asked again. 0 when it may be asked now. */
  retryIn: number;
}

export interface ServerWithAccount {
  enabled: boolean;
  authType: AuthType;
  /** null: the user has never connected, or has disconnected. */
  account: AccountState | null;
}

type ServerWithAccountRow = Pick<ServerWithAccount, 'enabled' | 'authType'> & {
  [Name in keyof AccountState]: AccountState[Name] | null;
};

const readServerWithAccount: HotRead<{ userId: string; serverId: string }, ServerWithAccountRow> = (
  em,
  { userId, serverId },
) =>
  queries(em, McpServerConfigSchema, ConnectedAccountSchema)
    .selectFrom('McpServerConfig as s')
    .leftJoin('ConnectedAccount as a', (join) =>
      join.onRef('a.serverId', '=', 's.id').on('a.userId', '=', userId),
    )
    .select([
      's.enabled as enabled',
      's.authType as authType',
      'a.id as id',
      'a.generation as generation',
      'a.status as status',
      'a.accessToken as sealedAccessToken',
      'a.scope as scope',
      'a.issuer as issuer',
      'a.resource as resource',
      'a.failureReason as failureReason',
      'a.failureCode as failureCode',
      'a.failureOauth2Error as failureOauth2Error',
      'a.failureRemoteMessage as failureRemoteMessage',
      'a.failureHttpStatus as failureHttpStatus',
      sql<boolean>`${sql.ref('a.refreshRefusedAt')} is not null`.as('isRefreshRefused'),
      'a.expiresAt as expiresAt',
      'a.expiresIn as expiresIn',
      'a.createdAt as connectedAt',
      'a.lastUsedAt as lastUsedAt',
      sql<number | null>`extract(epoch from now() - ${sql.ref('a.lastRefreshedAt')})::float8`.as(
        'sinceRefresh',
      ),
      sql<number | null>`extract(epoch from ${sql.ref('a.expiresAt')} - now())::float8`.as('secondsLeft'),
      sql<boolean>`${sql.ref('a.hasRefreshToken')} and ${sql.ref('a.issuer')} = ${sql.ref('s.oauth2Issuer')}`.as(
        'isRefreshable',
      ),
      sql<number>`greatest(0, coalesce(extract(epoch from ${sql.ref('a.refreshNotBefore')} - now()), 0))::float8`.as(
        'retryIn',
      ),
    ])
    .where('s.id', '=', serverId);

/** Reads a server with a user's account by one statement. Returns null for an unknown server. */
export async function findServerWithAccount(
  { em, reads }: { em: EntityManager; reads: HotReads },
  ids: { userId: string; serverId: string },
): Promise<ServerWithAccount | null> {
  const [row] = await reads.run(em, readServerWithAccount, ids);
  if (!row) return null;
  const { enabled, authType, ...account } = row;
  return { enabled, authType, account: isJoined<HotRow<AccountState>>(account) ? withDates(account) : null };
}

function withDates(row: HotRow<AccountState>): AccountState {
  const { expiresAt, connectedAt, lastUsedAt } = row;
  return {
    ...row,
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    connectedAt: new Date(connectedAt),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt),
  };
}

export const unreadableMessage =
  'The stored tokens of your account at this MCP server can no longer be read. Connect again.';

/**
 * Records that no key of this process opens the tokens of an account, so that its user sees it. Nothing is erased: a
 * process that has the key can still open them, and then removes the failure.
 */
export async function markUnreadable(em: EntityManager, { id, generation }: AccountToken): Promise<void> {
  await queries(em.fork(), ConnectedAccountSchema)
    .updateTable('ConnectedAccount')
    .set({ failureCode: 'UNREADABLE', failureReason: unreadableMessage, failureAt: sql<Date>`now()` })
    .where('id', '=', id)
    .where('generation', '=', generation)
    .where('failureCode', 'is distinct from', 'UNREADABLE')
    .execute();
}

/**
 * Records that an account cannot be used until its refresh succeeds: the MCP server has refused its access token, and the
 * provider has refused to refresh it. The tokens are kept.
 */
export async function markUnusable(em: EntityManager, { id, generation }: AccountToken): Promise<void> {
  await em
    .fork()
    .nativeUpdate(
      ConnectedAccountSchema,
      { id, generation, status: 'CONNECTED', refreshRefusedAt: { $ne: null } },
      { status: 'NEEDS_AUTHORIZATION', updatedAt: raw('now()') },
    );
}

/** Removes that failure when the tokens could be opened after all. */
export async function markReadable(em: EntityManager, { id, generation }: AccountToken): Promise<void> {
  await em
    .fork()
    .nativeUpdate(
      ConnectedAccountSchema,
      { id, generation, failureCode: 'UNREADABLE' },
      { failureCode: null, failureReason: '', failureAt: null },
    );
}

/**
 * Returns true if an account is connected, and was not connected again since. It stays so until the transaction ends,
 * because its row is locked.
 */
export async function holdConnection(
  tx: EntityManager,
  { accountId, connectedAt }: { accountId: string; connectedAt: Date },
): Promise<boolean> {
  const account = await queries(tx, ConnectedAccountSchema)
    .selectFrom('ConnectedAccount')
    .select(['status', 'createdAt'])
    .where('id', '=', accountId)
    .forShare()
    .executeTakeFirst();
  return account?.status === 'CONNECTED' && account.createdAt.getTime() === connectedAt.getTime();
}
