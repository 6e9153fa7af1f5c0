import { ArrayType, defineEntity, p, type Opt } from '@mikro-orm/core';
import { v7 as uuidv7 } from 'uuid';
import { User } from '../../identity/store/user.entity.js';
import { TokenAuthMethod } from '../../oauth2/client.js';
import type { StoredCompatibility } from '../../oauth2/compatibility.js';
import type { AuthorizationServerMetadata } from '../../oauth2/discovery/authorization-server-metadata.js';
import { sealed } from '../../secrets/sealed.js';

export const Transport = { STREAMABLE_HTTP: 'STREAMABLE_HTTP', SSE: 'SSE' } as const;
export type Transport = (typeof Transport)[keyof typeof Transport];

export const AuthType = {
  NONE: 'NONE',
  OAUTH2: 'OAUTH2',
  API_KEY: 'API_KEY',
  CUSTOM_HEADERS: 'CUSTOM_HEADERS',
} as const;
export type AuthType = (typeof AuthType)[keyof typeof AuthType];

export const Availability = {
  FORCE_ON: 'FORCE_ON',
  DEFAULT_ON: 'DEFAULT_ON',
  DEFAULT_OFF: 'DEFAULT_OFF',
} as const;
export type Availability = (typeof Availability)[keyof typeof Availability];

/** Ways to register a client: manually, dynamically (RFC 7591), or by a client ID metadata document. */
export const OAuth2Registration = {
  MANUAL: 'MANUAL',
  DYNAMIC: 'DYNAMIC',
  METADATA_DOCUMENT: 'METADATA_DOCUMENT',
} as const;
export type OAuth2Registration = (typeof OAuth2Registration)[keyof typeof OAuth2Registration];

/** Error codes by which an authorization server refuses the client (RFC 6749, section 5.2). */
export const OAuth2ClientFailure = {
  INVALID_CLIENT: 'INVALID_CLIENT',
  UNAUTHORIZED_CLIENT: 'UNAUTHORIZED_CLIENT',
} as const;
export type OAuth2ClientFailure = (typeof OAuth2ClientFailure)[keyof typeof OAuth2ClientFailure];

/** text[] that quotes every element. MikroORM's own type leaves `null` unquoted, which PostgreSQL reads as NULL. */
class TextArray extends ArrayType<string> {
  override convertToDatabaseValue(value: string[]): string {
    return `{${value.map((text) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(',')}}`;
  }
}

/** An MCP server of the catalogue, and the client that is registered at its authorization server. */
export const McpServerConfigSchema = defineEntity({
  name: 'McpServerConfig',
  tableName: 'mcp_server_configs',
  checks: [
    { name: 'mcp_server_configs_slug_check', expression: "slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'" },
    { name: 'mcp_server_configs_display_name_check', expression: "btrim(display_name) <> ''" },
    { name: 'mcp_server_configs_url_check', expression: "url ~ '^https?://[^[:space:]#]+$'" },
    {
      name: 'mcp_server_configs_oauth2_check',
      expression:
        "auth_type = 'OAUTH2' or (oauth2_client_id = '' and oauth2_auth_url = '' and oauth2_token_url = '' and oauth2_revocation_url = '' and oauth2_client_secret is null)",
    },
    {
      name: 'mcp_server_configs_oauth2_named_provider_check',
      expression: "auth_type = 'OAUTH2' or (oauth2_named_issuer = '' and oauth2_resource_metadata_url = '')",
    },
    {
      name: 'mcp_server_configs_oauth2_compatibility_check',
      expression:
        "jsonb_typeof(oauth2_compatibility) = 'object' and (auth_type = 'OAUTH2' or oauth2_compatibility = '{}')",
    },
    {
      name: 'mcp_server_configs_oauth2_client_failure_at_check',
      expression: '(oauth2_client_failure is null) = (oauth2_client_failure_at is null)',
    },
    {
      name: 'mcp_server_configs_api_key_check',
      expression:
        "(auth_type = 'API_KEY') = (api_key_header <> '') and (auth_type = 'API_KEY') = (api_key_value is not null)",
    },
    {
      name: 'mcp_server_configs_custom_headers_check',
      expression:
        "(custom_headers is not null) = (custom_header_names <> '{}') and (auth_type <> 'CUSTOM_HEADERS' or custom_headers is not null) and (auth_type in ('CUSTOM_HEADERS', 'OAUTH2') or custom_headers is null)",
    },
  ],
  properties: {
    id: p
      .uuid()
      .primary()
      .onCreate(() => uuidv7()),
    slug: p.text().unique('mcp_server_configs_slug_unique'),
    displayName: p.text(),
    description: p.text().default(''),
    iconUrl: p.text().default(''),
    url: p.text(),
    transport: p.enum(() => Transport).default('STREAMABLE_HTTP'),
    authType: p.enum(() => AuthType).default('NONE'),
    oauth2ClientId: p.text().default(''),
    /** The name to register the client with. '' for the default. */
    oauth2ClientName: p.text().default(''),
    oauth2AuthUrl: p.text().default(''),
    oauth2TokenUrl: p.text().default(''),
    oauth2RevocationUrl: p.text().default(''),
    /** The scopes to request, separated by spaces. '' requests the discovered scopes. */
    oauth2Scopes: p.text().default(''),
    /** The discovered scopes (of the challenge, else of the resource metadata), separated by spaces. */
    oauth2DiscoveredScopes: p.text().default(''),
    oauth2Issuer: p.text().default(''),
    /** The issuer that an administrator entered; '' if it was discovered. */
    oauth2NamedIssuer: p.text().default(''),
    /** The URL of the protected resource metadata that an administrator entered. */
    oauth2ResourceMetadataUrl: p.text().default(''),
    oauth2Resource: p.text().default(''),
    oauth2RedirectUri: p.text().default(''),
    oauth2Registration: p.enum(() => OAuth2Registration).nullable(),
    oauth2TokenAuthMethod: p.enum(() => TokenAuthMethod).nullable(),
    oauth2AsMetadata: p.json<AuthorizationServerMetadata>().nullable(),
    /** The active compatibility settings. */
    oauth2Compatibility: p.json<StoredCompatibility>().defaultRaw(`'{}'`),
    /** The lease of the process that registers the client again. */
    oauth2RegistrationLeaseId: p.uuid().nullable(),
    oauth2RegistrationLeaseUntil: p.datetime().nullable(),
    /** null while the authorization server accepts the client. */
    oauth2ClientFailure: p.enum(() => OAuth2ClientFailure).nullable(),
    /** The time of the first refusal. */
    oauth2ClientFailureAt: p.datetime().nullable(),
    /** The time of the last automatic attempt to register the client again. */
    oauth2ClientRenewalAt: p.datetime().nullable(),
    oauth2ClientSecret: sealed().nullable(),
    apiKeyHeader: p.text().default(''),
    apiKeyValue: sealed().nullable(),
    customHeaders: sealed().nullable(),
    customHeaderNames: p.type(TextArray).columnType('text[]').defaultRaw(`'{}'`),
    hasOauth2ClientSecret: p
      .boolean()
      .$type<Opt<boolean>>()
      .generated('(oauth2_client_secret is not null) stored'),
    hasApiKey: p.boolean().$type<Opt<boolean>>().generated('(api_key_value is not null) stored'),
    hasCustomHeaders: p.boolean().$type<Opt<boolean>>().generated('(custom_headers is not null) stored'),
    toolAllowList: p.type(TextArray).columnType('text[]').defaultRaw(`'{}'`),
    toolDenyList: p.type(TextArray).columnType('text[]').defaultRaw(`'{}'`),
    availability: p.enum(() => Availability).default('DEFAULT_OFF'),
    enabled: p.boolean().default(false),
    version: p.integer().default(1),
    createdBy: () => p.manyToOne(User).mapToPk().name('created_by').nullable().deleteRule('set null'),
    updatedBy: () => p.manyToOne(User).mapToPk().name('updated_by').nullable().deleteRule('set null'),
    createdAt: p.datetime().onCreate(() => new Date()),
    updatedAt: p.datetime().onCreate(() => new Date()),
  },
});
export class McpServerConfig extends McpServerConfigSchema.class {}
McpServerConfigSchema.setClass(McpServerConfig);
