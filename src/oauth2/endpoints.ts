import type { Fetch, GuardedFetch } from '../net/guarded-fetch.js';

/** How protocol code reaches the outside: the guarded OAuth profile, and which plain-http addresses it may use. */
export interface OAuth2Outbound {
  fetch: Fetch;
  /** Whether this URL's host is a loopback address that the operator has allowed. */
  isAllowedLoopback(url: string): boolean;
}

/** The guarded OAuth profile, as protocol code takes it. */
export function oauth2Outbound(outbound: GuardedFetch): OAuth2Outbound {
  return { fetch: outbound.oauth, isAllowedLoopback: (url) => outbound.isAllowedLoopback(url) };
}

const maximumLength = 2_048;

/**
 * Whether codes, tokens and secrets may be sent there, or people be sent there with them on their way: https, or plain
 * http to an allowed loopback address; no userinfo; no fragment (RFC 6749 sections 3.1 and 3.2). Never true for
 * `javascript:` and other schemes.
 */
export function isSecureEndpoint(
  url: unknown,
  { isAllowedLoopback }: Pick<OAuth2Outbound, 'isAllowedLoopback'>,
): url is string {
  if (!isPlainUrl(url)) return false;
  return new URL(url).protocol === 'https:' || isAllowedLoopback(url);
}

/** An absolute http(s) URL of bounded length without userinfo, fragment, white space or control characters. */
export function isPlainUrl(url: unknown): url is string {
  // The URL parser drops white space and control characters silently; what was checked must be what is used.
  if (typeof url !== 'string' || url.length > maximumLength || !/^[\x21-\x7e]+$/.test(url)) return false;
  if (!URL.canParse(url) || url.includes('#')) return false;
  const { protocol, username, password } = new URL(url);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}
