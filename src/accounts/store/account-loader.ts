import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import {
  findAccountViews,
  accountViewColumns,
  accountView,
  usable,
  type AccountViewRow,
  type AccountView,
} from './account-view.js';

/** What may be told about connections to one server. */
export interface AccountFacts {
  /** The viewer's own grant can be used: unexpired, of unknown expiry, or refreshable. */
  authConnected: boolean;
  /** The viewer's own grant; null when there is none, or where it was not asked for. */
  account: AccountView | null;
  /** How many people are connected; null where it was not asked for. */
  accountCount: number | null;
}

/** What is asked about servers besides `authConnected`. */
export interface FactsAsked {
  /** The viewer's own grants. */
  account: boolean;
  /** Everybody's connections, counted: for administrators only. */
  counts: boolean;
}

/**
 * Facts about the given servers, in their order, by one statement whatever their number and whatever is asked. No
 * secret column is read.
 */
export async function findAccountFacts(
  em: EntityManager,
  userId: string,
  serverIds: readonly string[],
  asked: FactsAsked,
): Promise<AccountFacts[]> {
  if (serverIds.length === 0) return [];
  if (asked.counts) return findCountedFacts(em, userId, serverIds);
  if (asked.account) {
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

/** How many people are connected to each server, with the viewer's own grant beside it. */
async function findCountedFacts(
  em: EntityManager,
  userId: string,
  serverIds: readonly string[],
): Promise<AccountFacts[]> {
  type Row = { countedServerId: string; accountCount: number } & (AccountViewRow | { id: null });
  const rows = await em.execute<Row[]>(
    `select s.id as "countedServerId", s.count as "accountCount", ${accountViewColumns}
     from (
       select t.mcp_server_config_id as id, (count(*) filter (where ${usable}))::int as count
       from mcp_server_user_tokens t where t.mcp_server_config_id in (?) group by t.mcp_server_config_id
     ) s
     join mcp_server_configs c on c.id = s.id
     left join mcp_server_user_tokens t on t.mcp_server_config_id = s.id and t.user_id = ?`,
    [[...new Set(serverIds)], userId],
  );
  const byServer = new Map(
    rows.map(({ countedServerId, accountCount, ...row }) => [
      countedServerId,
      { ...ownFacts(row.id === null ? null : accountView(row)), accountCount },
    ]),
  );
  return serverIds.map((id) => byServer.get(id) ?? { ...ownFacts(null), accountCount: 0 });
}

/**
 * The ids of every server where this person's own grant can be used. All of them in one row: to name those that are
 * asked for, and to take a row for each apart again, would cost a long list twice as much.
 */
async function findConnectedServers(em: EntityManager, userId: string): Promise<ReadonlySet<string>> {
  const [row] = await em.execute<{ ids: string | null }[]>(
    `select string_agg(t.mcp_server_config_id::text, ',') as ids from mcp_server_user_tokens t
     where t.user_id = ? and ${usable}`,
    [userId],
  );
  return new Set(row?.ids?.split(','));
}

/** One field's question about one server. */
interface Question {
  serverId: string;
  field: keyof AccountFacts;
}

/**
 * Gathers what one request's fields ask about connections into one statement. Make one for each request: it
 * remembers its answers.
 */
export class AccountLoader {
  readonly #loader: DataLoader<Question, AccountFacts, string>;

  constructor(accounts: {
    factsFor(serverIds: readonly string[], asked: FactsAsked): Promise<AccountFacts[]>;
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

  /** Whether the viewer's own grant at this server can be used. */
  async authConnected(serverId: string): Promise<boolean> {
    return (await this.#loader.load({ serverId, field: 'authConnected' })).authConnected;
  }

  /** The viewer's own grant at this server; null when there is none. */
  async account(serverId: string): Promise<AccountView | null> {
    return (await this.#loader.load({ serverId, field: 'account' })).account;
  }

  /** How many people are connected to this server; only ever ask for an administrator. */
  async accountCount(serverId: string): Promise<number> {
    return (await this.#loader.load({ serverId, field: 'accountCount' })).accountCount ?? 0;
  }
}
