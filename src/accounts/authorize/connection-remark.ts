import type { TokenSet } from '../../oauth2/requests/tokens.js';
import type { ConnectedTokens } from '../store/connect-account.js';

/**
 * Returns a sentence about an account for the user who has just connected it, or null. An access token of unknown
 * lifetime may not expire at all, unless the provider has issued refresh tokens before.
 */
export function remarkOn(
  { hasRefreshToken, lostRefreshToken }: ConnectedTokens,
  { expiresAt }: TokenSet,
): string | null {
  if (hasRefreshToken || (expiresAt === null && !lostRefreshToken)) return null;
  const when = expiresAt === null ? '' : `, in about ${durationUntil(expiresAt)}`;
  return `The provider issued no refresh token. You will have to connect again when the access token expires${when}.`;
}

function durationUntil(time: Date): string {
  const minutes = Math.max(1, Math.round((time.getTime() - Date.now()) / 60_000));
  const [count, unit] =
    minutes < 120
      ? [minutes, 'minute']
      : minutes < 48 * 60
        ? [Math.round(minutes / 60), 'hour']
        : [Math.round(minutes / 1_440), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
