import type { EntityManager } from '@mikro-orm/postgresql';
import type { Selectable } from 'kysely';
import type { Tables } from '../../database/queries.js';
import { adminColumns, memberColumns } from '../fields/fields.js';
import { McpServerConfig, type McpServerConfigSchema } from './mcp-server-config.entity.js';
import { oauth2CallbackUrl } from './oauth2-client.js';

type MemberColumn = (typeof memberColumns)[number];
type AdminColumn = (typeof adminColumns)[number];

/** A row of the table, by property. */
export type ServerColumns = Selectable<Tables<typeof McpServerConfigSchema>['McpServerConfig']>;

/**
 * A server as one viewer may read it: a plain row with the names of GraphQL. It has the administrators' fields for
 * administrators only, and never a secret.
 */
export interface VisibleServer
  extends Pick<ServerColumns, MemberColumn>, Partial<Pick<ServerColumns, AdminColumn>> {
  /** Administrators only. By the current PUBLIC_URL. */
  oauth2CallbackUrl?: string;
}

const everyColumn = [...memberColumns, ...adminColumns];

/** The columns that other fields depend on, requested or not. */
const neededColumns = new Set<string>(['id', 'authType']);

/** A part of a WHERE clause over `s`, and the values of its placeholders. */
export interface Condition {
  sql: string;
  values: readonly unknown[];
}

/**
 * Returns the servers that this viewer may read and that meet all conditions, by display name. One statement for
 * any number of servers. For members, disabled servers do not exist and the administrators' columns are not selected.
 * @param fields the fields of `McpServerConfig` that will be read; all of them by default
 */
export async function selectVisibleServers(
  { em, viewer, publicUrl }: { em: EntityManager; viewer: { isAdmin: boolean }; publicUrl: string },
  conditions: readonly Condition[],
  fields?: ReadonlySet<string>,
): Promise<VisibleServer[]> {
  const columns = (viewer.isAdmin ? everyColumn : memberColumns).filter(
    (column) => !fields || fields.has(column) || neededColumns.has(column),
  );
  const visible = viewer.isAdmin ? conditions : [...conditions, { sql: 's.enabled', values: [] }];
  const where = visible.map(({ sql }) => `(${sql})`).join(' and ') || 'true';
  // Raw SQL: every page waits for this list. Building the statement and mapping its rows with Kysely takes longer than
  // the rest of the request (`npm run bench`).
  const rows = await em.getConnection().execute<VisibleServer[]>(
    `select ${selection(em, columns)} from mcp_server_configs s
       where ${where} order by lower(s.display_name), s.id`,
    visible.flatMap(({ values }) => values),
    'all',
    em.getTransactionContext(),
  );
  if (viewer.isAdmin) for (const row of rows) row.oauth2CallbackUrl = oauth2CallbackUrl(publicUrl, row.id);
  return rows;
}

function selection(em: EntityManager, properties: readonly (typeof everyColumn)[number][]): string {
  const { properties: mapped } = em.getMetadata(McpServerConfig);
  return properties.map((name) => `s.${mapped[name].fieldNames[0]} as "${name}"`).join(', ');
}
