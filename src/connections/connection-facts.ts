import type { EntityManager } from '@mikro-orm/postgresql';
import DataLoader from 'dataloader';

/** A grant that can be used: unexpired, of unknown expiry, or refreshable. */
const usable = `t.status = 'CONNECTED' and (t.expires_at is null or t.expires_at > now() or t.has_refresh_token)`;

/** What may be told about connections to one server. */
export interface ConnectionFacts {
  /** The viewer's own grant can be used: unexpired, of unknown expiry, or refreshable. */
  authConnected: boolean;
  /** How many people are connected; null where it was not asked for. */
  connectionCount: number | null;
}

/**
 * Facts about the given servers, in their order, by one statement whatever their number. No secret column is read.
 * @param withCounts counts everybody's connections too, which is for administrators only.
 */
export async function findConnectionFacts(
  em: EntityManager,
  userId: string,
  serverIds: readonly string[],
  withCounts: boolean,
): Promise<ConnectionFacts[]> {
  if (serverIds.length === 0) return [];
  if (!withCounts) {
    const connected = await findConnectedServers(em, userId);
    return serverIds.map((id) => ({ authConnected: connected.has(id), connectionCount: null }));
  }
  const rows = await em.execute<(ConnectionFacts & { serverId: string })[]>(
    `select t.mcp_server_config_id as "serverId", bool_or(t.user_id = ? and ${usable}) as "authConnected",
       (count(*) filter (where t.status = 'CONNECTED'))::int as "connectionCount"
     from mcp_server_user_tokens t where t.mcp_server_config_id in (?)
     group by t.mcp_server_config_id`,
    [userId, [...new Set(serverIds)]],
  );
  const byServer = new Map(rows.map(({ serverId, ...facts }) => [serverId, facts]));
  return serverIds.map((id) => byServer.get(id) ?? { authConnected: false, connectionCount: 0 });
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
  counted: boolean;
}

/**
 * Gathers what one request's fields ask about connections into one statement. Make one for each request: it
 * remembers its answers.
 */
export class ConnectionLoader {
  readonly #loader: DataLoader<Question, ConnectionFacts, string>;

  constructor(connections: {
    factsFor(serverIds: readonly string[], withCounts: boolean): Promise<ConnectionFacts[]>;
  }) {
    this.#loader = new DataLoader<Question, ConnectionFacts, string>(
      (questions) =>
        connections.factsFor(
          questions.map(({ serverId }) => serverId),
          questions.some(({ counted }) => counted),
        ),
      { cacheKeyFn: ({ serverId, counted }) => (counted ? `#${serverId}` : serverId) },
    );
  }

  /** Whether the viewer's own grant at this server can be used. */
  async authConnected(serverId: string): Promise<boolean> {
    return (await this.#loader.load({ serverId, counted: false })).authConnected;
  }

  /** How many people are connected to this server; only ever ask for an administrator. */
  async connectionCount(serverId: string): Promise<number> {
    return (await this.#loader.load({ serverId, counted: true })).connectionCount ?? 0;
  }
}
