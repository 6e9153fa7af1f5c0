import { createHash } from 'node:crypto';
import {
  Configuration,
  allowInsecureRequests,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { isReservedParameter, writeScope, type AuthorizationParam } from '../compatibility.js';
import { isPlainUrl } from '../endpoints.js';
import { ProviderError } from '../report/failure.js';

export interface AuthorizationRequest {
  authorizationEndpoint: string;
  clientId: string;
  redirectUri: string;
  /** RFC 8707 `resource`, sent unchanged. '' omits it. */
  resource: string;
  /** Space-separated. '' omits it. */
  scope: string;
  /** The provider's separator of scopes. Defaults to a space. */
  scopeSeparator?: string;
  /** The parameters of `offlineAccessParameters`. Defaults to none. */
  offlineAccess?: { access_type?: string; prompt?: string };
  /** Parameters to add, except reserved ones. They take precedence. Defaults to none. */
  extraAuthorizationParams?: readonly AuthorizationParam[];
  state: string;
  codeVerifier: string;
}

/** Generates a `state` of 256 random bits. */
export function newState(): string {
  return randomState();
}

/** Generates a PKCE verifier of 256 random bits (RFC 7636 section 4.1). It is sent only together with the code. */
export function newCodeVerifier(): string {
  return randomPKCECodeVerifier();
}

/** Returns the SHA-256 of a `state`. Only the hash is stored, so that a reader of the database cannot complete a flow. */
export function stateHash(state: string): string {
  return createHash('sha256').update(state).digest('base64url');
}

/** The parameters of a configured URL that would change the meaning of the whole request. */
const removedParameters = ['request', 'request_uri', 'response_mode'];

/**
 * Builds the URL of an authorization request (RFC 6749 section 4.1.1, PKCE with S256, RFC 8707). Parameters of the
 * endpoint's URL and those that an administrator adds are kept, except the reserved ones.
 *
 * @throws ProviderError if the endpoint is not an http(s) URL, or has userinfo or a fragment
 */
export async function authorizationUrl(request: AuthorizationRequest): Promise<string> {
  if (!isPlainUrl(request.authorizationEndpoint)) {
    throw new ProviderError(
      'The authorization URL of the provider is not a valid https URL. An administrator must correct it.',
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
    ...request.offlineAccess,
  };
  for (const name of [...Object.keys(parameters), ...removedParameters]) endpoint.searchParams.delete(name);
  for (const { name, value } of request.extraAuthorizationParams ?? []) {
    if (isReservedParameter(name)) continue;
    endpoint.searchParams.set(name, value);
    delete parameters[name];
  }
  const server = { issuer: endpoint.origin, authorization_endpoint: endpoint.href };
  const configuration = new Configuration(server, clientId);
  // The endpoint was checked for plain HTTP when it was configured or discovered.
  allowInsecureRequests(configuration);
  return buildAuthorizationUrl(configuration, parameters).href;
}

/** The messages for the error codes of RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6 and RFC 8707. */
const messages = new Map([
  [
    'access_denied',
    'You declined at the provider, or it denied access to you. Your account was not connected.',
  ],
  ['login_required', 'Sign in at the provider first, then try again.'],
  ['consent_required', 'The provider requires your consent. Try again.'],
  ['interaction_required', 'The provider requires your input. Try again.'],
  ['account_selection_required', 'The provider requires you to select an account. Try again.'],
  ['temporarily_unavailable', 'The provider is temporarily unavailable. Try again later.'],
  ['server_error', 'The provider failed. Try again later.'],
  ['invalid_scope', 'The provider refused the requested scopes. An administrator must correct them.'],
  ['invalid_target', 'The provider does not issue tokens for this MCP server.'],
  [
    'unauthorized_client',
    'The provider does not allow this client to request authorization. An administrator must check its registration.',
  ],
  ['unsupported_response_type', 'The provider does not support the authorization code grant.'],
  ['invalid_request', 'The provider refused the request as malformed.'],
]);

/** Returns the message for a provider's error code. Check `state` and `iss` first. */
export function authorizationErrorMessage(error: string): string {
  return messages.get(error) ?? 'The provider refused the authorization.';
}
