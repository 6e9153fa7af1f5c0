// What every peer serves: the list of the catalogue and the viewer, from Switchboard's own tables. It looks the session up
// in each request, uncached, as Switchboard does, so that a revocation holds at once.
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import DataLoader from 'dataloader';
import pg from 'pg';
import { adminFields, columnOf, listFields } from '../catalogue.js';

export interface Viewer {
  id: string;
  role: 'ADMIN' | 'MEMBER';
}

type Row = Record<string, unknown>;

const timestamptz = 1184;

/** Returns PostgreSQL's text of a time in UTC as ISO 8601, without a Date. */
const isoTime = (text: string) => text.replace(' ', 'T').replace('+00', 'Z');

/** Opens a pool of the size that a process of Switchboard has. */
export function openPool(): pg.Pool {
  return new pg.Pool({
    connectionString: process.argv[2] ?? '',
    max: 10,
    options: '-c TimeZone=UTC',
    types: {
      getTypeParser: (oid, format) =>
        oid === timestamptz ? isoTime : pg.types.getTypeParser(oid, format as 'text'),
    },
  });
}

const session = {
  name: 'session',
  text: `
    select u.id, u.role from access_tokens t join users u on u.id = t.user_id
    where t.token_hash = $1 and t.kind = 'SESSION' and t.revoked_at is null and t.expires_at > now()
      and greatest(t.created_at, t.last_used_at) > now() - interval '12 hours' and u.disabled_at is null`,
};

/** @throws Error if the request has no valid session */
export async function findViewer(pool: pg.Pool, { cookie = '' }: IncomingHttpHeaders): Promise<Viewer> {
  const token = /switchboard_session=([^;]+)/.exec(cookie)?.[1] ?? '';
  const hash = createHash('sha256').update(token).digest('base64url');
  const { rows } = await pool.query<Viewer>({ ...session, values: [hash] });
  const [viewer] = rows;
  if (!viewer) throw new Error('UNAUTHENTICATED');
  return viewer;
}

/** SQL: the viewer's account `t` at an OAuth server can be used, or refreshed without the viewer. */
const isConnected = `
  t.status = 'CONNECTED' and (t.expires_at is null or t.expires_at > now() or t.has_refresh_token)`;

/** Returns the statement of the list. It reads no column that is null for the role. */
function listStatement(role: Viewer['role'], authConnected: string | null): string {
  const columns = listFields.flatMap((field) => {
    if (field === 'authConnected') return authConnected === null ? [] : [`${authConnected} as "${field}"`];
    return `${role !== 'ADMIN' && adminFields.has(field) ? 'null' : `c.${columnOf(field)}`} as "${field}"`;
  });
  const where = role === 'ADMIN' ? '' : 'where c.enabled';
  return `select ${columns.join(', ')} from mcp_server_configs c ${where} order by lower(c.display_name), c.id`;
}

const ofViewer = `c.auth_type <> 'OAUTH2' or exists (select from mcp_server_user_tokens t
  where t.mcp_server_config_id = c.id and t.user_id = $1 and ${isConnected})`;

/** The whole list in one statement. Its parameter is the viewer's id. */
export const completeList = {
  ADMIN: listStatement('ADMIN', ofViewer),
  MEMBER: listStatement('MEMBER', ofViewer),
};

/** The list without `authConnected`. */
const listWithout = { ADMIN: listStatement('ADMIN', null), MEMBER: listStatement('MEMBER', null) };

/** The context of a request to a peer with resolvers. */
export interface Context {
  pool: pg.Pool;
  viewer: Viewer;
  connected: DataLoader<string, boolean>;
}

export async function createContext(pool: pg.Pool, headers: IncomingHttpHeaders): Promise<Context> {
  const viewer = await findViewer(pool, headers);
  const connected = new DataLoader<string, boolean>(async (serverIds) => {
    const { rows } = await pool.query<{ id: string }>({
      name: 'connected',
      text: `select t.mcp_server_config_id as id from mcp_server_user_tokens t
        where t.user_id = $1 and t.mcp_server_config_id = any($2) and ${isConnected}`,
      values: [viewer.id, serverIds],
    });
    const ids = new Set(rows.map(({ id }) => id));
    return serverIds.map((id) => ids.has(id));
  });
  return { pool, viewer, connected };
}

const types: Readonly<Record<string, string>> = {
  id: 'ID!',
  enabled: 'Boolean',
  authConnected: 'Boolean!',
  toolAllowList: '[String!]',
  toolDenyList: '[String!]',
};

export const typeDefs = `
  type McpServerConfig { ${listFields.map((field) => `${field}: ${types[field] ?? 'String'}`).join(' ')} }
  type Viewer { id: ID! }
  type Query { mcpServerConfigs: [McpServerConfig!]! viewer: Viewer! }`;

export const resolvers = {
  Query: {
    async mcpServerConfigs(_: unknown, __: unknown, { pool, viewer }: Context): Promise<Row[]> {
      const { rows } = await pool.query<Row>({ name: `list-${viewer.role}`, text: listWithout[viewer.role] });
      return rows;
    },
    viewer: (_: unknown, __: unknown, { viewer }: Context) => viewer,
  },
  McpServerConfig: {
    authConnected: (row: Row, _: unknown, { connected }: Context) =>
      row.authType === 'OAUTH2' ? connected.load(row.id as string) : true,
  },
};
