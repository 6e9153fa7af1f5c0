import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import type { Authentication, Credentials, NewSession } from '../../identity/sign-in/authentication.js';
import type { Viewer } from '../../identity/viewer.js';

/** Only for parsing paths; nothing is ever sent there. */
const placeholderOrigin = 'http://here.invalid';

/** The session as a browser carries it: one cookie, which is all that `/auth` and the popups accept. */
export class BrowserSessions {
  /** `__Host-` on https, so that no other host and no plain-http page can set it; browsers refuse that name on http. */
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

  /** The session cookie and the bearer token of a request, unchecked. */
  credentialsOf(req: Request): Credentials {
    return { sessionToken: this.tokenOf(req), bearerToken: bearerToken(req) };
  }

  /** Who asks, by session cookie or API token; null when neither holds. */
  viewerOf(req: Request): Promise<Viewer | null> {
    return this.#authentication.findViewer(this.credentialsOf(req));
  }

  /** Who asks, by session cookie alone: for what only a person in a browser does. */
  sessionViewerOf(req: Request): Promise<Viewer | null> {
    return this.#authentication.findViewer({ sessionToken: this.tokenOf(req) });
  }

  /** The session token in the request's cookie, unchecked. */
  tokenOf(req: Request): string | undefined {
    return cookieOf(req, this.cookieName);
  }

  setCookie(res: Response, { token, expiresAt }: NewSession): void {
    res.cookie(this.cookieName, token, { ...this.#cookieOptions, expires: expiresAt });
  }

  clearCookie(res: Response): void {
    res.clearCookie(this.cookieName, this.#cookieOptions);
  }

  /** Whether a form was sent from a page of this origin. Check it before any POST that a cookie authorises. */
  isFromHere(req: Request): boolean {
    return isSameOrigin(req, this.#publicUrl);
  }
}

/**
 * Whether a request was made by a page of `publicUrl`, by `Sec-Fetch-Site` and `Origin`. Browsers send at least one of
 * them with a POST; a request with neither is refused.
 */
export function isSameOrigin(req: Request, publicUrl: string): boolean {
  const site = req.get('sec-fetch-site');
  const origin = req.get('origin');
  if (site === undefined && origin === undefined) return false;
  return (site === undefined || site === 'same-origin') && (origin === undefined || origin === publicUrl);
}

/**
 * A path of this origin to go on to after signing in, as a browser would resolve it, or null for anything else: `//host`
 * (also as what dot segments leave of `/..//host`), `\\host`, other schemes, control characters (which browsers drop
 * before they parse) and what is too long.
 */
export function safeReturnPath(path: unknown): string | null {
  if (typeof path !== 'string' || path.length > 1500 || !/^\/[^\\\p{C}\s]*$/u.test(path)) return null;
  if (!URL.canParse(path, placeholderOrigin)) return null;
  const { origin, pathname, search, hash } = new URL(path, placeholderOrigin);
  const isHere = origin === placeholderOrigin && !path.startsWith('//') && !pathname.startsWith('//');
  return isHere ? pathname + search + hash : null;
}

/** Where to send somebody who has to sign in first, and comes back to `returnPath` then. */
export function signInPath(returnPath: string): string {
  return `/auth/sign-in?return=${encodeURIComponent(returnPath)}`;
}

/**
 * Where somebody goes on after signing in. Anyone can make a link to the sign-in page that names a path, and the click
 * on our own page would then make it look like our own doing; so what is resumed is marked as such.
 */
export function resumedPath(returnPath: string): string {
  const url = new URL(returnPath, placeholderOrigin);
  url.searchParams.set('resumed', '1');
  return url.pathname + url.search + url.hash;
}

/**
 * Whether a page of this site (same origin or same site, by `Sec-Fetch-Site`) led here by itself: not a link in a mail
 * or on another site, and not what is resumed after signing in. Ask the person first where this is false.
 */
export function isLedHereByThisSite(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  return (site === 'same-origin' || site === 'same-site') && req.query.resumed === undefined;
}

/** A cookie's name under the `__Host-` prefix (RFC 6265bis 4.1.3.2) where `publicUrl` is https. */
export function hostCookieName(name: string, publicUrl: string): string {
  return publicUrl.startsWith('https:') ? `__Host-${name}` : name;
}

/** HttpOnly, SameSite=Lax, for the whole host, and Secure on https: what `__Host-` asks for. */
export function hostCookieOptions(publicUrl: string): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure: publicUrl.startsWith('https:') };
}

/** The value of a request's cookie, the first of several with the same name. */
export function cookieOf(req: Request, name: string): string | undefined {
  return parseCookie(req.headers.cookie ?? '')[name];
}

/** '' for a malformed one: it is then refused, not passed over in favour of a cookie. */
function bearerToken(req: Request): string | undefined {
  const match = /^bearer(?:\s+(.*))?$/i.exec(req.headers.authorization ?? '');
  return match ? (match[1] ?? '').trim() : undefined;
}
