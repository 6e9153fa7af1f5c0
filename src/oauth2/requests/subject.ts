import { createHash } from 'node:crypto';
import { decodeJwt, type JWTPayload } from 'jose';

/** The client and the authorization server of a token set. */
export interface SubjectContext {
  /** '' if it is unknown. */
  issuer: string;
  /** An issuer to accept in addition. '' for none. */
  allowedIssuer?: string;
  clientId: string;
}

/**
 * Returns a digest of `iss` and `sub` of a token set, which tells whether two token sets of one client belong to the same
 * user at the provider. They come from the ID token, or else from an access token that is a JWT (RFC 9068).
 *
 * Use it only for tokens that came from the token endpoint. Its connection vouches for them in place of their signature,
 * as for the refresh token beside them (OpenID Connect Core section 3.1.3.7).
 * @returns null if no token names the user, or if the ID token is for another issuer or client
 */
export function subjectOf(
  tokens: { accessToken: string; idToken?: unknown },
  context: SubjectContext,
): string | null {
  if (tokens.idToken === undefined) return accessTokenSubject(tokens.accessToken, context);
  const claims = claimsOf(tokens.idToken);
  const { aud = [], azp } = claims;
  const isForClient = [aud].flat().includes(context.clientId);
  return isForClient && (azp === undefined || azp === context.clientId) ? digest(claims, context) : null;
}

/** Returns the same digest for an access token alone. */
export function accessTokenSubject(accessToken: string, context: SubjectContext): string | null {
  const claims = claimsOf(accessToken);
  const issuedTo = claims.client_id ?? claims.azp ?? context.clientId;
  // A token of the client itself has its id as `sub` (RFC 9068 section 2.2).
  if (issuedTo !== context.clientId || claims.sub === context.clientId) return null;
  return digest(claims, context);
}

function claimsOf(token: unknown): JWTPayload {
  try {
    return typeof token === 'string' ? decodeJwt(token) : {};
  } catch {
    return {};
  }
}

function digest({ iss, sub }: JWTPayload, { issuer, allowedIssuer }: SubjectContext): string | null {
  if (typeof iss !== 'string' || typeof sub !== 'string' || iss === '' || sub === '') return null;
  if (issuer !== '' && iss !== issuer && iss !== allowedIssuer) return null;
  return createHash('sha256')
    .update(JSON.stringify([iss, sub]))
    .digest('base64url');
}
