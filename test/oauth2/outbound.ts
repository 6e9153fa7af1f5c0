import { createGuardedFetch, type GuardedFetch } from '../../src/net/guarded-fetch.js';
import { SwitchboardError } from '../../src/errors.js';
import { strict } from '../../src/oauth2/compatibility.js';
import { oauth2Outbound, type OAuth2Outbound } from '../../src/oauth2/endpoints.js';
import { readableOAuth2Error } from '../../src/servers/settings/oauth2-failures.js';

/** Creates the production HTTP client, with loopback allowed and a short timeout. */
export function openOutbound(): OAuth2Outbound & { guarded: GuardedFetch } {
  const guarded = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.0/8'], oauthTimeoutMs: 1_000 });
  return { guarded, ...oauth2Outbound(guarded, strict) };
}

/** Returns the readable error that a promise rejects with. Throws if it resolves or rejects with any other error. */
export async function failureOf(promise: Promise<unknown>): Promise<SwitchboardError> {
  const error = await promise.then(
    () => new Error('The promise resolved.'),
    (reason: unknown) => readableOAuth2Error(reason),
  );
  if (error instanceof SwitchboardError) return error;
  throw error;
}

/** Part of every text that a remote side sends. It must not appear in any error. */
export const sentinel = 'REMOTE-TEXT-<script>';
