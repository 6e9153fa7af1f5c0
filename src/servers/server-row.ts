import type {
  AuthType,
  Availability,
  McpServerConfig,
  OAuth2Registration,
  Transport,
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

/** Where providers send a person back to for this server (design: one redirect URI per server defends against mix-ups). */
export function oauth2CallbackUrl(publicUrl: string, serverId: string): string {
  return `${publicUrl}/mcp-servers/${serverId}/oauth2/callback`;
}
