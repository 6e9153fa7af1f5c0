import { ResponseBodyError, tokenRevocation } from 'openid-client';
import { SwitchboardError } from '../../errors.js';
import { clientConfiguration } from './client-configuration.js';
import type { OAuth2Client } from '../client.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { failedAnswer, isUnavailable, retryAfterSeconds } from './failed-answer.js';
import { outboundErrorIn } from './tokens.js';

/** RFC 7009 section 2.1. */
export type TokenTypeHint = 'refresh_token' | 'access_token';

/** What became of one token's revocation, with what may be said about a failure, in our own words. */
export type RevocationAnswer =
  /** The token is of no use any more; one that the provider does not know is none, either. */
  | { outcome: 'revoked' }
  /** The provider does not revoke tokens of this kind, today or tomorrow. */
  | { outcome: 'unsupported'; message: string }
  /** Not now: 429, 5xx, or no answer. `retryAfter` is what the provider asks to wait, in seconds. */
  | { outcome: 'unavailable'; message: string; retryAfter: number | null }
  /** A no of another kind, which somebody may still turn into a yes. */
  | { outcome: 'refused'; message: string };

/** Said where there is nobody to ask. */
export const noRevocationEndpoint =
  'The provider has no revocation URL. Its tokens are deleted here; there they stay valid until they expire or are removed in the settings of the provider.';

const unsupported: Record<TokenTypeHint, string> = {
  refresh_token:
    'The provider does not revoke refresh tokens. Its tokens are deleted here; remove the connection in the settings of the provider too.',
  access_token:
    'The provider does not revoke access tokens. The one issued last stays valid until it expires; it cannot be renewed.',
};

/**
 * Asks once to revoke a token (RFC 7009), with the client's own authentication; a redirect is not followed. Takes at
 * most the deadline of `outbound`; never throws. Revoking what is revoked already is harmless.
 * @param client with a revocation endpoint
 */
export async function revokeToken(
  client: OAuth2Client,
  token: string,
  hint: TokenTypeHint,
  outbound: OAuth2Outbound,
): Promise<RevocationAnswer> {
  try {
    const configuration = clientConfiguration(client, 'revocation', outbound);
    await tokenRevocation(configuration, token, { token_type_hint: hint });
    return { outcome: 'revoked' };
  } catch (error) {
    return failure(error, hint);
  }
}

function failure(error: unknown, hint: TokenTypeHint): RevocationAnswer {
  // Ours, from before the request went out.
  if (error instanceof SwitchboardError) return { outcome: 'refused', message: error.message };
  const unreached = outboundErrorIn(error);
  if (unreached) {
    const message = `The revocation URL of the provider could not be reached: ${unreached.message}`;
    return { outcome: 'unavailable', message, retryAfter: null };
  }
  const answer = failedAnswer(error);
  if (answer && isUnavailable(answer)) {
    return {
      outcome: 'unavailable',
      message: `The provider is not available at the moment: it answered with HTTP ${answer.status}.`,
      retryAfter: retryAfterSeconds(answer.headers),
    };
  }
  if (error instanceof ResponseBodyError && error.error === 'unsupported_token_type') {
    return { outcome: 'unsupported', message: unsupported[hint] };
  }
  return { outcome: 'refused', message: 'The provider did not accept the revocation.' };
}
