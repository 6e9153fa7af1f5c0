import { tokenRevocation } from 'openid-client';
import type { OAuth2Client } from '../client.js';
import type { OAuth2Outbound } from '../endpoints.js';
import { clientConfiguration } from './client-configuration.js';
import { classifyFailure } from './request-failure.js';

/** The `token_type_hint` of RFC 7009 section 2.1. */
export type TokenTypeHint = 'refresh_token' | 'access_token';

/** The result of a revocation. The message is safe to show to users. */
export type RevocationResult =
  /** The token is no longer valid. A token that the provider does not know counts as revoked. */
  | { outcome: 'revoked' }
  /** The provider never revokes tokens of this type. */
  | { outcome: 'unsupported'; message: string }
  /** A temporary failure: 429, 5xx, or no response. `retryAfter` is in seconds. */
  | { outcome: 'unavailable'; message: string; retryAfter: number | null }
  /** Any other refusal. An administrator or the provider may be able to fix it. */
  | { outcome: 'refused'; message: string };

/** The message for a provider without a revocation endpoint. */
export const noRevocationEndpoint =
  'The provider has no revocation URL. The tokens were deleted here, but remain valid at the provider until they expire or you remove them in its settings.';

/** The remark on an access token that is left when the refresh token has been revoked. */
export const remainingAccessToken =
  'The provider has revoked the refresh token. It does not revoke access tokens, so the last one stays valid until it expires. It cannot be renewed.';

const unsupported: Record<TokenTypeHint, string> = {
  refresh_token:
    'The provider does not revoke refresh tokens. The tokens were deleted here. Remove the connection in the settings of the provider too.',
  access_token:
    'The provider does not revoke access tokens. The last one stays valid until it expires. It cannot be renewed.',
};

/**
 * Sends one request to revoke a token (RFC 7009), authenticated as the client. A redirect is not followed. Takes at most
 * the timeout of `outbound`. Never throws. Revoking a revoked token again is harmless.
 * @param client with a revocation endpoint
 */
export async function revokeToken(
  client: OAuth2Client,
  token: string,
  hint: TokenTypeHint,
  outbound: OAuth2Outbound,
): Promise<RevocationResult> {
  try {
    const configuration = clientConfiguration(client, 'revocation', outbound);
    await tokenRevocation(configuration, token, { token_type_hint: hint });
    return { outcome: 'revoked' };
  } catch (error) {
    return failedRevocation(error, hint);
  }
}

function failedRevocation(error: unknown, hint: TokenTypeHint): RevocationResult {
  const failure = classifyFailure(error);
  switch (failure.kind) {
    case 'UNUSABLE':
      return { outcome: 'refused', message: failure.message };
    case 'UNREACHABLE': {
      const message = `The revocation URL of the provider could not be reached: ${failure.error.message}`;
      return { outcome: 'unavailable', message, retryAfter: null };
    }
    case 'UNAVAILABLE': {
      const message = `The provider is temporarily unavailable (HTTP ${failure.status}).`;
      return { outcome: 'unavailable', message, retryAfter: failure.retryAfter };
    }
    case 'REFUSED':
      if (failure.error === 'unsupported_token_type') {
        return { outcome: 'unsupported', message: unsupported[hint] };
      }
      return { outcome: 'refused', message: 'The provider refused the revocation.' };
    default:
      return { outcome: 'refused', message: 'The provider refused the revocation.' };
  }
}
