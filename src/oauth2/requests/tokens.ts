import { decodeJwt } from 'jose';
import { genericGrantRequest } from 'openid-client';
import { remoteMessage } from '../../text.js';
import type { OAuth2Client } from '../client.js';
import { readScope, type TokenTypeRule } from '../compatibility.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { ProviderError } from '../report/failure.js';
import { assumeBearer, suggestedSettingsFor } from '../report/suggested-settings.js';
import { clientConfiguration } from './client-configuration.js';
import { unexpectedIdToken } from './quirks.js';
import { classifyFailure, type RequestFailure } from './request-failure.js';
import { subjectOf } from './subject.js';

/** A token response, checked to be usable. */
export interface TokenSet {
  /** Visible ASCII only, so that it is safe in a header. */
  accessToken: string;
  refreshToken: string | null;
  /** Always `Bearer`. Other types are refused. */
  tokenType: string;
  /** Space-separated. Null if the response has none, which means that the requested scope was granted. */
  scope: string | null;
  /** Null if neither the response nor the token contains it. */
  expiresAt: Date | null;
  /** The user at the provider, as `subjectOf` returns it. Null if the token set names none, or was not asked. */
  subject?: string | null;
}

/** The longest token that fits in the headers of common servers. */
const maximumTokenLength = 32_768;
/** Longer lifetimes mean that the token does not expire. A Date cannot represent all of them. */
const maximumLifetimeSeconds = 100 * 365 * 86_400;

/**
 * Exchanges an authorization code for tokens (RFC 6749 section 4.1.3, with PKCE and RFC 8707). Check `state` and `iss`
 * first, because this sends the code.
 *
 * @param request.scopeSeparator the separator of scopes in the response, in addition to a space. Defaults to none.
 * @throws ProviderError, with `suggestedSettings` if a compatibility setting may avoid the failure
 */
export async function exchangeCode(
  client: OAuth2Client,
  request: {
    code: string;
    codeVerifier: string;
    redirectUri: string;
    resource: string;
    scopeSeparator?: string;
    tokenType?: TokenTypeRule;
    /** An issuer to accept in the tokens, in addition to the client's. Defaults to none. */
    allowedIssuer?: string;
  },
  outbound: OAuth2Outbound,
): Promise<TokenSet> {
  const parameters = new URLSearchParams({
    code: request.code,
    redirect_uri: request.redirectUri,
    code_verifier: request.codeVerifier,
    ...(request.resource !== '' && { resource: request.resource }),
  });
  try {
    const configuration = clientConfiguration(client, 'token', outbound, { tokenType: request.tokenType });
    const response = await genericGrantRequest(configuration, 'authorization_code', parameters);
    const tokens = tokenSet(response, request);
    const { accessToken } = tokens;
    const { issuer, clientId } = client;
    const context = { issuer, clientId, allowedIssuer: request.allowedIssuer ?? '' };
    return { ...tokens, subject: subjectOf({ accessToken, idToken: response[unexpectedIdToken] }, context) };
  } catch (error) {
    throw error instanceof ProviderError ? error : failedExchange(error, client, request);
  }
}

const unsupportedType =
  'The provider issued a token of an unsupported type. Only Bearer tokens are supported.';

const missingToken = 'The provider answered the token request without an access token.';

const nestedToken =
  'The provider answered the token request without an access token at the top level. It has one inside authed_user, as the method oauth.v2.access of Slack does. An administrator must enter a token URL that answers with the token of the user, such as that of oauth.v2.user.access.';

interface TokenResponse {
  access_token: string;
  token_type: string;
  refresh_token?: string | undefined;
  scope?: string | undefined;
  expires_in?: number | undefined;
}

/**
 * Reads a token response.
 * @param format.scopeSeparator the separator of scopes, in addition to a space. Defaults to none.
 * @throws ProviderError for a token of another type, or one that cannot be sent in a header
 */
export function tokenSet(
  response: TokenResponse,
  { scopeSeparator = ' ' }: { scopeSeparator?: string | undefined } = {},
): TokenSet {
  const { access_token, refresh_token, token_type, scope, expires_in } = response;
  if (token_type.toLowerCase() !== 'bearer') throw new ProviderError(unsupportedType);
  if (!isToken(access_token) || (refresh_token !== undefined && !isToken(refresh_token))) {
    throw new ProviderError('The provider issued a token that cannot be sent in a header.');
  }
  return {
    accessToken: access_token,
    refreshToken: refresh_token ?? null,
    tokenType: 'Bearer',
    scope: scope === undefined ? null : readScope(scope, { scopeSeparator }),
    expiresAt: expiry(access_token, expires_in),
  };
}

function isToken(value: string): boolean {
  return value.length <= maximumTokenLength && /^[\x21-\x7e]+$/.test(value);
}

/** Returns null for a token that has already expired: the clocks differ, or 0 stands for "never". */
function expiry(accessToken: string, expiresIn: number | undefined): Date | null {
  const now = Date.now() / 1000;
  const at = expiresIn === undefined ? jwtExpiry(accessToken) : now + expiresIn;
  return at === undefined || at <= now || at - now > maximumLifetimeSeconds ? null : new Date(at * 1000);
}

/** Reads `exp` of a token that is a JWT. It is not verified, because it only decides when to refresh. */
function jwtExpiry(accessToken: string): number | undefined {
  try {
    const { exp } = decodeJwt(accessToken);
    return typeof exp === 'number' && exp > 0 ? exp : undefined;
  } catch {
    return undefined;
  }
}

/** The messages for the error codes of RFC 6749 section 5.2, shown in the popup. */
const tokenErrors = new Map([
  [
    'invalid_grant',
    'The provider did not accept the authorization. It may have expired. Close this window and connect again.',
  ],
  ['invalid_client', 'The provider no longer accepts this client. An administrator must register it again.'],
  [
    'unauthorized_client',
    'The provider does not allow this client to request tokens. An administrator must check its registration.',
  ],
  ['invalid_scope', 'The provider refused the requested scopes. An administrator must correct them.'],
  ['invalid_target', 'The provider does not issue tokens for this MCP server.'],
  ['unsupported_grant_type', 'The provider does not support the authorization code grant.'],
  ['invalid_request', 'The provider refused the token request as malformed.'],
  ['temporarily_unavailable', 'The provider is temporarily unavailable. Connect again later.'],
  ['server_error', 'The provider failed. Connect again later.'],
]);

function failedExchange(
  error: unknown,
  client: OAuth2Client,
  request: { code: string; codeVerifier: string; resource: string },
): ProviderError {
  const failure = classifyFailure(error);
  const oauth2Error = 'error' in failure && typeof failure.error === 'string' ? failure.error : undefined;
  const description = 'description' in failure ? failure.description : undefined;
  const { tokenAuthMethod, clientSecret } = client;
  return new ProviderError(exchangeMessage(failure), {
    step: 'TOKEN_REQUEST',
    httpStatus: 'status' in failure ? failure.status : undefined,
    oauth2Error,
    remoteMessage: remoteMessage(description, [request.code, request.codeVerifier, clientSecret]),
    suggestedSettings:
      failure.kind === 'UNSUPPORTED_TOKEN_TYPE' && failure.mayBeBearer
        ? [assumeBearer]
        : suggestedSettingsFor(
            oauth2Error ?? '',
            {
              resource: request.resource,
              tokenAuthMethod,
              hasSecret: clientSecret !== null,
            },
            description,
          ),
  });
}

function exchangeMessage(failure: RequestFailure): string {
  switch (failure.kind) {
    case 'UNUSABLE':
      return failure.message;
    case 'UNREACHABLE':
      return `The token URL of the provider could not be reached: ${failure.error.message}`;
    case 'UNAVAILABLE':
      return (
        tokenErrors.get(failure.error ?? '') ??
        `The provider failed with HTTP ${failure.status}. Connect again later.`
      );
    case 'REFUSED':
      return tokenErrors.get(failure.error ?? '') ?? 'The provider refused to issue a token.';
    case 'UNSUPPORTED_TOKEN_TYPE':
      return unsupportedType;
    case 'MALFORMED':
      if (failure.accessToken === 'NESTED') return nestedToken;
      if (failure.accessToken === 'MISSING') return missingToken;
      return 'The token URL of the provider did not answer as an OAuth 2.0 token endpoint.';
  }
}
