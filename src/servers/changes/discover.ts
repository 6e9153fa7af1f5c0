import { SwitchboardError } from '../../errors.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import { compatibilityOf, imposedAuthMethod, type OAuth2Compatibility } from '../../oauth2/compatibility.js';
import {
  discover,
  type AuthorizationServerMetadata,
  type Discovery,
  type DiscoveryStep,
} from '../../oauth2/discovery/discovery.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import {
  chooseTokenAuthMethod,
  registerClient,
  takesMetadataDocument,
} from '../../oauth2/requests/registration.js';
import type { OAuth2Registration } from '../store/mcp-server-config.entity.js';
import { isByHand, isRegistered, type OAuth2Auth } from '../settings/oauth2-settings.js';
import { noSecret } from '../store/secret.js';
import { clientMetadataUrl, oauth2CallbackUrl } from '../store/server-row.js';

export interface OAuth2SetupDeps {
  outbound: GuardedFetch;
  publicUrl: string;
  clientMetadata: boolean;
}

/** What a discovery found, for an administrator to read; nothing of it is stored. */
export interface DiscoveryReport {
  requiresAuthorization: boolean;
  issuer: string;
  authorizationUrl: string;
  tokenUrl: string;
  revocationUrl: string;
  scopes: string;
  /** How this client would become known there; null where there is no authorization server. */
  registration: OAuth2Registration | null;
  resource: string;
  steps: Discovery['steps'];
}

/**
 * Looks at what a server at this URL would find, and registers nothing.
 * @throws DISCOVERY_FAILED with the steps tried and what to do
 */
export async function reportDiscovery(
  url: string,
  compatibility: OAuth2Compatibility,
  deps: OAuth2SetupDeps,
  onStep?: (step: DiscoveryStep) => void,
): Promise<DiscoveryReport> {
  const via = oauth2Outbound(deps.outbound, compatibility);
  const discovery = await discover(url, via, { compatibility, onStep });
  return {
    requiresAuthorization: discovery.requiresAuthorization,
    issuer: discovery.issuer,
    authorizationUrl: discovery.authorizationEndpoint,
    tokenUrl: discovery.tokenEndpoint,
    revocationUrl: discovery.revocationEndpoint,
    scopes: discovery.scopes,
    registration: registrationFor(discovery, compatibility, deps),
    resource: discovery.resource,
    steps: discovery.steps,
  };
}

/**
 * Completes a server's OAuth settings over the network: endpoints that were not given are discovered, and a client that
 * has no id of a person's making is registered. Settings that were all given by hand only take today's redirect URI.
 * Call it with no transaction open.
 * @throws DISCOVERY_FAILED with the steps tried and what to do
 */
export async function setUpOAuth2(
  server: { id: string; url: string },
  auth: OAuth2Auth,
  deps: OAuth2SetupDeps,
): Promise<OAuth2Auth> {
  if (isByHand(auth)) return { ...auth, oauth2RedirectUri: oauth2CallbackUrl(deps.publicUrl, server.id) };
  const compatibility = compatibilityOf(auth.oauth2Compatibility);
  const discovery = await discover(server.url, oauth2Outbound(deps.outbound, compatibility), {
    compatibility,
  });
  return adoptDiscovery(server, auth, discovery, deps);
}

/**
 * Settings that say what this discovery found, with this client registered there unless its id was given by hand.
 * @throws DISCOVERY_FAILED with the steps tried and what to do
 */
export async function adoptDiscovery(
  server: { id: string },
  auth: OAuth2Auth,
  discovery: Discovery,
  deps: OAuth2SetupDeps,
): Promise<OAuth2Auth> {
  if (discovery.authorizationEndpoint === '') throw needsNoAuthorization(discovery);
  const isManual = auth.oauth2ClientId !== '' && !isRegistered(auth);
  const compatibility = compatibilityOf(auth.oauth2Compatibility);
  const client = isManual
    ? ownClient(auth, discovery)
    : await register(server.id, discovery, compatibility, deps);
  return {
    ...auth,
    ...client,
    oauth2RedirectUri: oauth2CallbackUrl(deps.publicUrl, server.id),
    oauth2AuthUrl: discovery.authorizationEndpoint,
    oauth2TokenUrl: discovery.tokenEndpoint,
    oauth2RevocationUrl: discovery.revocationEndpoint,
    oauth2Issuer: discovery.issuer,
    oauth2Resource: discovery.resource,
    oauth2DiscoveredScopes: discovery.scopes,
    oauth2AsMetadata: discovery.metadata ?? assumedMetadata(discovery),
  };
}

type Client = Pick<
  OAuth2Auth,
  'oauth2ClientId' | 'oauth2ClientSecret' | 'oauth2Registration' | 'oauth2TokenAuthMethod'
>;

/** @throws DISCOVERY_FAILED when the client id belongs to another authorization server than the one found */
function ownClient(auth: OAuth2Auth, discovery: Discovery): Client {
  if (auth.oauth2Issuer !== '' && auth.oauth2Issuer !== discovery.issuer) {
    throw new SwitchboardError(
      'DISCOVERY_FAILED',
      `The client id belongs to the authorization server ${auth.oauth2Issuer}, but this MCP server names another one, ${discovery.issuer}, which must not see it.`,
      {
        steps: discovery.steps,
        layer: 'CONFIGURATION',
        responsibleParty: 'ADMINISTRATOR',
        remedy:
          'If that is right, give the client id and secret that were registered there, and clear oauth2Issuer, oauth2AuthUrl, oauth2TokenUrl and oauth2RevocationUrl with null in the same edit; then discover again.',
      },
    );
  }
  return {
    oauth2ClientId: auth.oauth2ClientId,
    oauth2ClientSecret: auth.oauth2ClientSecret,
    oauth2Registration: 'MANUAL',
    oauth2TokenAuthMethod: chooseTokenAuthMethod(
      discovery.metadata,
      auth.oauth2ClientSecret.is !== 'none',
      imposedAuthMethod(compatibilityOf(auth.oauth2Compatibility)),
    ),
  };
}

async function register(
  serverId: string,
  discovery: Discovery,
  compatibility: OAuth2Compatibility,
  deps: OAuth2SetupDeps,
): Promise<Client> {
  const registered = await registerClient(discovery, {
    fetch: oauth2Outbound(deps.outbound, compatibility).fetch,
    clientName: 'Switchboard',
    clientUri: deps.publicUrl,
    redirectUri: oauth2CallbackUrl(deps.publicUrl, serverId),
    clientMetadataUrl: publishedMetadataUrl(serverId, compatibility, deps),
    tokenAuthMethod: imposedAuthMethod(compatibility),
  });
  return {
    oauth2ClientId: registered.clientId,
    oauth2ClientSecret:
      registered.clientSecret === null ? noSecret : { is: 'given', value: registered.clientSecret },
    oauth2Registration: registered.registration,
    oauth2TokenAuthMethod: registered.tokenAuthMethod,
  };
}

/** Where providers find this client's metadata document; null when they cannot. */
function publishedMetadataUrl(
  serverId: string,
  compatibility: OAuth2Compatibility,
  { clientMetadata, publicUrl }: OAuth2SetupDeps,
): string | null {
  if (compatibility.clientMetadataUrl !== '') return compatibility.clientMetadataUrl;
  return clientMetadata ? clientMetadataUrl(publicUrl, serverId) : null;
}

/** How this client would become known there, in the order that `registerClient` has; null: there is nothing to register at. */
export function registrationFor(
  discovery: Discovery,
  compatibility: OAuth2Compatibility,
  { clientMetadata }: OAuth2SetupDeps,
): OAuth2Registration | null {
  if (discovery.authorizationEndpoint === '') return null;
  const isPublished = clientMetadata || compatibility.clientMetadataUrl !== '';
  if (isPublished && takesMetadataDocument(discovery.metadata, imposedAuthMethod(compatibility))) {
    return 'METADATA_DOCUMENT';
  }
  return discovery.registrationEndpoint === '' ? 'MANUAL' : 'DYNAMIC';
}

/** What MCP 2025-03-26 assumes where there is no metadata, written down, so that it counts as discovered. */
function assumedMetadata(discovery: Discovery): AuthorizationServerMetadata {
  return {
    issuer: discovery.issuer,
    authorization_endpoint: discovery.authorizationEndpoint,
    token_endpoint: discovery.tokenEndpoint,
    code_challenge_methods_supported: ['S256'],
  };
}

function needsNoAuthorization({ steps }: Discovery): SwitchboardError {
  return new SwitchboardError(
    'DISCOVERY_FAILED',
    'This MCP server answers everybody and offers no OAuth authorization.',
    {
      steps,
      layer: 'CONFIGURATION',
      responsibleParty: 'ADMINISTRATOR',
      remedy: 'Use authType NONE for it; or check the URL, if it should ask for authorization.',
    },
  );
}
