import type { OAuth2Client } from './client.js';
import type { OAuth2Outbound } from './discovery.js';

export interface TokenSet {
  accessToken: string;
  refreshToken: string | null;
  tokenType: string;
  scope: string | null;
  expiresAt: Date | null;
}

export function exchangeCode(
  _client: OAuth2Client,
  _request: { code: string; codeVerifier: string; redirectUri: string; resource: string },
  _outbound: OAuth2Outbound,
): Promise<TokenSet> {
  throw new Error('not written yet');
}

export function revokeTokens(
  _client: OAuth2Client,
  _tokens: { accessToken: string | null; refreshToken: string | null },
  _outbound: OAuth2Outbound,
): Promise<{ revoked: boolean; revocationError: string | null }> {
  throw new Error('not written yet');
}
