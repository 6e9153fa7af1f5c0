import { scopeTokens, strict, type OAuth2Compatibility } from '../compatibility.js';
import {
  isPlainUrl,
  isSecureEndpoint,
  needsPlainHttp,
  type DiscoveryContext,
  type OAuth2Outbound,
} from '../endpoints.js';
import { DiscoveryError } from '../report/failure.js';
import { nothingSent, type DiscoveryStep } from '../report/step.js';
import { plainHttp } from '../report/suggested-settings.js';
import {
  findAuthorizationServer,
  type AuthorizationServerMetadata,
  type UsableMetadata,
} from './authorization-server-metadata.js';
import { DiscoveryLog } from './discovery-log.js';
import { probe } from './probe.js';
import { findProtectedResource, type ProtectedResource } from './protected-resource.js';

export type { AuthorizationServerMetadata } from './authorization-server-metadata.js';

/** The result of a discovery. */
export interface Discovery {
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
  /** Null if there is none at any location. Then the default endpoints of MCP 2025-03-26 are assumed. */
  metadata: AuthorizationServerMetadata | null;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  /** '' if there is none. */
  revocationEndpoint: string;
  /** '' if the server does not support dynamic registration. */
  registrationEndpoint: string;
  /** True if every authorization response must contain `iss` (RFC 9207). */
  issRequired: boolean;
  steps: DiscoveryStep[];
}

/**
 * Discovers the authorization of an MCP server: unauthenticated probe, RFC 9728 protected resource metadata, RFC 8414
 * authorization server metadata. If the server requires a token and has no resource metadata, the rules of MCP 2025-03-26
 * apply. Nothing is registered. Takes at most `withinMs`. `onStep` is called with each step as it completes.
 *
 * @param options.compatibility the compatibility settings of this server. Defaults to none.
 * @throws DiscoveryError
 */
export async function discover(
  mcpUrl: string,
  via: OAuth2Outbound,
  {
    withinMs = 60_000,
    compatibility = strict,
    onStep,
  }: {
    withinMs?: number;
    compatibility?: OAuth2Compatibility;
    onStep?: ((step: DiscoveryStep) => void) | undefined;
  } = {},
): Promise<Discovery> {
  // Each request has its own timeout. This one bounds the sum of many slow responses.
  const signal = AbortSignal.timeout(withinMs);
  const context: DiscoveryContext = {
    ...via,
    fetch: (url, init) => via.fetch(url, { ...init, signal }),
    compatibility,
  };
  const log = new DiscoveryLog([], onStep);
  if (!isPlainUrl(mcpUrl)) {
    throw log.error({
      layer: 'CONFIGURATION',
      responsibleParty: 'ADMINISTRATOR',
      message: 'The URL is not an http(s) URL without user name and fragment.',
      remedy: 'Check the URL.',
    });
  }
  const probed = await probe(mcpUrl, log, context.fetch);
  if (probed.kind === 'OPEN') return optionalAuthorization(mcpUrl, log, context);

  const challenge = probed.kind === 'CHALLENGED' ? probed : null;
  const resource = await findProtectedResource(mcpUrl, challenge?.resourceMetadataUrl ?? null, log, context);
  if (resource) return throughResource(resource, challenge?.scope ?? '', log, context);
  if (probed.kind === 'UNCLEAR') {
    throw log.error({
      layer: 'MCP',
      responsibleParty: 'ADMINISTRATOR',
      message: `No MCP server answers at this URL (HTTP ${probed.status}).`,
      remedy: 'Check the URL, including its path.',
    });
  }
  if (probed.otherSchemesOnly) {
    throw log.error({
      layer: 'CONFIGURATION',
      responsibleParty: 'ADMINISTRATOR',
      message: 'The server asks for credentials, but not for OAuth tokens.',
      remedy: 'Select the authentication type that its documentation names: an API key or custom headers.',
    });
  }
  return throughMcpOrigin(mcpUrl, probed.scope, log, context);
}

/** Discovers authorization for a server that works without it. Only usable metadata shows that it is possible too. */
async function optionalAuthorization(
  mcpUrl: string,
  log: DiscoveryLog,
  context: DiscoveryContext,
): Promise<Discovery> {
  try {
    const resource = await findProtectedResource(mcpUrl, null, log, context);
    if (resource)
      return { ...(await throughResource(resource, '', log, context)), requiresAuthorization: false };
  } catch (error) {
    // Broken metadata must not make an open server unusable. The steps show the failure.
    if (!(error instanceof DiscoveryError)) throw error;
  }
  return {
    requiresAuthorization: false,
    resource: '',
    scopes: '',
    issuer: '',
    metadata: null,
    authorizationEndpoint: '',
    tokenEndpoint: '',
    revocationEndpoint: '',
    registrationEndpoint: '',
    issRequired: false,
    steps: log.steps,
  };
}

async function throughResource(
  { resource, authorizationServers, scopes }: ProtectedResource,
  challengedScope: string,
  log: DiscoveryLog,
  context: DiscoveryContext,
): Promise<Discovery> {
  for (const issuer of authorizationServers) {
    const metadata = await findAuthorizationServer(issuer, log, context);
    const found = { resource, scopes: wellFormedScope(challengedScope) || scopes.join(' ') };
    if (metadata) return { ...found, ...fromMetadata(metadata), steps: log.steps };
  }
  const hosts = authorizationServers.map((issuer) => new URL(issuer).host).join(', ');
  throw log.error({
    layer: 'AUTHORIZATION_SERVER_METADATA',
    responsibleParty: 'PROVIDER',
    message: `The authorization server at ${hosts}, which the MCP server names, publishes no metadata.`,
    remedy:
      'Ask its operator to publish metadata (RFC 8414), or enter the client ID, the authorization URL and the token URL manually.',
  });
}

/** Discovers an authorization server at the origin of the MCP server, as in MCP 2025-03-26. */
async function throughMcpOrigin(
  mcpUrl: string,
  challengedScope: string,
  log: DiscoveryLog,
  context: DiscoveryContext,
): Promise<Discovery> {
  const { origin } = new URL(mcpUrl);
  // No metadata announced this issuer, so both spellings of the origin are accepted.
  const metadata = await findAuthorizationServer(origin, log, context, [origin, `${origin}/`]);
  const found = { resource: mcpUrl, scopes: wellFormedScope(challengedScope), steps: log.steps };
  if (metadata) return { ...found, ...fromMetadata(metadata) };

  const name = 'Default endpoints';
  const url = `${origin}/authorize`;
  const layer = 'AUTHORIZATION_SERVER_METADATA';
  const step = { layer, name, url, expected: 'An https URL', ...nothingSent } as const;
  if (!isSecureEndpoint(url, context)) {
    const detail = 'The server uses plain HTTP, which is not secure enough for authorization.';
    log.add({ ...step, outcome: 'FAILED', detail });
    throw log.error({
      layer,
      responsibleParty: 'ADMINISTRATOR',
      message: `${name}: ${detail}`,
      remedy: 'Enter the https URL of the server.',
      suggestedSettings: needsPlainHttp(url, context) ? [plainHttp] : [],
    });
  }
  const detail = 'There is no metadata. The default endpoints of MCP 2025-03-26 at this origin are assumed.';
  log.add({ ...step, outcome: 'FOUND', detail });
  return {
    ...found,
    requiresAuthorization: true,
    issuer: origin,
    metadata: null,
    authorizationEndpoint: url,
    tokenEndpoint: `${origin}/token`,
    revocationEndpoint: '',
    registrationEndpoint: `${origin}/register`,
    issRequired: false,
  };
}

function fromMetadata(metadata: UsableMetadata): Omit<Discovery, 'resource' | 'scopes' | 'steps'> {
  return {
    requiresAuthorization: true,
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
