import { createHash, randomBytes } from 'node:crypto';

/** What every API token starts with, so that people and secret scanners recognise one that lies where it should not. */
export const apiTokenPrefix = 'swb_';

/** 256 random bits in base64url: nothing that could be guessed, so its plain SHA-256 may be stored. */
export function newSecretToken(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** base64url(SHA-256(token)): all that the database ever sees of a session, an API token or a sign-in link. */
export function secretTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
