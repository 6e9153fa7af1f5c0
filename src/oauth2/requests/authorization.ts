import { createHash } from 'node:crypto';
import {
  Configuration,
  allowInsecureRequests,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { SwitchboardError } from '../../errors.js';
import { isReservedParameter, writeScope, type AuthorizationParam } from '../compatibility.js';
import type { AuthorizationServerMetadata } from '../discovery/discovery.js';
import { isPlainUrl } from '../endpoints.js';

export { checkIssuer, verifyUnknownIssuer } from '../discovery/issuer.js';

export interface AuthorizationRequest {
  authorizationEndpoint: string;
  clientId: string;
  redirectUri: string;
  /** RFC 8707, sent exactly so; '' leaves the parameter out. */
  resource: string;
  /** Space-separated; '' leaves the parameter out. */
  scope: string;
  /** What the provider wants between two scopes; default a space. */
  scopeSeparator?: string;
  /** Added to the request, where they are not ours to set; default none. */
  extraAuthorizationParams?: readonly AuthorizationParam[];
  state: string;
  codeVerifier: string;
}

/** A `state` of 256 random bits. */
export function newState(): string {
  return randomState();
}

/** A PKCE verifier of 256 random bits (RFC 7636 section 4.1). It never leaves the server before the code does. */
export function newCodeVerifier(): string {
  return randomPKCECodeVerifier();
}

/** What is stored of a `state`: its SHA-256, so that whoever reads the database cannot finish a flow. */
export function stateHash(state: string): string {
  return createHash('sha256').update(state).digest('base64url');
}

/** What would replace or bend the request that we make, if the configured URL brought it along. */
const foreignToUs = ['request', 'request_uri', 'response_mode'];

/**
 * Where to send the person: the authorization endpoint with our request (RFC 6749 section 4.1.1, PKCE with S256,
 * RFC 8707). Parameters that the endpoint's URL has already, and those that an administrator adds, are kept, except
 * where they are ours to set. `prompt` is the administrator's, where one was given.
 *
 * @throws UPSTREAM_ERROR when the endpoint is no http(s) URL, or has userinfo or a fragment
 */
export async function authorizationUrl(request: AuthorizationRequest): Promise<string> {
  if (!isPlainUrl(request.authorizationEndpoint)) {
    throw new SwitchboardError(
      'UPSTREAM_ERROR',
      'The authorization URL is not a usable https URL; an administrator has to correct it.',
    );
  }
  const { clientId, scope, resource, scopeSeparator = ' ' } = request;
  const endpoint = new URL(request.authorizationEndpoint);
  const parameters: Record<string, string> = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: request.redirectUri,
    state: request.state,
    code_challenge: await calculatePKCECodeChallenge(request.codeVerifier),
    code_challenge_method: 'S256',
    ...(resource !== '' && { resource }),
    ...(scope !== '' && { scope: writeScope(scope, { scopeSeparator }) }),
    // OpenID Connect Core section 11: without asking anew, offline access is not granted.
    ...(scope.split(' ').includes('offline_access') && { prompt: 'consent' }),
  };
  for (const name of [...Object.keys(parameters), ...foreignToUs]) endpoint.searchParams.delete(name);
  for (const { name, value } of request.extraAuthorizationParams ?? []) {
    if (isReservedParameter(name)) continue;
    endpoint.searchParams.set(name, value);
    delete parameters[name];
  }
  const server = { issuer: endpoint.origin, authorization_endpoint: endpoint.href };
  const configuration = new Configuration(server, clientId);
  // Whether plain http will do was decided where the endpoint was configured or discovered.
  allowInsecureRequests(configuration);
  return buildAuthorizationUrl(configuration, parameters).href;
}

/**
 * The scope to ask for: what the administrator has set, unchanged; else what was discovered, with `offline_access`
 * exactly if the server advertises it; else '', which leaves the choice to the server.
 */
export function requestedScope(from: {
  oauth2Scopes: string;
  discoveredScopes: string;
  metadata: AuthorizationServerMetadata | null;
}): string {
  const split = (scopes: string) => scopes.split(/\s+/).filter((scope) => scope !== '');
  const configured = split(from.oauth2Scopes);
  if (configured.length > 0) return configured.join(' ');
  const discovered = split(from.discoveredScopes).filter((scope) => scope !== 'offline_access');
  if (discovered.length === 0) return '';
  const offline = from.metadata?.scopes_supported?.includes('offline_access') === true;
  return [...discovered, ...(offline ? ['offline_access'] : [])].join(' ');
}

/** RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6 and RFC 8707, in words for the popup. */
const messages = new Map([
  ['access_denied', 'You or the provider said no, so nothing was connected.'],
  ['login_required', 'The provider wants you to sign in there first. Try again.'],
  ['consent_required', 'The provider wants your consent. Try again.'],
  ['interaction_required', 'The provider has something to ask you. Try again.'],
  ['account_selection_required', 'The provider wants you to choose an account. Try again.'],
  ['temporarily_unavailable', 'The provider is not available at the moment. Try again later.'],
  ['server_error', 'The provider failed. Try again later.'],
  [
    'invalid_scope',
    'The provider refused the scopes that were asked for; an administrator has to correct them.',
  ],
  ['invalid_target', 'The provider does not issue tokens for this MCP server.'],
  [
    'unauthorized_client',
    'The provider does not let this client ask; an administrator has to look into its registration.',
  ],
  ['unsupported_response_type', 'The provider does not offer the authorization code grant.'],
  ['invalid_request', 'The provider refused the request as malformed.'],
]);

/** Our words for a provider's error code. Call it only after `state` and `iss` were checked. */
export function authorizationErrorMessage(error: string): string {
  return messages.get(error) ?? 'The provider refused the connection.';
}
