import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';
import {
  findGrantFacts,
  grantFactColumns,
  grantFacts,
  usable,
  type GrantFactRow,
  type GrantFacts,
} from './account-view.js';

/** What may be told about connections to one server. */
export interface ConnectionFacts {
  /** The viewer's own grant can be used: unexpired, of unknown expiry, or refreshable. */
  authConnected: boolean;
  /** The viewer's own grant; null when there is none, or where it was not asked for. */
  connection: GrantFacts | null;
  /** How many people are connected; null where it was not asked for. */
  connectionCount: number | null;
}

/** What is asked about servers besides `authConnected`. */
export interface FactsAsked {
  /** The viewer's own grants. */
  connection: boolean;
  /** Everybody's connections, counted: for administrators only. */
  counts: boolean;
}

/**
 * Facts about the given servers, in their order, by one statement whatever their number and whatever is asked. No
 * secret column is read.
 */
export async function findConnectionFacts(
  em: EntityManager,
  userId: string,
  serverIds: readonly string[],
  asked: FactsAsked,
): Promise<ConnectionFacts[]> {
  if (serverIds.length === 0) return [];
  if (asked.counts) return findCountedFacts(em, userId, serverIds);
  if (asked.connection) {
    const own = new Map((await findGrantFacts(em, userId)).map((grant) => [grant.mcpServerConfigId, grant]));
    return serverIds.map((id) => ({ ...ownFacts(own.get(id) ?? null), connectionCount: null }));
  }
  const connected = await findConnectedServers(em, userId);
  return serverIds.map((id) => ({
    authConnected: connected.has(id),
    connection: null,
    connectionCount: null,
  }));
}

function ownFacts(connection: GrantFacts | null): Omit<ConnectionFacts, 'connectionCount'> {
  return { authConnected: connection?.status === 'CONNECTED', connection };
}

/** How many people are connected to each server, with the viewer's own grant beside it. */
async function findCountedFacts(
  em: EntityManager,
  userId: string,
  serverIds: readonly string[],
): Promise<ConnectionFacts[]> {
  type Row = { serverId: string; connectionCount: number } & (GrantFactRow | { id: null });
  const rows = await em.execute<Row[]>(
    `select s.id as "serverId", s.count as "connectionCount", ${grantFactColumns}
     from (
       select t.mcp_server_config_id as id, (count(*) filter (where ${usable}))::int as count
       from mcp_server_user_tokens t where t.mcp_server_config_id in (?) group by t.mcp_server_config_id
     ) s
     join mcp_server_configs c on c.id = s.id
     left join mcp_server_user_tokens t on t.mcp_server_config_id = s.id and t.user_id = ?`,
    [[...new Set(serverIds)], userId],
  );
  const byServer = new Map(
    rows.map(({ serverId, connectionCount, ...row }) => [
      serverId,
      { ...ownFacts(row.id === null ? null : grantFacts(row)), connectionCount },
    ]),
  );
  return serverIds.map((id) => byServer.get(id) ?? { ...ownFacts(null), connectionCount: 0 });
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
  field: keyof ConnectionFacts;
}

/**
 * Gathers what one request's fields ask about connections into one statement. Make one for each request: it
 * remembers its answers.
 */
export class ConnectionLoader {
  readonly #loader: DataLoader<Question, ConnectionFacts, string>;

  constructor(connections: {
    factsFor(serverIds: readonly string[], asked: FactsAsked): Promise<ConnectionFacts[]>;
  }) {
    this.#loader = new DataLoader<Question, ConnectionFacts, string>(
      (questions) =>
        connections.factsFor(
          questions.map(({ serverId }) => serverId),
          {
            connection: questions.some(({ field }) => field === 'connection'),
            counts: questions.some(({ field }) => field === 'connectionCount'),
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
  async connection(serverId: string): Promise<GrantFacts | null> {
    return (await this.#loader.load({ serverId, field: 'connection' })).connection;
  }

  /** How many people are connected to this server; only ever ask for an administrator. */
  async connectionCount(serverId: string): Promise<number> {
    return (await this.#loader.load({ serverId, field: 'connectionCount' })).connectionCount ?? 0;
  }
}
