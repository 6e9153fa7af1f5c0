import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import { sql } from 'kysely';
import { isJoined, queries } from '../../database/queries.js';
import { McpServerConfigSchema } from '../../servers/store/mcp-server-config.entity.js';
import {
  accountView,
  accountViewColumns,
  findAccountViews,
  isUsable,
  type AccountView,
  type AccountViewRow,
} from './account-view.js';
import { ConnectedAccountSchema } from './connected-account.entity.js';

/** Facts about the accounts at one server. */
export interface AccountFacts {
  /** The viewer's account can be used: it is unexpired, of unknown expiry, or refreshable. */
  authConnected: boolean;
  /** The viewer's account. null when there is none, or when it was not requested. */
  account: AccountView | null;
  /** The number of connected users. null when it was not requested. */
  accountCount: number | null;
}

/** Facts that are requested in addition to `authConnected`. */
export interface RequestedFacts {
  /** The viewer's accounts. */
  account: boolean;
  /** The number of connected users. Administrators only. */
  counts: boolean;
}

/** Returns facts about the given servers, in their order, by one statement. It reads no secret column. */
export async function findAccountFacts(
  em: EntityManager,
  userId: string,
  serverIds: readonly string[],
  requested: RequestedFacts,
): Promise<AccountFacts[]> {
  if (serverIds.length === 0) return [];
  if (requested.counts) return findCountedFacts(em, userId, serverIds);
  if (requested.account) {
    const own = new Map((await findAccountViews(em, userId)).map((account) => [account.serverId, account]));
    return serverIds.map((id) => ({ ...ownFacts(own.get(id) ?? null), accountCount: null }));
  }
  const connected = await findConnectedServers(em, userId);
  return serverIds.map((id) => ({
    authConnected: connected.has(id),
    account: null,
    accountCount: null,
  }));
}

function ownFacts(account: AccountView | null): Omit<AccountFacts, 'accountCount'> {
  return { authConnected: account?.status === 'CONNECTED', account };
}

/** Counts the connected users of each server, and reads the viewer's own account with each count. */
async function findCountedFacts(
  em: EntityManager,
  userId: string,
  serverIds: readonly string[],
): Promise<AccountFacts[]> {
  const rows = await queries(em, ConnectedAccountSchema, McpServerConfigSchema)
    .selectFrom((eb) =>
      eb
        .selectFrom('ConnectedAccount as a')
        .select([
          'a.serverId as server',
          sql<number>`(count(*) filter (where ${isUsable()}))::int`.as('connected'),
        ])
        .where((where) => where('a.serverId', '=', where.fn.any(where.val([...new Set(serverIds)]))))
        .groupBy('a.serverId')
        .as('total'),
    )
    .innerJoin('McpServerConfig as s', 's.id', 'total.server')
    .leftJoin('ConnectedAccount as a', (join) =>
      join.onRef('a.serverId', '=', 'total.server').on('a.userId', '=', userId),
    )
    .select(['total.server', 'total.connected'])
    .select(accountViewColumns)
    .execute();
  const byServer = new Map(
    rows.map(({ server, connected, ...row }) => [
      server,
      { ...ownFacts(isJoined<AccountViewRow>(row) ? accountView(row) : null), accountCount: connected },
    ]),
  );
  return serverIds.map((id) => byServer.get(id) ?? { ...ownFacts(null), accountCount: 0 });
}

/**
 * Returns the ids of all servers where the user's account can be used. They come in one row: to send the requested ids,
 * and to parse one row per server, would double the time of a long list.
 */
async function findConnectedServers(em: EntityManager, userId: string): Promise<ReadonlySet<string>> {
  const [row] = await em.execute<{ ids: string | null }[]>(
    // Raw SQL: every list with `authConnected` runs it, and building it takes a sixth of the CPU time of the list
    // (`npm run bench`). The condition is `isUsable`.
    `select string_agg(a.mcp_server_config_id::text, ',') as ids from mcp_server_user_tokens a
     where a.user_id = ? and a.status = 'CONNECTED' and a.failure_code is distinct from 'UNREADABLE'
       and (a.expires_at is null or a.expires_at > now() or a.has_refresh_token)`,
    [userId],
  );
  return new Set(row?.ids?.split(','));
}

/** A field of one server that a request asks for. */
interface Question {
  serverId: string;
  field: keyof AccountFacts;
}

/**
 * Batches what the fields of one request ask about accounts into one statement. Construct one per request, because it
 * caches its answers.
 */
export class AccountLoader {
  readonly #loader: DataLoader<Question, AccountFacts, string>;

  constructor(accounts: {
    factsFor(serverIds: readonly string[], requested: RequestedFacts): Promise<AccountFacts[]>;
  }) {
    this.#loader = new DataLoader<Question, AccountFacts, string>(
      (questions) =>
        accounts.factsFor(
          questions.map(({ serverId }) => serverId),
          {
            account: questions.some(({ field }) => field === 'account'),
            counts: questions.some(({ field }) => field === 'accountCount'),
          },
        ),
      { cacheKeyFn: ({ serverId, field }) => `${field} ${serverId}` },
    );
  }

  /** Tells whether the viewer's account at a server can be used. */
  async authConnected(serverId: string): Promise<boolean> {
    return (await this.#loader.load({ serverId, field: 'authConnected' })).authConnected;
  }

  /** Returns the viewer's account at a server, or null. */
  async account(serverId: string): Promise<AccountView | null> {
    return (await this.#loader.load({ serverId, field: 'account' })).account;
  }

  /** Returns the number of users connected to a server. Administrators only. */
  async accountCount(serverId: string): Promise<number> {
    return (await this.#loader.load({ serverId, field: 'accountCount' })).accountCount ?? 0;
  }
}
