import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import type { Authentication, Credentials, NewSession } from '../../identity/sign-in/authentication.js';
import type { Viewer } from '../../identity/viewer.js';

/** Used to parse paths only. Nothing is sent there. */
const placeholderOrigin = 'http://here.invalid';

/** Browser sessions, carried by one cookie. `/auth` and the popups accept nothing else. */
export class BrowserSessions {
  /** `__Host-` on https, so that no other host and no plain-http page can set it. Browsers refuse that name on http. */
  readonly cookieName: string;
  readonly #authentication: Authentication;
  readonly #publicUrl: string;
  readonly #cookieOptions: CookieOptions;

  constructor({ authentication, publicUrl }: { authentication: Authentication; publicUrl: string }) {
    this.#authentication = authentication;
    this.#publicUrl = publicUrl;
    this.cookieName = hostCookieName('switchboard_session', publicUrl);
    this.#cookieOptions = hostCookieOptions(publicUrl);
  }

  /** Returns the session cookie and the bearer token of a request, unchecked. */
  credentialsOf(req: Request): Credentials {
    return { sessionToken: this.tokenOf(req), bearerToken: bearerToken(req) };
  }

  /** Returns the viewer of a session cookie or API token, or null if neither is valid. */
  viewerOf(req: Request): Promise<Viewer | null> {
    return this.#authentication.findViewer(this.credentialsOf(req));
  }

  /** Returns the viewer of a session cookie alone, for pages that only a user in a browser may use. */
  sessionViewerOf(req: Request): Promise<Viewer | null> {
    return this.#authentication.findViewer({ sessionToken: this.tokenOf(req) });
  }

  /** Returns the session token of the request's cookie, unchecked. */
  tokenOf(req: Request): string | undefined {
    return cookieOf(req, this.cookieName);
  }

  setCookie(res: Response, { token, expiresAt }: NewSession): void {
    res.cookie(this.cookieName, token, { ...this.#cookieOptions, expires: expiresAt });
  }

  clearCookie(res: Response): void {
    res.clearCookie(this.cookieName, this.#cookieOptions);
  }

  /** Returns true for a form sent from a page of this origin. Check it before any POST that a cookie authorizes. */
  isFromThisOrigin(req: Request): boolean {
    return isSameOrigin(req, this.#publicUrl);
  }
}

/**
 * Returns true for a request from a page of `publicUrl`, by `Sec-Fetch-Site` and `Origin`. Browsers send at least one of
 * them with a POST, so a request with neither is refused.
 */
function isSameOrigin(req: Request, publicUrl: string): boolean {
  const site = req.get('sec-fetch-site');
  const origin = req.get('origin');
  if (site === undefined && origin === undefined) return false;
  return (site === undefined || site === 'same-origin') && (origin === undefined || origin === publicUrl);
}

/**
 * Returns a path of this origin to open after sign-in, as a browser would resolve it, or null for anything else: `//host`
 * (also as the rest of `/..//host` after its dot segments), `\\host`, other schemes, control characters (which browsers
 * drop before they parse) and paths that are too long.
 */
export function safeReturnPath(path: unknown): string | null {
  if (typeof path !== 'string' || path.length > 1500 || !/^\/[^\\\p{C}\s]*$/u.test(path)) return null;
  if (!URL.canParse(path, placeholderOrigin)) return null;
  const { origin, pathname, search, hash } = new URL(path, placeholderOrigin);
  const isHere = origin === placeholderOrigin && !path.startsWith('//') && !pathname.startsWith('//');
  return isHere ? pathname + search + hash : null;
}

/** Returns the path of the sign-in page that leads back to `returnPath`. */
export function signInPath(returnPath: string): string {
  return `/auth/sign-in?return=${encodeURIComponent(returnPath)}`;
}

/**
 * Returns the path to open after sign-in, marked as resumed. Anyone can make a link to the sign-in page that names a path,
 * and the click on Switchboard's own page would then look like Switchboard's own navigation.
 */
export function resumedPath(returnPath: string): string {
  const url = new URL(returnPath, placeholderOrigin);
  url.searchParams.set('resumed', '1');
  return url.pathname + url.search + url.hash;
}

/**
 * Returns true for a navigation from a page of this site (same origin or same site, by `Sec-Fetch-Site`): not from a mail
 * or another site, and not resumed after sign-in. Ask the user first when this is false.
 */
export function isNavigationFromThisSite(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  return (site === 'same-origin' || site === 'same-site') && req.query.resumed === undefined;
}

/** Returns a cookie's name, with the `__Host-` prefix (RFC 6265bis 4.1.3.2) if `publicUrl` is https. */
export function hostCookieName(name: string, publicUrl: string): string {
  return publicUrl.startsWith('https:') ? `__Host-${name}` : name;
}

/** Returns what `__Host-` requires: HttpOnly, SameSite=Lax, the whole host, and Secure on https. */
export function hostCookieOptions(publicUrl: string): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure: publicUrl.startsWith('https:') };
}

/** Returns the value of a request's cookie, the first of several with the same name. */
export function cookieOf(req: Request, name: string): string | undefined {
  return parseCookie(req.headers.cookie ?? '')[name];
}

/** Returns '' for a malformed token: it is refused, instead of ignored in favor of a cookie. */
function bearerToken(req: Request): string | undefined {
  const match = /^bearer(?:\s+(.*))?$/i.exec(req.headers.authorization ?? '');
  return match ? (match[1] ?? '').trim() : undefined;
}
