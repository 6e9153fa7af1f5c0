import type { Fetch, GuardedFetch } from '../net/guarded-fetch.js';
import type { OAuth2Compatibility } from './compatibility.js';

/** How protocol code reaches the outside: the guarded OAuth profile, and which plain-http addresses it may use. */
export interface OAuth2Outbound {
  fetch: Fetch;
  /** Whether this URL's host is a loopback address that the operator has allowed. */
  isAllowedLoopback(url: string): boolean;
  /** Whether this server may be spoken to over plain http where `mayBeListed`. `fetch` holds it to listed addresses. */
  acceptsPlainHttp: boolean;
  /** Whether this URL's host is, or as a name may turn out to be, an address in ALLOWED_PRIVATE_CIDRS. */
  mayBeListed(url: string): boolean;
}

/** The way out of a lookup, and what is relaxed in it. */
export interface LookupContext extends OAuth2Outbound {
  compatibility: OAuth2Compatibility;
}

/** The guarded OAuth profile, as protocol code takes it for one server. */
export function oauth2Outbound(
  outbound: GuardedFetch,
  { acceptsPlainHttp }: Pick<OAuth2Compatibility, 'acceptsPlainHttp'>,
): OAuth2Outbound {
  return {
    fetch: acceptsPlainHttp ? outbound.oauthOverListedHttp : outbound.oauth,
    isAllowedLoopback: (url) => outbound.isAllowedLoopback(url),
    acceptsPlainHttp,
    mayBeListed: (url) => outbound.mayBeListed(url),
  };
}

type PlainHttpRules = Omit<OAuth2Outbound, 'fetch'>;

const maximumLength = 2_048;

/**
 * Whether codes, tokens and secrets may be sent there, or people be sent there with them on their way: https, or plain
 * http to an allowed loopback address, or to a listed address where the server's profile accepts that; no userinfo; no
 * fragment (RFC 6749 sections 3.1 and 3.2). Never true for `javascript:` and other schemes.
 */
export function isSecureEndpoint(url: unknown, rules: PlainHttpRules): url is string {
  if (!isPlainUrl(url)) return false;
  if (new URL(url).protocol === 'https:' || rules.isAllowedLoopback(url)) return true;
  return rules.acceptsPlainHttp && rules.mayBeListed(url);
}

/** Whether all that is wrong with an endpoint is plain http, at an address where `acceptsPlainHttp` would allow that. */
export function needsPlainHttp(url: unknown, rules: PlainHttpRules): url is string {
  return isPlainUrl(url) && !isSecureEndpoint(url, rules) && rules.mayBeListed(url);
}

/** An absolute http(s) URL of bounded length without userinfo, fragment, white space or control characters. */
export function isPlainUrl(url: unknown): url is string {
  // The URL parser drops white space and control characters silently; what was checked must be what is used.
  if (typeof url !== 'string' || url.length > maximumLength || !/^[\x21-\x7e]+$/.test(url)) return false;
  if (!URL.canParse(url) || url.includes('#')) return false;
  const { protocol, username, password } = new URL(url);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}
