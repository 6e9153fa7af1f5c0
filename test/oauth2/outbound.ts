import { createGuardedFetch, type GuardedFetch } from '../../src/net/guarded-fetch.js';
import { SwitchboardError } from '../../src/errors.js';
import { strict } from '../../src/oauth2/compatibility.js';
import { oauth2Outbound, type OAuth2Outbound } from '../../src/oauth2/endpoints.js';

/** The production way out, with loopback allowed and a deadline that a test can wait for. */
export function openOutbound(): OAuth2Outbound & { guarded: GuardedFetch } {
  const guarded = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.0/8'], oauthTimeoutMs: 1_000 });
  return { guarded, ...oauth2Outbound(guarded, strict) };
}

/** The error that a promise fails with; fails itself if there is none, or one that people are not meant to read. */
export async function failureOf(promise: Promise<unknown>): Promise<SwitchboardError> {
  const error: unknown = await promise.then(
    () => new Error('nothing failed'),
    (reason: unknown) => reason,
  );
  if (error instanceof SwitchboardError) return error;
  throw error;
}

/** Put into every text a remote side sends: it must turn up nowhere. */
export const sentinel = 'REMOTE-TEXT-<script>';
