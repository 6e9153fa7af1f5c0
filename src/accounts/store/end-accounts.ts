import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import { queries, type Tables } from '../../database/queries.js';
import { deleteSessions, type DeletedSession } from '../../mcp/sessions/delete-sessions.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import { recordAccountChange } from './account-audit.js';
import { neverRefused, type AccountToken } from './account-tokens.js';
import { isUsable } from './account-view.js';
import { ConnectedAccountSchema, type ConnectedAccountFailureCode } from './connected-account.entity.js';
import { FlowSchema } from './flow.entity.js';

/** The accounts of one user, of one server, or of one user at one server. */
export type AccountScope = { userId: string; serverId?: string } | { userId?: string; serverId: string };

/** An account that has ended, with its sealed tokens, the client that its server has, and the one that got the tokens. */
export type EndedAccount = Awaited<ReturnType<typeof lockAccounts>>[number];

/**
 * Deletes the flows in progress, so that their callbacks find none to finish. Locks them in the order of their key,
 * because the invalidation of a user and that of a server may meet in several flows.
 * @returns the number of deleted flows
 */
export async function deleteFlows(tx: EntityManager, { userId, serverId }: AccountScope): Promise<number> {
  const result = await queries(tx, FlowSchema)
    .deleteFrom('Flow')
    .where('stateHash', 'in', (eb) =>
      eb
        .selectFrom('Flow')
        .select('stateHash')
        .where((flow) =>
          flow.and({ ...(userId !== undefined && { userId }), ...(serverId !== undefined && { serverId }) }),
        )
        .orderBy('stateHash')
        .forUpdate(),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

type AccountWhere = (eb: ExpressionBuilder<{ a: AccountTable }, 'a'>) => Expression<SqlBool>;
type AccountTable = Tables<typeof ConnectedAccountSchema>['ConnectedAccount'];

const inScope =
  ({ userId, serverId }: AccountScope): AccountWhere =>
  (eb) =>
    eb.and({
      ...(userId !== undefined && { 'a.userId': userId }),
      ...(serverId !== undefined && { 'a.serverId': serverId }),
    });

/** Locks accounts in the order of their key, and reads what revoking them takes. */
function lockAccounts(tx: EntityManager, where: AccountWhere) {
  return queries(tx, ConnectedAccountSchema, McpServerConfigSchema)
    .selectFrom('ConnectedAccount as a')
    .innerJoin('McpServerConfig as s', 's.id', 'a.serverId')
    .select([
      'a.id',
      'a.userId',
      'a.serverId',
      'a.accessToken',
      'a.refreshToken',
      'a.clientId as issuedTo',
      'a.clientIsPublic as isIssuedToPublic',
      's.oauth2Issuer as issuer',
      's.oauth2TokenUrl as tokenEndpoint',
      's.oauth2RevocationUrl as revocationEndpoint',
      's.oauth2ClientId as clientId',
      's.oauth2TokenAuthMethod as tokenAuthMethod',
      's.oauth2ClientSecret as sealedClientSecret',
      's.oauth2Compatibility as compatibility',
      isUsable().as('isConnected'),
    ])
    .where(where)
    .orderBy('a.id')
    .forUpdate('a')
    .execute();
}

/** The ended accounts and flows, and their sessions, which end on their servers after the commit. */
export interface EndedAccounts {
  flows: number;
  accounts: EndedAccount[];
  sessions: DeletedSession[];
}

/**
 * Deletes flows first, so that a callback in progress finds none to finish, then accounts. Call it in a transaction that
 * holds the row of the user or the server FOR UPDATE, and before the server's own columns change: the client that
 * revokes the tokens is read from them.
 */
export async function deleteAccounts(tx: EntityManager, scope: AccountScope): Promise<EndedAccounts> {
  const flows = await deleteFlows(tx, scope);
  const accounts = await lockAccounts(tx, inScope(scope));
  const sessions = await deleteSessions(tx, scope);
  await queries(tx, ConnectedAccountSchema)
    .deleteFrom('ConnectedAccount')
    .where((eb) => eb('id', '=', eb.fn.any(eb.val(accounts.map(({ id }) => id)))))
    .execute();
  return { flows, accounts, sessions };
}

export interface AccountFailure {
  code: ConnectedAccountFailureCode;
  /** At most 400 characters, free of text from a remote party. */
  reason: string;
  /** The error code of the provider if it is registered. */
  oauth2Error?: string;
  /** The provider's description, for administrators only. */
  remoteMessage?: string;
  /** The HTTP status of the provider. */
  httpStatus?: number | null;
}

/**
 * Ends one account: erases its tokens, keeps the reason, and records it in the audit log.
 * @param token the account ends only if it still has this token, and under this lease if one is given
 * @returns null when the account has newer tokens, or is gone
 */
export async function endAccount(
  tx: EntityManager,
  { id, generation, leaseId }: AccountToken & { leaseId?: string },
  failure: AccountFailure,
): Promise<EndedAccount | null> {
  const isSame: AccountWhere = (eb) =>
    eb.and({ 'a.id': id, 'a.generation': generation, ...(leaseId && { 'a.refreshLeaseId': leaseId }) });
  const [account] = await eraseTokens(tx, isSame, failure);
  if (!account) return null;
  await deleteSessions(tx, { userId: account.userId, serverId: account.serverId });
  await recordAccountChange(tx, 'ACCOUNT_ENDED', account, failure.code);
  return account;
}

const refusedTooLong: AccountFailure = {
  code: 'REFUSED_BY_PROVIDER',
  reason:
    'The provider refused to issue new tokens for seven days, so the old ones were deleted. Connect again.',
};

/**
 * Ends accounts whose access token has expired, and whose provider has refused to refresh it for seven days. It leaves out
 * accounts that are being refreshed, or that another transaction has locked.
 * @param limit of accounts, so that a transaction stays short
 */
export async function endAccountsRefusedTooLong(tx: EntityManager, limit: number): Promise<EndedAccount[]> {
  const chosen = await queries(tx, ConnectedAccountSchema)
    .selectFrom('ConnectedAccount')
    .select('id')
    .where('refreshRefusedAt', '<', sql<Date>`now() - interval '7 days'`)
    .where('accessToken', 'is not', null)
    .where((eb) => eb.or([eb('status', '=', 'NEEDS_AUTHORIZATION'), eb('expiresAt', '<=', sql<Date>`now()`)]))
    .where((eb) =>
      eb.or([eb('refreshLeaseUntil', 'is', null), eb('refreshLeaseUntil', '<=', sql<Date>`now()`)]),
    )
    // A process of an earlier version does not clear the refusal when it stores newer tokens.
    .where((eb) => eb('refreshRefusedAt', '>', eb.fn.coalesce('lastRefreshedAt', 'createdAt')))
    .orderBy('refreshRefusedAt')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute();
  const ids = chosen.map(({ id }) => id);
  const accounts = await eraseTokens(tx, (eb) => eb('a.id', '=', eb.fn.any(eb.val(ids))), refusedTooLong);
  for (const account of accounts) {
    await recordAccountChange(tx, 'ACCOUNT_ENDED', account, refusedTooLong.code);
  }
  return accounts;
}

async function eraseTokens(
  tx: EntityManager,
  where: AccountWhere,
  { code, reason, oauth2Error = '', remoteMessage = '', httpStatus = null }: AccountFailure,
): Promise<EndedAccount[]> {
  const accounts = await lockAccounts(tx, (eb) => eb.and([where(eb), eb('a.accessToken', 'is not', null)]));
  await queries(tx, ConnectedAccountSchema)
    .updateTable('ConnectedAccount')
    .set((eb) => ({
      status: 'NEEDS_AUTHORIZATION',
      accessToken: null,
      refreshToken: null,
      expiresAt: null,
      expiresIn: null,
      generation: eb('generation', '+', 1),
      failureCode: code,
      failureReason: reason,
      failureAt: sql<Date>`now()`,
      refreshLeaseId: null,
      refreshLeaseUntil: null,
      refreshNotBefore: null,
      ...neverRefused,
      failureOauth2Error: oauth2Error,
      failureRemoteMessage: remoteMessage,
      failureHttpStatus: httpStatus,
      updatedAt: sql<Date>`now()`,
    }))
    .where((eb) => eb('id', '=', eb.fn.any(eb.val(accounts.map(({ id }) => id)))))
    .execute();
  return accounts;
}

/** Returns the number of users that `deleteAccounts` would disconnect from a server. */
export async function countAccounts(em: EntityManager, serverId: string): Promise<number> {
  const { count } = await queries(em, ConnectedAccountSchema)
    .selectFrom('ConnectedAccount as a')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('a.serverId', '=', serverId)
    .where(isUsable())
    .executeTakeFirstOrThrow();
  return count;
}
