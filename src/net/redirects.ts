import { Refusal } from './outbound-error.js';

const maxRedirects = 3;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/**
 * All that a request takes along to another origin. A list of what is harmless, not of what is secret: an API key may
 * travel in a header of any name.
 */
const harmlessHeaders = new Set(['accept', 'accept-language', 'mcp-protocol-version', 'user-agent']);

/** One request on its way through redirects. */
export interface Leg {
  url: URL;
  method: string;
  headers: Headers;
  redirect: NonNullable<RequestInit['redirect']>;
  /** How many redirects have led here. */
  hops: number;
}

/**
 * Where the answer sends us, or null if it is the answer to keep.
 *
 * Followed are GET and HEAD only, at most three times, never from https to http; to another origin only harmless
 * headers go along. The caller still has to check the address.
 *
 * @throws Refusal REDIRECT_REFUSED or TOO_MANY_REDIRECTS
 */
export function nextLeg(leg: Leg, answer: { status: number; headers: Pick<Headers, 'get'> }): Leg | null {
  const location = redirectStatuses.has(answer.status) ? answer.headers.get('location') : null;
  if (location === null || leg.redirect === 'manual') return null;
  if (leg.redirect === 'error' || !['GET', 'HEAD'].includes(leg.method))
    throw new Refusal('REDIRECT_REFUSED');
  if (leg.hops >= maxRedirects) throw new Refusal('TOO_MANY_REDIRECTS');
  if (!URL.canParse(location, leg.url.href)) throw new Refusal('REDIRECT_REFUSED');
  const url = new URL(location, leg.url);
  const isWeb = url.protocol === 'https:' || (url.protocol === 'http:' && leg.url.protocol === 'http:');
  if (!isWeb || url.username || url.password) throw new Refusal('REDIRECT_REFUSED');
  const headers = url.origin === leg.url.origin ? leg.headers : harmlessOf(leg.headers);
  return { ...leg, url, headers, hops: leg.hops + 1 };
}

function harmlessOf(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => harmlessHeaders.has(name)));
}
