import type { EntityManager } from '@mikro-orm/postgresql';
import { queries } from '../../database/queries.js';
import type { OAuth2Client } from '../../oauth2/client.js';
import { compatibilityOf, resourceToSend, type OAuth2Compatibility } from '../../oauth2/compatibility.js';
import type { AuthorizationServerMetadata } from '../../oauth2/discovery/discovery.js';
import type { Place, Vault } from '../../secrets/vault.js';
import { McpServerConfigSchema, type AuthType, type OAuth2Registration } from './mcp-server-config.entity.js';
import { secretPlace } from './server-secrets.js';

/** The name of the client where an administrator enters none. */
export const defaultClientName = 'Switchboard';

/** Returns a server's redirect URI. Each server has its own, against mix-up attacks (RFC 9700 section 4.4). */
export function oauth2CallbackUrl(publicUrl: string, serverId: string): string {
  return `${publicUrl}/mcp-servers/${serverId}/oauth2/callback`;
}

/** Returns the URL of a server's client ID metadata document, which is the client ID itself. */
export function clientMetadataUrl(publicUrl: string, serverId: string): string {
  return `${publicUrl}/mcp-servers/${serverId}/oauth2/client-metadata.json`;
}

/** A server for the authorization code flow. The caller checks what the viewer may do with it. */
export interface OAuth2Server {
  id: string;
  displayName: string;
  /** The MCP endpoint. */
  url: string;
  enabled: boolean;
  authType: AuthType;
  /** '' until it is entered or discovered: "authorization URL is not configured". */
  authorizationEndpoint: string;
  /** RFC 8707, verbatim: discovered, or a compatibility setting. '' omits the parameter. */
  resource: string;
  /** The redirect URI of the registration. The current PUBLIC_URL may give another one. */
  redirectUri: string;
  /** The scopes that an administrator entered. '' requests `discoveredScopes`. */
  scopes: string;
  discoveredScopes: string;
  /** null: the endpoints were entered manually. */
  metadata: AuthorizationServerMetadata | null;
  /** RFC 9207: the authorization server says that it sends `iss`. */
  issRequired: boolean;
  compatibility: OAuth2Compatibility;
  /** null: no client is registered. */
  registration: OAuth2Registration | null;
  /** With its secret opened. Empty strings for a server that does not use OAUTH2. */
  client: OAuth2Client;
}

/** A client as it is stored: its secret sealed. */
export interface SealedOAuth2Client extends Omit<OAuth2Client, 'clientSecret' | 'tokenAuthMethod'> {
  sealedClientSecret: string | null;
  /** null until a client is registered. */
  tokenAuthMethod: OAuth2Client['tokenAuthMethod'] | null;
}

/**
 * Returns the client with its secret opened, for requests to its authorization server.
 * @param place where the secret is stored: at the server, or with a revocation that outlives it
 * @throws UnreadableSecret when no key of the ring opens the secret
 */
export async function openOAuth2Client(
  vault: Vault,
  stored: SealedOAuth2Client,
  place: Place,
): Promise<OAuth2Client> {
  const { issuer, tokenEndpoint, revocationEndpoint, clientId, acceptsPlainHttp } = stored;
  const { sealedClientSecret, tokenAuthMethod } = stored;
  return {
    issuer,
    tokenEndpoint,
    revocationEndpoint,
    clientId,
    clientSecret: sealedClientSecret === null ? null : await vault.open(sealedClientSecret, place),
    tokenAuthMethod: tokenAuthMethod ?? 'none',
    acceptsPlainHttp,
  };
}

/**
 * Returns a server's OAuth settings with its client secret opened, or null for an unknown id. One statement, in `em`'s
 * transaction if there is one. It takes no lock.
 * @throws UnreadableSecret when no key of the ring opens the client secret
 */
export async function loadOAuth2Client(
  em: EntityManager,
  vault: Vault,
  serverId: string,
): Promise<OAuth2Server | null> {
  const row = await queries(em, McpServerConfigSchema)
    .selectFrom('McpServerConfig')
    .select([
      'id',
      'displayName',
      'url',
      'enabled',
      'authType',
      'oauth2ClientId',
      'oauth2ClientSecret',
      'oauth2AuthUrl',
      'oauth2TokenUrl',
      'oauth2RevocationUrl',
      'oauth2Scopes',
      'oauth2DiscoveredScopes',
      'oauth2Issuer',
      'oauth2Resource',
      'oauth2RedirectUri',
      'oauth2Registration',
      'oauth2TokenAuthMethod',
      'oauth2AsMetadata',
      'oauth2Compatibility',
    ])
    .where('id', '=', serverId)
    .executeTakeFirst();
  if (!row) return null;
  const compatibility = compatibilityOf(row.oauth2Compatibility);
  return {
    id: row.id,
    displayName: row.displayName,
    url: row.url,
    enabled: row.enabled,
    authType: row.authType,
    authorizationEndpoint: row.oauth2AuthUrl,
    resource: resourceToSend(compatibility, row.oauth2Resource),
    redirectUri: row.oauth2RedirectUri,
    scopes: row.oauth2Scopes,
    discoveredScopes: row.oauth2DiscoveredScopes,
    metadata: row.oauth2AsMetadata,
    issRequired: row.oauth2AsMetadata?.authorization_response_iss_parameter_supported === true,
    compatibility,
    registration: row.oauth2Registration,
    client: await openOAuth2Client(
      vault,
      {
        issuer: row.oauth2Issuer,
        tokenEndpoint: row.oauth2TokenUrl,
        revocationEndpoint: row.oauth2RevocationUrl,
        clientId: row.oauth2ClientId,
        sealedClientSecret: row.oauth2ClientSecret,
        tokenAuthMethod: row.oauth2TokenAuthMethod,
        acceptsPlainHttp: compatibility.acceptsPlainHttp,
      },
      secretPlace('oauth2_client_secret', row.id),
    ),
  };
}
