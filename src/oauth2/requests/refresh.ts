import { genericGrantRequest } from 'openid-client';
import type { OutboundFailure } from '../../net/guarded-fetch.js';
import type { OAuth2Client } from '../client.js';
import type { TokenTypeRule } from '../compatibility.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { clientConfiguration } from './client-configuration.js';
import { classifyFailure } from './request-failure.js';
import { tokenSet, type TokenSet } from './tokens.js';

/** The result of a refresh. The message is safe to show to users. */
export type RefreshResult =
  /** `refreshToken` is null if the old one stays valid (RFC 6749 section 6). */
  | { outcome: 'success'; tokens: TokenSet }
  /** The refresh token is no longer valid: the only outcome that ends a connected account. */
  | { outcome: 'invalid_grant'; message: string }
  /** The provider no longer knows this client or its secret. */
  | { outcome: 'invalid_client'; message: string }
  /** The provider knows the client and does not allow it to refresh. */
  | { outcome: 'unauthorized_client'; message: string }
  /** A temporary failure: 429, 5xx, or the request was not delivered. `retryAfter` is in seconds. */
  | { outcome: 'temporary'; message: string; retryAfter: number | null }
  /** The request may have been processed, but no usable response came. The refresh token may be spent. */
  | { outcome: 'lost'; message: string }
  /** A definite refusal of another kind. Trying again soon does not help. */
  | { outcome: 'refused'; message: string };

/**
 * Sends one request for new tokens (RFC 6749 section 6, with `resource` of RFC 8707 unchanged; '' omits it). Takes at most
 * the timeout of `outbound`. Never throws.
 * @param request.scope a subset of the granted scope. If omitted, the scope stays the same.
 * @param request.scopeSeparator the separator of scopes in the response, in addition to a space. Defaults to none.
 */
export async function refreshTokens(
  client: OAuth2Client,
  request: {
    refreshToken: string;
    resource: string;
    scope?: string;
    scopeSeparator?: string;
    tokenType?: TokenTypeRule;
  },
  outbound: OAuth2Outbound,
): Promise<RefreshResult> {
  const parameters = new URLSearchParams({
    refresh_token: request.refreshToken,
    ...(request.resource !== '' && { resource: request.resource }),
    ...(request.scope && { scope: request.scope }),
  });
  try {
    const configuration = clientConfiguration(client, 'token', outbound, request.tokenType);
    const response = await genericGrantRequest(configuration, 'refresh_token', parameters);
    return { outcome: 'success', tokens: tokenSet(response, request) };
  } catch (error) {
    return failedRefresh(error);
  }
}

/** The failures after which the request cannot have been processed. */
const notDelivered: ReadonlySet<OutboundFailure> = new Set([
  'INVALID_URL',
  'ADDRESS_REFUSED',
  'PLAIN_HTTP_REFUSED',
  'DNS',
  'TLS',
  'REDIRECT_REFUSED',
  'TOO_MANY_REDIRECTS',
]);

const lost: RefreshResult = {
  outcome: 'lost',
  message: 'The provider returned no usable response to the request for a new token.',
};

function failedRefresh(error: unknown): RefreshResult {
  const failure = classifyFailure(error);
  switch (failure.kind) {
    case 'UNUSABLE':
      return { outcome: 'refused', message: failure.message };
    case 'UNREACHABLE': {
      if (!notDelivered.has(failure.error.reason)) return lost;
      const message = `The token URL of the provider could not be reached: ${failure.error.message}`;
      return { outcome: 'temporary', message, retryAfter: null };
    }
    case 'UNAVAILABLE': {
      // Whatever the error code: a failing server's `invalid_grant` must not end the account.
      const message = `The provider is temporarily unavailable (HTTP ${failure.status}).`;
      return { outcome: 'temporary', message, retryAfter: failure.retryAfter };
    }
    case 'REFUSED':
      return refusedRefresh(failure);
    case 'UNSUPPORTED_TOKEN_TYPE':
      return lost;
    case 'MALFORMED':
      if (failure.status === undefined || failure.status < 400) return lost;
      return {
        outcome: 'refused',
        message: `The provider refused to issue a new token (HTTP ${failure.status}).`,
      };
  }
}

function refusedRefresh(refusal: { error: string | undefined; retryAfter: number | null }): RefreshResult {
  switch (refusal.error) {
    case 'invalid_grant':
      return {
        outcome: 'invalid_grant',
        message: 'The provider has ended the authorization of this account. Connect again.',
      };
    case 'invalid_client':
    case 'unauthorized_client':
      return {
        outcome: refusal.error,
        message:
          'The provider no longer accepts this client, or does not allow it to renew tokens. An administrator must register the client again.',
      };
    case 'temporarily_unavailable':
    case 'server_error':
    case 'slow_down':
      return {
        outcome: 'temporary',
        message: 'The provider is temporarily unavailable.',
        retryAfter: refusal.retryAfter,
      };
    default:
      return { outcome: 'refused', message: 'The provider refused to issue a new token.' };
  }
}
