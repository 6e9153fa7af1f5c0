import type { OAuth2Outbound } from '../endpoints.js';
import { startClock, type CheckStep } from '../report/step.js';
import { authorizationUrl, newCodeVerifier, newState, type AuthorizationRequest } from './authorization.js';

/** The result of sending an authorization request. */
export interface AuthorizationCheck {
  step: CheckStep;
  /** ACCEPTED and REFUSED concern the client. UNCLEAR: the response says nothing about it. */
  answer: 'ACCEPTED' | 'REFUSED' | 'UNCLEAR';
}

/** The statuses of refusals that have other reasons than the client: method, timing, size, rate. */
const otherReasons = new Set([405, 406, 408, 411, 413, 414, 421, 425, 426, 429, 431, 451]);

/**
 * Sends an authorization request as a browser without cookies would, with a `state` and a PKCE challenge of its own, and
 * follows no redirect. A provider that knows the client redirects the user, to its sign-in page or back. One that does not
 * know it must not redirect, because the redirect URI belongs to no client (RFC 6749 section 4.1.2.1). Nothing secret is
 * sent. Never throws for a remote failure.
 *
 * @param request.requiresPush the provider accepts pushed requests only (RFC 9126). It refuses this one for every client,
 *   so nothing is sent.
 */
export async function checkAuthorizationRequest(
  {
    requiresPush,
    ...request
  }: Omit<AuthorizationRequest, 'state' | 'codeVerifier'> & { requiresPush: boolean },
  outbound: OAuth2Outbound,
): Promise<AuthorizationCheck> {
  const clock = startClock();
  const step = {
    layer: 'CLIENT',
    name: 'Client at the authorization endpoint',
    url: request.authorizationEndpoint,
    expected: 'A redirect (RFC 6749, 4.1.2.1)',
  } as const;
  const unclear = (detail: string, response: Response | null = null): AuthorizationCheck => ({
    step: { ...step, ...clock(response), outcome: 'SKIPPED', detail },
    answer: 'UNCLEAR',
  });
  if (requiresPush) return unclear('The provider accepts pushed authorization requests only (RFC 9126).');
  let response: Response;
  try {
    const url = await authorizationUrl({ ...request, state: newState(), codeVerifier: newCodeVerifier() });
    response = await outbound.fetch(url, { headers: { accept: 'text/html,*/*;q=0.8' }, redirect: 'manual' });
  } catch {
    return unclear('The provider did not answer.');
  }
  const { status, headers } = response;
  const facts = clock(response);
  const location = status >= 300 && status < 400 ? headers.get('location') : null;
  if (location !== null) {
    if (refusesClient(location, request.authorizationEndpoint)) {
      const detail = 'The provider redirects to an error page for this client (invalid_client).';
      return { step: { ...step, ...facts, outcome: 'NOT_HERE', detail }, answer: 'REFUSED' };
    }
    const detail = 'The provider accepts the authorization request of this client.';
    return { step: { ...step, ...facts, outcome: 'FOUND', detail }, answer: 'ACCEPTED' };
  }
  const isChallenge = headers.has('cf-mitigated');
  if (status >= 400 && status < 500 && !otherReasons.has(status) && !isChallenge) {
    const detail = `The provider refuses the authorization request of this client (HTTP ${status}).`;
    return { step: { ...step, ...facts, outcome: 'NOT_HERE', detail }, answer: 'REFUSED' };
  }
  return unclear(`The response says nothing about the client (HTTP ${status}).`, response);
}

/** Tells whether a redirect leads to a page that reports an unknown client, as some providers answer one. */
function refusesClient(location: string, base: string): boolean {
  if (!URL.canParse(location, base)) return false;
  return new URL(location, base).searchParams.get('error') === 'invalid_client';
}
