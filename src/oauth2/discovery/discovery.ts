import { SwitchboardError } from '../../errors.js';
import {
  findAuthorizationServer,
  type AuthorizationServerMetadata,
  type UsableMetadata,
} from './authorization-server-metadata.js';
import { strict, type OAuth2Compatibility } from '../compatibility.js';
import { DiscoveryTrail, type DiscoveryStep } from './discovery-log.js';
import {
  isPlainUrl,
  isSecureEndpoint,
  needsPlainHttp,
  type LookupContext,
  type OAuth2Outbound,
} from '../endpoints.js';
import { nothingSent } from '../report/evidence.js';
import { scopeTokens } from './metadata-members.js';
import { plainHttp } from '../report/suggested-settings.js';
import { probe } from './probe.js';
import { findProtectedResource, type ProtectedResource } from './protected-resource.js';

export type { AuthorizationServerMetadata } from './authorization-server-metadata.js';
export type { DiscoveryStep } from './discovery-log.js';
export type { OAuth2Outbound } from '../endpoints.js';

/** What was found out about an MCP server's authorization. */
export interface Discovery {
  /**
   * Whether the server asks for a token. One that serves without may offer authorization nevertheless: then the rest
   * is filled in too. When it offers none, every other member is empty.
   */
  requiresAuthorization: boolean;
  /** RFC 8707 `resource`, to be sent exactly so. */
  resource: string;
  /** What the challenge asks for, else what the resource metadata lists; space-separated, '' when neither says. */
  scopes: string;
  issuer: string;
  /** null: there was none anywhere, and the default endpoints of MCP 2025-03-26 are assumed. */
  metadata: AuthorizationServerMetadata | null;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  /** '' when there is none. */
  revocationEndpoint: string;
  /** '' when the server takes no dynamic registrations. */
  registrationEndpoint: string;
  /** Whether every redirect back must carry `iss` (RFC 9207). */
  issRequired: boolean;
  steps: DiscoveryStep[];
}

/**
 * Finds out how an MCP server wants to be authorized: an unauthenticated probe, RFC 9728 protected resource metadata,
 * RFC 8414 authorization server metadata; for a server that asks for a token and has no resource metadata, what
 * MCP 2025-03-26 laid down. Nothing is registered. It takes `withinMs` at most; `onStep` is told of each step as it comes.
 *
 * @param options.compatibility what an administrator has relaxed for this server; default nothing
 * @throws DISCOVERY_FAILED with `steps` (what was tried) and `remedy` (whose turn it is, to do what)
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
  // Each request has its own deadline; many slow answers in a row must not add up.
  const signal = AbortSignal.timeout(withinMs);
  const outbound: LookupContext = {
    ...via,
    fetch: (url, init) => via.fetch(url, { ...init, signal }),
    compatibility,
  };
  const trail = new DiscoveryTrail([], onStep);
  if (!isPlainUrl(mcpUrl)) {
    throw trail.failure('The URL is not an http(s) URL without user name and fragment.', 'Check the URL.', {
      layer: 'CONFIGURATION',
      responsibleParty: 'ADMINISTRATOR',
    });
  }
  const reception = await probe(mcpUrl, trail, outbound.fetch);
  if (reception.kind === 'OPEN') return optionalAuthorization(mcpUrl, trail, outbound);

  const challenge = reception.kind === 'CHALLENGED' ? reception : null;
  const resource = await findProtectedResource(
    mcpUrl,
    challenge?.resourceMetadataUrl ?? null,
    trail,
    outbound,
  );
  if (resource) return throughResource(resource, challenge?.scope ?? '', trail, outbound);
  if (reception.kind === 'UNCLEAR') {
    throw trail.failure(
      `No MCP server answers at this URL (the answer was HTTP ${reception.status}).`,
      'Check the URL, its path included.',
      { layer: 'MCP', responsibleParty: 'ADMINISTRATOR' },
    );
  }
  if (reception.otherSchemesOnly) {
    throw trail.failure(
      'The server asks for credentials, but not for OAuth tokens.',
      'Choose the authentication type that its documentation asks for: an API key or custom headers.',
      { layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR' },
    );
  }
  return throughMcpOrigin(mcpUrl, reception.scope, trail, outbound);
}

/** A server that serves everybody: only metadata that is there and serves says that authorization is possible too. */
async function optionalAuthorization(
  mcpUrl: string,
  trail: DiscoveryTrail,
  outbound: LookupContext,
): Promise<Discovery> {
  try {
    const resource = await findProtectedResource(mcpUrl, null, trail, outbound);
    if (resource)
      return { ...(await throughResource(resource, '', trail, outbound)), requiresAuthorization: false };
  } catch (error) {
    // Nobody is kept out of this server by metadata that cannot be had; the steps say what was wrong with it.
    if (!(error instanceof SwitchboardError)) throw error;
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
    steps: trail.steps,
  };
}

async function throughResource(
  { resource, authorizationServers, scopes }: ProtectedResource,
  challengedScope: string,
  trail: DiscoveryTrail,
  outbound: LookupContext,
): Promise<Discovery> {
  for (const issuer of authorizationServers) {
    const metadata = await findAuthorizationServer(issuer, trail, outbound);
    const found = { resource, scopes: wellFormedScope(challengedScope) || scopes.join(' ') };
    if (metadata) return { ...found, ...fromMetadata(metadata), steps: trail.steps };
  }
  const hosts = authorizationServers.map((issuer) => new URL(issuer).host).join(', ');
  throw trail.failure(
    `The authorization server at ${hosts}, which the MCP server names, publishes no metadata.`,
    'Ask its operator to publish it (RFC 8414), or enter the client id, the authorization URL and the token URL by hand.',
    { layer: 'AUTHORIZATION_SERVER_METADATA', responsibleParty: 'PROVIDER' },
  );
}

/** MCP 2025-03-26: the MCP server's own origin is the authorization server. */
async function throughMcpOrigin(
  mcpUrl: string,
  challengedScope: string,
  trail: DiscoveryTrail,
  outbound: LookupContext,
): Promise<Discovery> {
  const { origin } = new URL(mcpUrl);
  // Nobody has announced this issuer; both ways to write an origin are the one that was asked for.
  const metadata = await findAuthorizationServer(origin, trail, outbound, [origin, `${origin}/`]);
  const found = { resource: mcpUrl, scopes: wellFormedScope(challengedScope), steps: trail.steps };
  if (metadata) return { ...found, ...fromMetadata(metadata) };

  const name = 'Default endpoints';
  const url = `${origin}/authorize`;
  const layer = 'AUTHORIZATION_SERVER_METADATA';
  const step = { layer, name, url, expected: 'An https URL', ...nothingSent } as const;
  if (!isSecureEndpoint(url, outbound)) {
    const detail = 'The server is reached over plain http, over which no authorization is started.';
    trail.note({ ...step, outcome: 'FAILED', detail });
    throw trail.failure(
      `${name}: ${detail}`,
      'Enter the https URL of the server.',
      { layer, responsibleParty: 'ADMINISTRATOR' },
      needsPlainHttp(url, outbound) ? [plainHttp] : [],
    );
  }
  const detail = 'No metadata anywhere: the default endpoints of MCP 2025-03-26 at this origin are assumed.';
  trail.note({ ...step, outcome: 'FOUND', detail });
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
