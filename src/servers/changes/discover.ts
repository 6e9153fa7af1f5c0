import { SwitchboardError } from '../../errors.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import {
  compatibilityOf,
  configuredAuthMethod,
  type OAuth2Compatibility,
} from '../../oauth2/compatibility.js';
import {
  discover,
  type AuthorizationServerMetadata,
  type Discovery,
  type NamedProvider,
} from '../../oauth2/discovery/discovery.js';
import type { TokenAuthMethod } from '../../oauth2/client.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import { requestedScope } from '../../oauth2/requests/offline-access.js';
import { unmanaged, type ClientManagement } from '../../oauth2/requests/client-management.js';
import { acceptsMetadataDocument, registerClient } from '../../oauth2/requests/registration.js';
import { withoutExpiry } from '../../oauth2/requests/registration-expiry.js';
import { chooseTokenAuthMethod } from '../../oauth2/requests/token-auth-method.js';
import type { OAuth2Registration, Transport } from '../store/mcp-server-config.entity.js';
import {
  readableStep,
  requiresNoAuthorization,
  withReadableErrors,
  type ReadableStep,
} from '../settings/oauth2-failures.js';
import { credentialsOf, isManual, isRegistered, type OAuth2Auth } from '../settings/oauth2-settings.js';
import { clientMetadataUrl, defaultClientName, oauth2CallbackUrl } from '../store/oauth2-client.js';
import { noSecret } from '../store/server-secrets.js';

export interface OAuth2SetupDeps {
  outbound: GuardedFetch;
  publicUrl: string;
  clientMetadata: boolean;
}

/** The settings that discovery and registration found. */
export interface OAuth2Setup {
  auth: OAuth2Auth;
  /** null unless a client was registered dynamically. */
  management: ClientManagement | null;
}

/** The results of a discovery for an administrator. None of it is stored. */
export interface DiscoveryReport {
  transport: Transport;
  /** The address to enter instead, which the given one redirects to. null if it is the same. */
  suggestedUrl: string | null;
  suggestedAuthType: 'OAUTH2' | 'NONE';
  requiresAuthorization: boolean;
  issuer: string;
  authorizationUrl: string;
  tokenUrl: string;
  revocationUrl: string;
  scopes: string;
  /** null: no authorization is required. */
  registration: OAuth2Registration | null;
  resource: string;
  steps: ReadableStep[];
}

/** The MCP server to discover. */
export interface DiscoveryTarget {
  url: string;
  provider: NamedProvider;
}

/** Returns the provider that an administrator has named for a server. */
export function providerOf(
  auth: Pick<OAuth2Auth, 'oauth2NamedIssuer' | 'oauth2ResourceMetadataUrl'>,
): NamedProvider {
  return { issuer: auth.oauth2NamedIssuer, resourceMetadataUrl: auth.oauth2ResourceMetadataUrl };
}

/**
 * Discovers the authorization of an MCP server with a server's compatibility settings.
 * @throws DISCOVERY_FAILED with the steps tried and what to do
 */
export function discoverServer(
  { url, provider }: DiscoveryTarget,
  compatibility: OAuth2Compatibility,
  { outbound }: Pick<OAuth2SetupDeps, 'outbound'>,
  onStep: (step: ReadableStep) => void = () => {},
): Promise<Discovery> {
  return withReadableErrors(() =>
    discover(url, oauth2Outbound(outbound, compatibility), {
      compatibility,
      provider,
      onStep: (step) => onStep(readableStep(step)),
    }),
  );
}

/**
 * Discovers the authorization of a server at this URL. Registers nothing.
 * @throws DISCOVERY_FAILED with the steps tried and what to do
 */
export async function reportDiscovery(
  target: DiscoveryTarget,
  compatibility: OAuth2Compatibility,
  deps: OAuth2SetupDeps,
  onStep?: (step: ReadableStep) => void,
): Promise<DiscoveryReport> {
  const discovery = await discoverServer(target, compatibility, deps, onStep);
  const isNamed = target.provider.issuer !== '' || target.provider.resourceMetadataUrl !== '';
  return {
    transport: discovery.transport,
    suggestedUrl: discovery.url === new URL(target.url).href ? null : discovery.url,
    suggestedAuthType: discovery.requiresAuthorization || isNamed ? 'OAUTH2' : 'NONE',
    requiresAuthorization: discovery.requiresAuthorization,
    issuer: discovery.issuer,
    authorizationUrl: discovery.authorizationEndpoint,
    tokenUrl: discovery.tokenEndpoint,
    revocationUrl: discovery.revocationEndpoint,
    scopes: discovery.scopes,
    registration: registrationFor(discovery, compatibility, deps),
    resource: discovery.resource,
    steps: discovery.steps.map(readableStep),
  };
}

/**
 * Completes a server's OAuth settings: discovers the endpoints that are not manual, and registers a client if the client
 * id is not manual. Entirely manual settings only get the current redirect URI. Call it with no transaction open.
 * @throws DISCOVERY_FAILED with the steps tried and what to do
 */
export async function setUpOAuth2(
  server: { id: string; url: string },
  auth: OAuth2Auth,
  deps: OAuth2SetupDeps,
): Promise<OAuth2Setup> {
  if (isManual(auth)) {
    const oauth2RedirectUri = oauth2CallbackUrl(deps.publicUrl, server.id);
    return { auth: { ...auth, oauth2RedirectUri }, management: null };
  }
  const compatibility = compatibilityOf(auth.oauth2Compatibility);
  const discovery = await discoverServer(
    { url: server.url, provider: providerOf(auth) },
    compatibility,
    deps,
  );
  return adoptDiscovery(server, auth, discovery, deps);
}

/**
 * Returns the settings with the results of a discovery. Registers a client unless the client ID is manual.
 * @throws DISCOVERY_FAILED with the steps tried and what to do
 */
export async function adoptDiscovery(
  server: { id: string },
  auth: OAuth2Auth,
  discovery: Discovery,
  deps: OAuth2SetupDeps,
): Promise<OAuth2Setup> {
  if (discovery.authorizationEndpoint === '') throw needsNoAuthorization(discovery);
  const hasManualClient = auth.oauth2ClientId !== '' && !isRegistered(auth);
  if (auth.oauth2ClientId === '') refuseOtherIssuer(auth, discovery);
  const { client, management } = hasManualClient
    ? { client: manualClient(auth, discovery), management: null }
    : await register(server.id, auth, discovery, deps);
  const found = {
    ...auth,
    ...client,
    oauth2RedirectUri: oauth2CallbackUrl(deps.publicUrl, server.id),
    oauth2AuthUrl: discovery.authorizationEndpoint,
    oauth2TokenUrl: discovery.tokenEndpoint,
    oauth2RevocationUrl: discovery.revocationEndpoint || enteredRevocationUrl(auth, discovery),
    oauth2Issuer: discovery.issuer,
    // The MCP server has moved to another authorization server.
    oauth2NamedIssuer: isNamed(auth, discovery) ? auth.oauth2NamedIssuer : '',
    oauth2Resource: discovery.resource,
    oauth2DiscoveredScopes: discovery.scopes,
    oauth2AsMetadata: discovery.metadata ?? assumedMetadata(discovery),
  };
  return { auth: found, management };
}

/** Returns the revocation URL that an administrator added to this authorization server, which publishes none. */
function enteredRevocationUrl(auth: OAuth2Auth, { issuer }: Discovery): string {
  const { oauth2RevocationUrl, oauth2AsMetadata, oauth2Issuer } = auth;
  const isEntered = oauth2RevocationUrl !== (oauth2AsMetadata?.revocation_endpoint ?? '');
  return isEntered && issuer === oauth2Issuer ? oauth2RevocationUrl : '';
}

/** Tells whether this is the authorization server that an administrator has entered, or the one that is allowed instead. */
function isNamed({ oauth2NamedIssuer, oauth2Compatibility }: OAuth2Auth, { issuer }: Discovery): boolean {
  const { allowedIssuer } = compatibilityOf(oauth2Compatibility);
  return issuer === oauth2NamedIssuer || issuer === allowedIssuer;
}

/** Refuses an authorization server that is not the one that an administrator has entered. */
function refuseOtherIssuer(auth: OAuth2Auth, discovery: Discovery): void {
  if (auth.oauth2NamedIssuer === '' || isNamed(auth, discovery)) return;
  throw new SwitchboardError(
    'DISCOVERY_FAILED',
    `The entered issuer is ${auth.oauth2NamedIssuer}, but this MCP server names ${discovery.issuer}. No client is registered.`,
    {
      steps: discovery.steps.map(readableStep),
      layer: 'CONFIGURATION',
      responsibleParty: 'ADMINISTRATOR',
      remedy:
        'If the authorization server that the MCP server names is correct, clear the issuer. Otherwise the operator of the MCP server must correct its metadata.',
    },
  );
}

type Client = Pick<
  OAuth2Auth,
  'oauth2ClientId' | 'oauth2ClientSecret' | 'oauth2Registration' | 'oauth2TokenAuthMethod'
>;

/**
 * Returns the manual client for the discovered authorization server.
 * @throws DISCOVERY_FAILED when the client ID belongs to another authorization server
 */
function manualClient(auth: OAuth2Auth, discovery: Discovery): Client {
  if (auth.oauth2Issuer !== '' && auth.oauth2Issuer !== discovery.issuer) {
    throw new SwitchboardError(
      'DISCOVERY_FAILED',
      `The client ID belongs to the authorization server ${auth.oauth2Issuer}, but this MCP server names ${discovery.issuer}. The client ID is not sent there.`,
      {
        steps: discovery.steps.map(readableStep),
        layer: 'CONFIGURATION',
        responsibleParty: 'ADMINISTRATOR',
        remedy:
          'If the new authorization server is correct, enter the client ID and secret of a client that is registered there, and clear the issuer and the endpoints in the same edit. Then discover again.',
      },
    );
  }
  return {
    oauth2ClientId: auth.oauth2ClientId,
    oauth2ClientSecret: auth.oauth2ClientSecret,
    oauth2Registration: 'MANUAL',
    oauth2TokenAuthMethod: manualAuthMethod(auth, discovery),
  };
}

/** Returns the method of a manual client. One that was in use before stays if the authorization server still lists it. */
function manualAuthMethod(auth: OAuth2Auth, { metadata }: Discovery): TokenAuthMethod {
  const { oauth2TokenAuthMethod: current, oauth2ClientSecret: secret } = auth;
  const configured = configuredAuthMethod(compatibilityOf(auth.oauth2Compatibility));
  const listed = metadata?.token_endpoint_auth_methods_supported;
  const stays = configured === null && secret.is === 'kept' && current !== null && current !== 'none';
  if (stays && (listed?.includes(current) ?? true)) return current;
  return chooseTokenAuthMethod(metadata, credentialsOf(auth), configured);
}

async function register(
  serverId: string,
  auth: OAuth2Auth,
  discovery: Discovery,
  deps: OAuth2SetupDeps,
): Promise<{ client: Client; management: ClientManagement | null }> {
  const compatibility = compatibilityOf(auth.oauth2Compatibility);
  const outbound = oauth2Outbound(deps.outbound, compatibility);
  const options = {
    fetch: outbound.fetch,
    clientName: auth.oauth2ClientName || defaultClientName,
    clientUri: deps.publicUrl,
    redirectUri: oauth2CallbackUrl(deps.publicUrl, serverId),
    clientMetadataUrl: publishedMetadataUrl(serverId, compatibility, deps),
    tokenAuthMethod: configuredAuthMethod(compatibility),
    scope: requestedScope({
      oauth2Scopes: auth.oauth2Scopes,
      discoveredScopes: discovery.scopes,
      metadata: discovery.metadata,
    }),
  };
  const registered = await withReadableErrors(async () =>
    withoutExpiry(await registerClient(discovery, options), discovery, options, outbound),
  );
  const client = {
    oauth2ClientId: registered.clientId,
    oauth2ClientSecret:
      registered.clientSecret === null
        ? noSecret
        : ({ is: 'given', value: registered.clientSecret } as const),
    oauth2Registration: registered.registration,
    oauth2TokenAuthMethod: registered.tokenAuthMethod,
  };
  const isDynamic = registered.registration === 'DYNAMIC';
  return { client, management: registered.management ?? (isDynamic ? unmanaged : null) };
}

/** Returns the public URL of the client's metadata document. null: providers cannot fetch it. */
function publishedMetadataUrl(
  serverId: string,
  compatibility: OAuth2Compatibility,
  { clientMetadata, publicUrl }: OAuth2SetupDeps,
): string | null {
  if (compatibility.clientMetadataUrl !== '') return compatibility.clientMetadataUrl;
  return clientMetadata ? clientMetadataUrl(publicUrl, serverId) : null;
}

/** Returns how a client would be registered, in the order of `registerClient`. null: no authorization is required. */
export function registrationFor(
  discovery: Discovery,
  compatibility: OAuth2Compatibility,
  { clientMetadata }: OAuth2SetupDeps,
): OAuth2Registration | null {
  if (discovery.authorizationEndpoint === '') return null;
  const isPublished = clientMetadata || compatibility.clientMetadataUrl !== '';
  if (isPublished && acceptsMetadataDocument(discovery.metadata, configuredAuthMethod(compatibility))) {
    return 'METADATA_DOCUMENT';
  }
  return discovery.registrationEndpoint === '' ? 'MANUAL' : 'DYNAMIC';
}

/** Returns the metadata that MCP 2025-03-26 assumes where there is none, so that it counts as discovered. */
function assumedMetadata(discovery: Discovery): AuthorizationServerMetadata {
  return {
    issuer: discovery.issuer,
    authorization_endpoint: discovery.authorizationEndpoint,
    token_endpoint: discovery.tokenEndpoint,
    code_challenge_methods_supported: ['S256'],
  };
}

function needsNoAuthorization({ steps }: Discovery): SwitchboardError {
  const { message, ...failure } = requiresNoAuthorization;
  return new SwitchboardError('DISCOVERY_FAILED', message, { steps: steps.map(readableStep), ...failure });
}
