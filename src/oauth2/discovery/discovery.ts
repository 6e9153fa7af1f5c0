import type { BearerChallenge } from '../challenge.js';
import { scopeTokens, strict, type OAuth2Compatibility } from '../compatibility.js';
import {
  isPlainUrl,
  isSecureEndpoint,
  needsPlainHttp,
  type DiscoveryContext,
  type OAuth2Outbound,
  cancelledBy,
} from '../endpoints.js';
import { DiscoveryError, tryAgainLater, type Failure } from '../report/failure.js';
import type { DiscoveryStep } from '../report/step.js';
import { plainHttp } from '../report/suggested-settings.js';
import {
  findAuthorizationServer,
  type AuthorizationServerMetadata,
  type UsableMetadata,
} from './authorization-server-metadata.js';
import { findDefaultEndpoints } from './default-endpoints.js';
import { DiscoveryLog } from './discovery-log.js';
import { probe, type ProbeResult } from './probe.js';
import { findProtectedResource, type ProtectedResource, type ResourceSearch } from './protected-resource.js';

export type { AuthorizationServerMetadata } from './authorization-server-metadata.js';

/** The result of a discovery. */
export interface Discovery {
  /** The address of the MCP server: the given one, or the one that it redirects to within its origin. */
  url: string;
  /** The transport that the server speaks, as far as it answers without a token. */
  transport: 'STREAMABLE_HTTP' | 'SSE';
  /**
   * True if the server requires a token. A server that works without one can still offer authorization, and then the
   * other members are set too. If it offers none, they are empty.
   */
  requiresAuthorization: boolean;
  /** RFC 8707 `resource`, to be sent unchanged. */
  resource: string;
  /** The scopes of the challenge, else those of the resource metadata. Space-separated, '' if neither names any. */
  scopes: string;
  issuer: string;
  /** Null if there is none at any location. Then the default endpoints of MCP 2025-03-26 exist. */
  metadata: AuthorizationServerMetadata | null;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  /** '' if there is none. */
  revocationEndpoint: string;
  /** '' if the server does not support dynamic registration. */
  registrationEndpoint: string;
  /** True if every authorization response must contain `iss` (RFC 9207). */
  issRequired: boolean;
  /** True if a location that may name another authorization server was unavailable for the moment. */
  isUncertain: boolean;
  steps: DiscoveryStep[];
}

/** The provider that an administrator names, for a server that does not name it itself, or not in a usable way. */
export interface NamedProvider {
  /** The issuer of the authorization server; '' if it is not named. It is used if the MCP server names none. */
  issuer: string;
  /** The URL of the protected resource metadata; '' if it is not named. It replaces the announced one. */
  resourceMetadataUrl: string;
}

export const noProvider: NamedProvider = { issuer: '', resourceMetadataUrl: '' };

export interface DiscoveryOptions {
  withinMs?: number;
  /** The compatibility settings of this server. Defaults to none. */
  compatibility?: OAuth2Compatibility;
  /** Defaults to none. */
  provider?: NamedProvider;
  /** Called with each step as it completes. */
  onStep?: ((step: DiscoveryStep) => void) | undefined;
}

/** The log, the HTTP client and the named provider of one discovery. */
interface Run {
  log: DiscoveryLog;
  context: DiscoveryContext;
  provider: NamedProvider;
}

/**
 * Discovers the authorization of an MCP server: unauthenticated probe, RFC 9728 protected resource metadata, RFC 8414
 * authorization server metadata. If the server requires a token and has no resource metadata, the rules of MCP 2025-03-26
 * apply. Nothing is registered. Takes at most `withinMs`.
 *
 * A location that is unavailable does not end the discovery: everything that comes later is checked to belong to the MCP
 * server's origin, and each issuer to be identical. Only the default endpoints of MCP 2025-03-26 are no proof of anything,
 * so they are used only if the server announces nothing, every location has answered, and they exist.
 *
 * @throws DiscoveryError
 */
export async function discover(
  mcpUrl: string,
  via: OAuth2Outbound,
  { withinMs = 60_000, compatibility = strict, provider = noProvider, onStep }: DiscoveryOptions = {},
): Promise<Discovery> {
  // Each request has its own timeout. This one bounds the sum of many slow responses.
  const signal = AbortSignal.timeout(withinMs);
  const context: DiscoveryContext = { ...cancelledBy(via, signal), compatibility };
  const log = new DiscoveryLog([], onStep, signal);
  if (!isPlainUrl(mcpUrl)) {
    throw log.error({
      layer: 'CONFIGURATION',
      responsibleParty: 'ADMINISTRATOR',
      message: 'The URL is not an http(s) URL without user name and fragment.',
      remedy: 'Check the URL.',
    });
  }
  const run: Run = { log, context, provider };
  const probed = await probe(mcpUrl, log, context.fetchWithoutCredentials);
  const { url } = probed;
  // A server can ask for a token before it looks at the method, and by convention this path is that of the older transport.
  const isOlder = probed.kind === 'CHALLENGED' && /\/sse\/?$/.test(new URL(url).pathname);
  const transport = isOlder ? 'SSE' : probed.transport;
  const requiresAuthorization = probed.kind !== 'OPEN';
  const found = requiresAuthorization
    ? await requiredAuthorization(probed, run)
    : await optionalAuthorization(url, run);
  return { ...found, url, transport, requiresAuthorization, steps: log.steps };
}

/** The members that the metadata decide. */
type Found = Omit<Discovery, 'url' | 'transport' | 'requiresAuthorization' | 'steps'>;

async function requiredAuthorization(
  probed: Exclude<ProbeResult, { kind: 'OPEN' }>,
  run: Run,
): Promise<Found> {
  const { log, provider } = run;
  const { url } = probed;
  const challenge = probed.kind === 'CHALLENGED' ? probed : null;
  const scopes = wellFormedScope(challenge?.scope ?? '');
  const search = await findNamedResource(url, challenge, run);
  const { resource, outage, announcedFailure } = search;
  if (resource) return throughResource(resource, { scopes, isUncertain: outage !== null }, run);
  const isMissing = probed.kind === 'UNCLEAR' && [404, 405, 410].includes(probed.status);
  // The origin's own metadata is read below. It is optional there.
  const isElsewhere = provider.issuer !== '' && provider.issuer !== new URL(url).origin;
  if (isElsewhere && !isMissing) return throughIssuer({ resource: url, scopes, isUncertain: false }, run);
  if (probed.kind === 'UNCLEAR') {
    throw log.error(
      probed.failure ?? {
        layer: 'MCP',
        responsibleParty: 'ADMINISTRATOR',
        message: `No MCP server answers at this URL (HTTP ${probed.status}).`,
        remedy: 'Check the URL, including its path.',
      },
    );
  }
  const needsOtherCredentials = {
    layer: 'CONFIGURATION',
    responsibleParty: 'ADMINISTRATOR',
    remedy: { action: 'USE_API_KEY' },
    suggestedAuthType: 'API_KEY',
  } as const;
  if (probed.otherSchemesOnly && !announcedFailure) {
    const message = 'The server asks for credentials, but not for OAuth tokens.';
    throw log.error({ ...needsOtherCredentials, message });
  }
  const ofOrigin = await throughMcpOrigin({ resource: url, scopes, isUncertain: outage !== null }, url, run);
  if (ofOrigin.found) return ofOrigin.found;
  const unavailable = outage ?? ofOrigin.outage;
  if (announcedFailure) throw log.error(announcedFailure);
  if (unavailable) {
    throw log.error({ ...unavailable, remedy: { action: 'ENTER_PROVIDER', first: tryAgainLater } });
  }
  const endpoints = await throughDefaultEndpoints({ resource: url, scopes, isUncertain: false }, url, run);
  if (endpoints) return endpoints;
  const message =
    'The server asks for authorization, but no authorization server was found. It probably requires an API key.';
  throw log.error({ ...needsOtherCredentials, message });
}

/** Discovers authorization for a server that works without it. Only usable metadata shows that it is possible too. */
async function optionalAuthorization(url: string, run: Run): Promise<Found> {
  const { provider } = run;
  const nothing: Found = {
    resource: '',
    scopes: '',
    issuer: '',
    metadata: null,
    authorizationEndpoint: '',
    tokenEndpoint: '',
    revocationEndpoint: '',
    registrationEndpoint: '',
    issRequired: false,
    isUncertain: false,
  };
  try {
    const { resource, outage } = await findNamedResource(url, null, run);
    if (resource) return await throughResource(resource, { scopes: '', isUncertain: outage !== null }, run);
  } catch (error) {
    // Broken metadata must not make an open server unusable. The steps show the failure.
    if (!(error instanceof DiscoveryError) || provider.resourceMetadataUrl !== '') throw error;
  }
  return provider.issuer === ''
    ? nothing
    : throughIssuer({ resource: url, scopes: '', isUncertain: false }, run);
}

/**
 * Finds the resource metadata that an administrator names, or the MCP server. If an administrator names the issuer,
 * unusable metadata of the MCP server does not end the discovery.
 */
async function findNamedResource(
  url: string,
  challenge: BearerChallenge | null,
  { log, context, provider }: Run,
): Promise<ResourceSearch> {
  const { resourceMetadataUrl, issuer } = provider;
  const isAnnounced =
    challenge !== null && (challenge.isUnreadable || challenge.resourceMetadataUrl !== null);
  const announced = isAnnounced ? { by: 'CHALLENGE' as const, url: challenge.resourceMetadataUrl } : null;
  const named =
    resourceMetadataUrl === '' ? announced : { by: 'ADMINISTRATOR' as const, url: resourceMetadataUrl };
  try {
    return await findProtectedResource(url, named, log, context);
  } catch (error) {
    if (!(error instanceof DiscoveryError) || issuer === '' || named?.by === 'ADMINISTRATOR') throw error;
    return { resource: null, announcedFailure: error.failure, outage: null };
  }
}

/** The members that are known before an authorization server is found. */
type Known = Pick<Discovery, 'resource' | 'scopes' | 'isUncertain'>;

async function throughResource(
  { resource, authorizationServers, scopes }: ProtectedResource,
  { scopes: challenged, isUncertain }: Pick<Known, 'scopes' | 'isUncertain'>,
  run: Run,
): Promise<Found> {
  const { log, context, provider } = run;
  const known = { resource, scopes: challenged || scopes.join(' '), isUncertain };
  if (authorizationServers.length === 0) return throughUnlistedServer(known, run);
  const isListed = authorizationServers.includes(provider.issuer);
  const candidates = isListed ? [provider.issuer] : authorizationServers;
  for (const issuer of candidates) {
    const { metadata, outage } = await findAuthorizationServer(issuer, log, context);
    if (metadata) return { ...known, ...fromMetadata(metadata) };
    // The next one is another provider, so it does not stand in for one that is unavailable for the moment.
    if (outage) throw log.error({ ...outage, remedy: { action: 'ENTER_PROVIDER', first: tryAgainLater } });
  }
  throw withoutMetadata(candidates, 'which the MCP server names', log);
}

/** Finds the authorization server of resource metadata that lists none: the named one, else that of the origin. */
async function throughUnlistedServer(known: Known, run: Run): Promise<Found> {
  const { log, provider } = run;
  if (provider.issuer !== '') return throughIssuer(known, run);
  const { found, outage } = await throughMcpOrigin(known, known.resource, run);
  if (found) return found;
  const first = outage ? tryAgainLater : 'The operator of the MCP server must list its authorization server.';
  throw log.error({
    layer: 'RESOURCE_METADATA',
    responsibleParty: 'MCP_SERVER',
    message:
      'The metadata of the MCP server lists no authorization server, and no authorization server was found at its origin.',
    ...outage,
    remedy: { action: 'ENTER_PROVIDER', first },
  });
}

/** Discovers the authorization server that an administrator names. */
async function throughIssuer(known: Known, { log, context, provider }: Run): Promise<Found> {
  if (!isSecureEndpoint(provider.issuer, context) || provider.issuer.includes('?')) {
    throw log.error({
      layer: 'CONFIGURATION',
      responsibleParty: 'ADMINISTRATOR',
      message: 'The entered issuer is not a valid https URL.',
      remedy: 'Enter the issuer exactly as the authorization server names itself.',
      suggestedSettings: needsPlainHttp(provider.issuer, context) ? [plainHttp] : [],
    });
  }
  const { metadata, outage } = await findAuthorizationServer(provider.issuer, log, context);
  if (metadata) return { ...known, ...fromMetadata(metadata) };
  if (outage) throw log.error(outage);
  throw withoutMetadata([provider.issuer], 'which an administrator names', log);
}

function withoutMetadata(issuers: readonly string[], namedBy: string, log: DiscoveryLog): DiscoveryError {
  const hosts = issuers.map((issuer) => new URL(issuer).host).join(', ');
  return log.error({
    layer: 'AUTHORIZATION_SERVER_METADATA',
    responsibleParty: 'PROVIDER',
    message: `The authorization server at ${hosts}, ${namedBy}, publishes no metadata.`,
    remedy:
      'Ask its operator to publish metadata (RFC 8414), or enter the client ID, the authorization URL and the token URL manually.',
  });
}

/** Discovers an authorization server at the origin of the MCP server, as in MCP 2025-03-26. */
async function throughMcpOrigin(
  known: Known,
  mcpUrl: string,
  { log, context }: Run,
): Promise<{ found: Found | null; outage: Failure | null }> {
  const { origin } = new URL(mcpUrl);
  // No metadata announced this issuer, so both spellings of the origin are accepted.
  const { metadata, outage } = await findAuthorizationServer(origin, log, context, [origin, `${origin}/`]);
  return { found: metadata && { ...known, ...fromMetadata(metadata) }, outage };
}

/** Uses the default endpoints of MCP 2025-03-26, if they exist. */
async function throughDefaultEndpoints(
  known: Known,
  mcpUrl: string,
  { log, context }: Run,
): Promise<Found | null> {
  const { origin } = new URL(mcpUrl);
  const endpoints = await findDefaultEndpoints(origin, log, context);
  if (!endpoints) return null;
  const { authorizationEndpoint: url } = endpoints;
  if (!isSecureEndpoint(url, context)) {
    throw log.error({
      layer: 'AUTHORIZATION_SERVER_METADATA',
      responsibleParty: 'ADMINISTRATOR',
      message: 'Default endpoints: The server uses plain HTTP, which is not secure enough for authorization.',
      remedy: 'Enter the https URL of the server.',
      suggestedSettings: needsPlainHttp(url, context) ? [plainHttp] : [],
    });
  }
  return {
    ...known,
    ...endpoints,
    issuer: origin,
    metadata: null,
    revocationEndpoint: '',
    issRequired: false,
  };
}

function fromMetadata(metadata: UsableMetadata): Omit<Found, keyof Known> {
  return {
    issuer: metadata.issuer,
    metadata,
    authorizationEndpoint: metadata.authorization_endpoint,
    tokenEndpoint: metadata.token_endpoint,
    revocationEndpoint: metadata.revocation_endpoint ?? '',
    registrationEndpoint: metadata.registration_endpoint ?? '',
    issRequired: metadata.authorization_response_iss_parameter_supported === true,
  };
}

function wellFormedScope(scope: string): string {
  return scopeTokens(scope.split(/\s+/)).join(' ');
}
