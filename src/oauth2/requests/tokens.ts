import { decodeJwt } from 'jose';
import {
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
  genericGrantRequest,
} from 'openid-client';
import { SwitchboardError } from '../../errors.js';
import { OutboundError } from '../../net/guarded-fetch.js';
import { clientConfiguration } from './client-configuration.js';
import type { OAuth2Client } from '../client.js';
import { readScope } from '../compatibility.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { failedAnswer } from './failed-answer.js';
import { suggestedSettingsFor } from '../report/suggested-settings.js';
import { registeredError } from './registered-errors.js';

/** What a token endpoint issued, checked to be usable. */
export interface TokenSet {
  /** Visible ASCII only, so it is safe in a header. */
  accessToken: string;
  refreshToken: string | null;
  /** Always `Bearer`; other types are refused. */
  tokenType: string;
  /** Space-separated; null when the answer names none, which means: as requested. */
  scope: string | null;
  /** null when neither the answer nor the token says. */
  expiresAt: Date | null;
}

/** Nothing longer fits into a header of the servers that we know. */
const maximumTokenLength = 32_768;
/** Longer lifetimes are those of tokens that do not expire; a date could not hold all of them. */
const maximumLifetimeSeconds = 100 * 365 * 86_400;

/**
 * Redeems an authorization code (RFC 6749 section 4.1.3, with PKCE and RFC 8707). `state` and `iss` must have been
 * checked before: the code leaves with this call.
 *
 * @param request.scopeSeparator between the scopes of the answer, besides a space; default none
 * @throws UPSTREAM_ERROR in our words, with `suggestedSettings` where an administrator could relax something
 */
export async function exchangeCode(
  client: OAuth2Client,
  request: {
    code: string;
    codeVerifier: string;
    redirectUri: string;
    resource: string;
    scopeSeparator?: string;
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
    const configuration = clientConfiguration(client, 'token', outbound);
    const answer = await genericGrantRequest(configuration, 'authorization_code', parameters);
    return tokenSet(answer, request);
  } catch (error) {
    throw upstreamError(error, client, request);
  }
}

const unsupportedType =
  'The provider issued a token of a type that is not supported: only Bearer tokens are.';

export interface TokenAnswer {
  access_token: string;
  token_type: string;
  refresh_token?: string | undefined;
  scope?: string | undefined;
  expires_in?: number | undefined;
}

/**
 * @param format.scopeSeparator between the scopes of the answer, besides a space; default none
 * @throws UPSTREAM_ERROR for a token of another type, or one that no header can carry
 */
export function tokenSet(
  answer: TokenAnswer,
  { scopeSeparator = ' ' }: { scopeSeparator?: string | undefined } = {},
): TokenSet {
  const { access_token, refresh_token, token_type, scope, expires_in } = answer;
  if (token_type.toLowerCase() !== 'bearer') throw new SwitchboardError('UPSTREAM_ERROR', unsupportedType);
  if (!isToken(access_token) || (refresh_token !== undefined && !isToken(refresh_token))) {
    throw new SwitchboardError(
      'UPSTREAM_ERROR',
      'The provider issued a token that cannot be sent in a header.',
    );
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

/** A token that seems to have expired before it came says nothing: the clocks differ, or 0 stands for "never". */
function expiry(accessToken: string, expiresIn: number | undefined): Date | null {
  const now = Date.now() / 1000;
  const at = expiresIn === undefined ? jwtExpiry(accessToken) : now + expiresIn;
  return at === undefined || at <= now || at - now > maximumLifetimeSeconds ? null : new Date(at * 1000);
}

/** `exp` of a token that happens to be a JWT; read, not verified, since it only says when to ask for a new one. */
function jwtExpiry(accessToken: string): number | undefined {
  try {
    const { exp } = decodeJwt(accessToken);
    return typeof exp === 'number' && exp > 0 ? exp : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 6749 section 5.2, in words for the person in front of the popup. */
const tokenErrors = new Map([
  [
    'invalid_grant',
    'The provider did not accept the authorization. It may have taken too long; connect again.',
  ],
  [
    'invalid_client',
    'The provider does not know this client any more; an administrator has to register it again.',
  ],
  [
    'unauthorized_client',
    'The provider does not let this client ask for tokens; an administrator has to look into its registration.',
  ],
  [
    'invalid_scope',
    'The provider refused the scopes that were asked for; an administrator has to correct them.',
  ],
  ['invalid_target', 'The provider does not issue tokens for this MCP server.'],
  ['unsupported_grant_type', 'The provider does not offer the authorization code grant.'],
  ['invalid_request', 'The provider refused the token request as malformed.'],
  ['temporarily_unavailable', 'The provider is not available at the moment; connect again later.'],
  ['server_error', 'The provider failed; connect again later.'],
]);

function upstreamError(error: unknown, client: OAuth2Client, asked: { resource: string }): SwitchboardError {
  if (error instanceof SwitchboardError) return error;
  const { tokenAuthMethod, clientSecret } = client;
  const about = { ...asked, tokenAuthMethod, hasSecret: clientSecret !== null };
  const oauth2Error = oauth2ErrorOf(error);
  return new SwitchboardError(
    'UPSTREAM_ERROR',
    tokenErrorMessage(error),
    {},
    {
      step: 'TOKEN_REQUEST',
      httpStatus: failedAnswer(error)?.status,
      oauth2Error,
      suggestedSettings: suggestedSettingsFor(oauth2Error ?? '', about),
    },
  );
}

function tokenErrorMessage(error: unknown): string {
  if (error instanceof ResponseBodyError) {
    return tokenErrors.get(error.error) ?? 'The provider refused to issue a token.';
  }
  // A 401 with a challenge is how a client is refused that authenticated in a header.
  if (error instanceof WWWAuthenticateChallengeError) {
    return tokenErrors.get('invalid_client') ?? '';
  }
  if (error instanceof ClientError && error.code === 'OAUTH_UNSUPPORTED_OPERATION') return unsupportedType;
  if (error instanceof ClientError && error.cause instanceof Response && error.cause.status >= 500) {
    return `The provider failed with HTTP ${error.cause.status}; connect again later.`;
  }
  const reason = outboundReason(error);
  if (reason) return `The token URL of the provider could not be reached: ${reason}`;
  return 'The token URL of the provider did not answer as OAuth 2.0 lays down.';
}

/** The error code that a token endpoint answered, if it is a registered one. */
export function oauth2ErrorOf(error: unknown): string | undefined {
  // A client that authenticated in a header is refused by a challenge (RFC 6749 section 5.2).
  if (error instanceof WWWAuthenticateChallengeError) return 'invalid_client';
  return error instanceof ResponseBodyError ? registeredError(error.error) : undefined;
}

function outboundReason(error: unknown): string | null {
  return outboundErrorIn(error)?.message ?? null;
}

/** What the guarded fetch failed with, out of whatever the client library has wrapped it in. */
export function outboundErrorIn(error: unknown): OutboundError | null {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth += 1) {
    if (cause instanceof OutboundError) return cause;
  }
  return null;
}
