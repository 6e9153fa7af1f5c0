import type { EntityManager } from '@mikro-orm/postgresql';
import type { StoredCompatibility } from '../../oauth2/compatibility.js';
import {
  McpServerConfig,
  type AuthType,
  type Availability,
  type OAuth2ClientFailure,
  type OAuth2Registration,
  type Transport,
} from './mcp-server-config.entity.js';

/** What everyone signed in may read of a server. */
export const memberColumns = [
  'id',
  'slug',
  'displayName',
  'description',
  'iconUrl',
  'authType',
  'availability',
  'enabled',
  'toolAllowList',
  'toolDenyList',
  'hasOauth2ClientSecret',
  'hasApiKey',
  'hasCustomHeaders',
  'version',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof McpServerConfig)[];

/** What only administrators may read; for everybody else these columns are never selected. */
export const adminColumns = [
  'url',
  'transport',
  'oauth2ClientId',
  'oauth2AuthUrl',
  'oauth2TokenUrl',
  'oauth2RevocationUrl',
  'oauth2Scopes',
  'oauth2Issuer',
  'oauth2Resource',
  'oauth2Registration',
  'oauth2Compatibility',
  'oauth2ClientFailure',
  'oauth2ClientFailureAt',
  'apiKeyHeader',
  'customHeaderNames',
  'createdBy',
  'updatedBy',
] as const satisfies readonly (keyof McpServerConfig)[];

/** A server as this viewer may read it: a plain row whose names are GraphQL's. Secrets are in no row. */
export interface ServerRow {
  id: string;
  slug: string;
  displayName: string;
  description: string;
  iconUrl: string;
  authType: AuthType;
  availability: Availability;
  enabled: boolean;
  toolAllowList: string[];
  toolDenyList: string[];
  hasOauth2ClientSecret: boolean;
  hasApiKey: boolean;
  hasCustomHeaders: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  url?: string;
  transport?: Transport;
  oauth2ClientId?: string;
  oauth2AuthUrl?: string;
  oauth2TokenUrl?: string;
  oauth2RevocationUrl?: string;
  oauth2Scopes?: string;
  oauth2Issuer?: string;
  oauth2Resource?: string;
  /** null until this client is known to an authorization server. */
  oauth2Registration?: OAuth2Registration | null;
  /** What is relaxed; `{}` is nothing. */
  oauth2Compatibility?: StoredCompatibility;
  /** null as long as the authorization server takes this client. */
  oauth2ClientFailure?: OAuth2ClientFailure | null;
  oauth2ClientFailureAt?: Date | null;
  /** Where providers send people back to, by PUBLIC_URL as it is now. */
  oauth2CallbackUrl?: string;
  apiKeyHeader?: string;
  customHeaderNames?: string[];
  /** Ids of people; null when unknown. */
  createdBy?: string | null;
  updatedBy?: string | null;
}

/** Where providers send a person back to; one redirect URI for each server, against mix-ups of providers. */
export function oauth2CallbackUrl(publicUrl: string, serverId: string): string {
  return `${publicUrl}/mcp-servers/${serverId}/oauth2/callback`;
}

/** Where a server's client id metadata document is served: it is the client id itself. */
export function clientMetadataUrl(publicUrl: string, serverId: string): string {
  return `${publicUrl}/mcp-servers/${serverId}/oauth2/client-metadata.json`;
}

const everyColumn = [...memberColumns, ...adminColumns];

/** What other fields are made of, whether it is asked for or not. */
const neededColumns = new Set<string>(['id', 'authType']);

/** A piece of a where clause over `s`, and the values of its placeholders. */
export interface Condition {
  sql: string;
  values: readonly unknown[];
}

/**
 * Servers as this viewer may read them, by display name: one statement, whatever the number. For anybody but
 * administrators, disabled servers do not exist and the administrators' columns are not selected. With `fields`, rows
 * hold no more than these need.
 *
 * The statement is written out, because this is the one read that everything waits for: building it and mapping its
 * rows would take longer than all the rest of the list.
 */
export async function selectServerRows(
  { em, viewer, publicUrl }: { em: EntityManager; viewer: { isAdmin: boolean }; publicUrl: string },
  conditions: readonly Condition[],
  fields?: ReadonlySet<string>,
): Promise<ServerRow[]> {
  const columns = (viewer.isAdmin ? everyColumn : memberColumns).filter(
    (column) => !fields || fields.has(column) || neededColumns.has(column),
  );
  const visible = viewer.isAdmin ? conditions : [...conditions, { sql: 's.enabled', values: [] }];
  const where = visible.map(({ sql }) => `(${sql})`).join(' and ') || 'true';
  const rows = await em.getConnection().execute<StoredRow[]>(
    `select ${selection(em, columns)} from mcp_server_configs s
       where ${where} order by lower(s.display_name), s.id`,
    visible.flatMap(({ values }) => values),
    'all',
    em.getTransactionContext(),
  );
  for (const row of rows) {
    if (row.createdAt) row.createdAt = new Date(row.createdAt);
    if (row.updatedAt) row.updatedAt = new Date(row.updatedAt);
    if (row.oauth2ClientFailureAt) row.oauth2ClientFailureAt = new Date(row.oauth2ClientFailureAt);
    if (viewer.isAdmin) row.oauth2CallbackUrl = oauth2CallbackUrl(publicUrl, row.id);
  }
  return rows as ServerRow[];
}

/** A row as the driver hands it over: times are text. */
type StoredRow = Omit<ServerRow, 'createdAt' | 'updatedAt' | 'oauth2ClientFailureAt'> &
  Record<'createdAt' | 'updatedAt', string | Date> & { oauth2ClientFailureAt?: string | Date | null };

function selection(em: EntityManager, properties: readonly (typeof everyColumn)[number][]): string {
  const { properties: mapped } = em.getMetadata(McpServerConfig);
  return properties.map((name) => `s.${mapped[name].fieldNames[0]} as "${name}"`).join(', ');
}
