import { ResponseBodyError, WWWAuthenticateChallengeError, genericGrantRequest } from 'openid-client';
import { SwitchboardError } from '../../errors.js';
import type { OutboundFailure } from '../../net/guarded-fetch.js';
import { clientConfiguration } from './client-configuration.js';
import type { OAuth2Client } from '../client.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { failedAnswer, isUnavailable, retryAfterSeconds } from './failed-answer.js';
import { outboundErrorIn, tokenSet, type TokenSet } from './tokens.js';

/** What became of a refresh, with what may be said about a failure, in our own words. */
export type RefreshOutcome =
  /** `refreshToken` is null when the old one stays valid (RFC 6749 section 6). */
  | { outcome: 'success'; tokens: TokenSet }
  /** The refresh token is of no use any more: the only outcome that ends a grant. */
  | { outcome: 'invalid_grant'; message: string }
  /** The provider does not know this client any more, or its secret. */
  | { outcome: 'invalid_client'; message: string }
  /** It knows the client, and does not let it refresh. */
  | { outcome: 'unauthorized_client'; message: string }
  /** Not now: 429, 5xx, or never reached. `retryAfter` is what the provider asks to wait, in seconds. */
  | { outcome: 'temporary'; message: string; retryAfter: number | null }
  /** The request may have been worked on, but no usable answer came: the refresh token may be spent. */
  | { outcome: 'lost'; message: string }
  /** A definite no of another kind. Asking again soon will not help. */
  | { outcome: 'refused'; message: string };

/**
 * Asks once for new tokens (RFC 6749 section 6, with RFC 8707: `resource` is sent verbatim, '' leaves it out). Takes
 * at most the deadline of `outbound`; never throws.
 * @param request.scope less than what was granted; left out, the scope stays as it is.
 * @param request.scopeSeparator between the scopes of the answer, besides a space; default none
 */
export async function refreshTokens(
  client: OAuth2Client,
  request: { refreshToken: string; resource: string; scope?: string; scopeSeparator?: string },
  outbound: OAuth2Outbound,
): Promise<RefreshOutcome> {
  const parameters = new URLSearchParams({
    refresh_token: request.refreshToken,
    ...(request.resource !== '' && { resource: request.resource }),
    ...(request.scope && { scope: request.scope }),
  });
  try {
    const configuration = clientConfiguration(client, 'token', outbound);
    const answer = await genericGrantRequest(configuration, 'refresh_token', parameters);
    return { outcome: 'success', tokens: tokenSet(answer, request) };
  } catch (error) {
    return failedOutcome(error);
  }
}

/** Where a request ended that cannot have been worked on. */
const neverArrived: ReadonlySet<OutboundFailure> = new Set([
  'INVALID_URL',
  'ADDRESS_REFUSED',
  'PLAIN_HTTP_REFUSED',
  'DNS',
  'TLS',
  'REDIRECT_REFUSED',
  'TOO_MANY_REDIRECTS',
]);

const lost: RefreshOutcome = {
  outcome: 'lost',
  message: 'The answer of the provider, when it was asked for a new token, did not arrive in a usable form.',
};

function failedOutcome(error: unknown): RefreshOutcome {
  // Ours, from before the request went out, or about a token that cannot be used.
  if (error instanceof SwitchboardError) return { outcome: 'refused', message: error.message };
  const outbound = outboundErrorIn(error);
  if (outbound) {
    if (!neverArrived.has(outbound.reason)) return lost;
    const message = `The token URL of the provider could not be reached: ${outbound.message}`;
    return { outcome: 'temporary', message, retryAfter: null };
  }
  const response = failedAnswer(error);
  if (!response || response.status < 400) return lost;
  // Whatever the body says: a server in trouble is not to be believed that a grant is gone.
  if (isUnavailable(response)) {
    const message = `The provider is not available at the moment: it answered with HTTP ${response.status}.`;
    return { outcome: 'temporary', message, retryAfter: retryAfterSeconds(response.headers) };
  }
  if (error instanceof ResponseBodyError) return errorCodeOutcome(error.error, response);
  // A client that authenticated in a header is refused by a challenge (RFC 6749 section 5.2).
  if (error instanceof WWWAuthenticateChallengeError) return errorCodeOutcome('invalid_client', response);
  return {
    outcome: 'refused',
    message: `The provider refused to issue a new token: it answered with HTTP ${response.status}.`,
  };
}

function errorCodeOutcome(code: string, { headers }: Response): RefreshOutcome {
  switch (code) {
    case 'invalid_grant':
      return { outcome: code, message: 'The provider has ended this connection. Connect again.' };
    case 'invalid_client':
    case 'unauthorized_client':
      return {
        outcome: code,
        message:
          'The provider does not know this client any more, or does not let it renew connections; an administrator has to register it again.',
      };
    case 'temporarily_unavailable':
    case 'server_error':
    case 'slow_down':
      return {
        outcome: 'temporary',
        message: 'The provider is not available at the moment.',
        retryAfter: retryAfterSeconds(headers),
      };
    default:
      return { outcome: 'refused', message: 'The provider refused to issue a new token.' };
  }
}
