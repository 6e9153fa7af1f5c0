import { raw, type EntityManager, type QBFilterQuery } from '@mikro-orm/postgresql';
import {
  McpServerConfig,
  type AuthType,
  type Availability,
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

/**
 * Servers as this viewer may read them, by display name: one statement, whatever the number. For anybody but
 * administrators, disabled servers do not exist and the administrators' columns are not selected.
 */
export async function selectServerRows(
  { em, viewer, publicUrl }: { em: EntityManager; viewer: { isAdmin: boolean }; publicUrl: string },
  conditions: readonly QBFilterQuery<McpServerConfig>[],
): Promise<ServerRow[]> {
  const visible = viewer.isAdmin ? conditions : [...conditions, { enabled: true }];
  const select = em
    .createQueryBuilder(McpServerConfig, 's')
    .select(viewer.isAdmin ? everyColumn : [...memberColumns]);
  if (visible.length > 0) select.where({ $and: [...visible] });
  const rows = await select
    .orderBy([{ [raw('lower(s.display_name)')]: 'asc' }, { id: 'asc' }])
    .execute<ServerRow[]>('all');
  if (viewer.isAdmin) for (const row of rows) row.oauth2CallbackUrl = oauth2CallbackUrl(publicUrl, row.id);
  return rows;
}
