import type { Fetch, GuardedFetch } from '../net/guarded-fetch.js';
import type { OAuth2Compatibility } from './compatibility.js';

/** The guarded HTTP client of one server's OAuth requests, and its rules for plain HTTP. */
export interface OAuth2Outbound {
  /** For requests that may carry credentials: plain HTTP only to the allowed addresses. */
  fetch: Fetch;
  /** For requests without credentials, which plain HTTP to a public address may carry. */
  fetchWithoutCredentials: Fetch;
  /** Returns true if the host is a loopback address that the operator allows. */
  isAllowedLoopback(url: string): boolean;
  /** True if plain HTTP endpoints are accepted where `mayBeListed`. */
  acceptsPlainHttp: boolean;
  /** Returns true if the host is an address that the operator allows, or a name that can resolve to one. */
  mayBeListed(url: string): boolean;
}

/** The HTTP client and the compatibility settings of a discovery. */
export interface DiscoveryContext extends OAuth2Outbound {
  compatibility: OAuth2Compatibility;
}

/** Returns the guarded HTTP client for the OAuth requests of one server. */
export function oauth2Outbound(
  outbound: GuardedFetch,
  { acceptsPlainHttp }: Pick<OAuth2Compatibility, 'acceptsPlainHttp'>,
): OAuth2Outbound {
  return {
    fetch: outbound.oauth,
    fetchWithoutCredentials: outbound.withoutCredentials.oauth,
    isAllowedLoopback: (url) => outbound.isAllowedLoopback(url),
    acceptsPlainHttp,
    mayBeListed: (url) => outbound.mayBeListed(url),
  };
}

/** Returns the same client, whose requests end when the signal aborts. */
export function cancelledBy<Outbound extends OAuth2Outbound>(
  outbound: Outbound,
  signal: AbortSignal,
): Outbound {
  return {
    ...outbound,
    fetch: (url, init) => outbound.fetch(url, { ...init, signal }),
    fetchWithoutCredentials: (url, init) => outbound.fetchWithoutCredentials(url, { ...init, signal }),
  };
}

type PlainHttpRules = Omit<OAuth2Outbound, 'fetch' | 'fetchWithoutCredentials'>;

const maximumLength = 2_048;

/**
 * Returns true if codes, tokens and secrets may be sent to this URL, and users may be redirected there: https, or plain
 * HTTP to an allowed loopback address, or to an allowed address if the server's settings accept that. The URL has no
 * userinfo and no fragment (RFC 6749 sections 3.1 and 3.2). Never true for `javascript:` and other schemes.
 */
export function isSecureEndpoint(url: unknown, rules: PlainHttpRules): url is string {
  if (!isPlainUrl(url)) return false;
  if (new URL(url).protocol === 'https:' || rules.isAllowedLoopback(url)) return true;
  return rules.acceptsPlainHttp && rules.mayBeListed(url);
}

/** Returns true if an endpoint is insecure only because of plain HTTP, and `acceptsPlainHttp` would allow it. */
export function needsPlainHttp(url: unknown, rules: PlainHttpRules): url is string {
  return isPlainUrl(url) && !isSecureEndpoint(url, rules) && rules.mayBeListed(url);
}

/** Returns true for an absolute http(s) URL of bounded length without userinfo, fragment, white space or control characters. */
export function isPlainUrl(url: unknown): url is string {
  // The URL parser silently drops white space and control characters, but the checked URL must be the used one.
  if (typeof url !== 'string' || url.length > maximumLength || !/^[\x21-\x7e]+$/.test(url)) return false;
  if (!URL.canParse(url) || url.includes('#')) return false;
  const { protocol, username, password } = new URL(url);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}
