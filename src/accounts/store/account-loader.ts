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
  /** The viewer's account. null when there is none, or when it was not requested. */
  account: AccountView | null;
  /** The number of connected users. null when it was not requested. */
  accountCount: number | null;
}

/**
 * Returns facts about the given servers, in their order, by one statement. It reads no secret column.
 * @param counts whether to count the connected users
 */
export async function findAccountFacts(
  em: EntityManager,
  userId: string,
  serverIds: readonly string[],
  { counts }: { counts: boolean },
): Promise<AccountFacts[]> {
  if (serverIds.length === 0) return [];
  if (counts) return findCountedFacts(em, userId, serverIds);
  const own = new Map((await findAccountViews(em, userId)).map((account) => [account.serverId, account]));
  return serverIds.map((id) => ({ account: own.get(id) ?? null, accountCount: null }));
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
      { account: isJoined<AccountViewRow>(row) ? accountView(row) : null, accountCount: connected },
    ]),
  );
  return serverIds.map((id) => byServer.get(id) ?? { account: null, accountCount: 0 });
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
    factsFor(serverIds: readonly string[], requested: { counts: boolean }): Promise<AccountFacts[]>;
  }) {
    this.#loader = new DataLoader<Question, AccountFacts, string>(
      (questions) =>
        accounts.factsFor(
          questions.map(({ serverId }) => serverId),
          { counts: questions.some(({ field }) => field === 'accountCount') },
        ),
      { cacheKeyFn: ({ serverId, field }) => `${field} ${serverId}` },
    );
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
