import { RequestFailed } from './outbound-error.js';

const maxRedirects = 3;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** The headers that are sent to another origin. The list is of harmless ones: an API key can use any header name. */
const harmlessHeaders = new Set(['accept', 'accept-language', 'mcp-protocol-version', 'user-agent']);

/** One request of a chain of redirects. */
export interface RedirectHop {
  url: URL;
  method: string;
  headers: Headers;
  redirect: NonNullable<RequestInit['redirect']>;
  /** The number of redirects before this request. */
  count: number;
}

/**
 * Returns the request that a redirect asks for, or null if the response is not a redirect to follow.
 *
 * Only GET and HEAD are followed, at most three times, never from https to http. Only harmless headers are sent to
 * another origin. The caller must check the address.
 *
 * @throws RequestFailed REDIRECT_REFUSED or TOO_MANY_REDIRECTS
 */
export function followRedirect(
  hop: RedirectHop,
  response: { status: number; headers: Pick<Headers, 'get'> },
): RedirectHop | null {
  const location = redirectStatuses.has(response.status) ? response.headers.get('location') : null;
  if (location === null || hop.redirect === 'manual') return null;
  if (hop.redirect === 'error' || !['GET', 'HEAD'].includes(hop.method))
    throw new RequestFailed('REDIRECT_REFUSED');
  if (hop.count >= maxRedirects) throw new RequestFailed('TOO_MANY_REDIRECTS');
  if (!URL.canParse(location, hop.url.href)) throw new RequestFailed('REDIRECT_REFUSED');
  const url = new URL(location, hop.url);
  const isWeb = url.protocol === 'https:' || (url.protocol === 'http:' && hop.url.protocol === 'http:');
  if (!isWeb || url.username || url.password) throw new RequestFailed('REDIRECT_REFUSED');
  const headers = url.origin === hop.url.origin ? hop.headers : onlyHarmless(hop.headers);
  return { ...hop, url, headers, count: hop.count + 1 };
}

/**
 * Returns the address of a redirect that keeps the method and the body of a request (307 and 308) and stays within its
 * origin, or null. MCP sessions follow such a redirect too: the server itself says that its endpoint is there, and
 * credentials stay at the origin that they are for.
 */
export function redirectWithinOrigin(
  url: string,
  { status, headers }: { status: number; headers: Pick<Headers, 'get'> },
): string | null {
  const target = redirectTarget(url, { status, headers });
  return target && (status === 307 || status === 308) && target.origin === new URL(url).origin
    ? target.href
    : null;
}

/**
 * Returns the address of a redirect that leads to the same host, by the same protocol or from http to https, or null. It
 * is for people to enter, and is not followed.
 */
export function redirectWithinHost(
  url: string,
  response: { status: number; headers: Pick<Headers, 'get'> },
): string | null {
  const from = new URL(url);
  const target = redirectTarget(url, response);
  const isUpgrade = target?.protocol === 'https:' && target.hostname === from.hostname && from.port === '';
  return target && (target.origin === from.origin || isUpgrade) ? target.href : null;
}

function redirectTarget(
  url: string,
  { status, headers }: { status: number; headers: Pick<Headers, 'get'> },
): URL | null {
  const location = redirectStatuses.has(status) ? headers.get('location') : null;
  if (location === null || !URL.canParse(location, url)) return null;
  const target = new URL(location, url);
  target.hash = '';
  return target.username || target.password ? null : target;
}

function onlyHarmless(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => harmlessHeaders.has(name)));
}
