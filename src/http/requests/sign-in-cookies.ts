import type { CookieOptions, Request, Response } from 'express';
import type { PendingSignIn } from '../../identity/sign-in/oidc.js';
import { cookieOf, hostCookieName, hostCookieOptions, safeReturnPath } from './browser-session.js';

/** The page that a user asked for before signing in. Kept for 15 minutes, while they open their sign-in link. */
export class ReturnPathCookie {
  readonly #name: string;
  readonly #options: CookieOptions;

  constructor(publicUrl: string) {
    this.#name = hostCookieName('switchboard_return', publicUrl);
    this.#options = hostCookieOptions(publicUrl);
  }

  set(res: Response, returnPath: string): void {
    res.cookie(this.#name, returnPath, { ...this.#options, maxAge: 15 * 60_000 });
  }

  read(req: Request): string | null {
    return safeReturnPath(cookieOf(req, this.#name));
  }

  clear(res: Response): void {
    res.clearCookie(this.#name, this.#options);
  }
}

/**
 * The secrets of a sign-in at the identity provider, kept for ten minutes by the browser that began it. A callback in
 * another browser finds nothing to compare with. Of several sign-ins at once, the last one counts.
 */
export class PendingSignInCookie {
  readonly #name: string;
  readonly #options: CookieOptions;

  constructor(publicUrl: string) {
    this.#name = hostCookieName('switchboard_oidc', publicUrl);
    this.#options = hostCookieOptions(publicUrl);
  }

  set(res: Response, { state, nonce, codeVerifier, returnPath }: PendingSignIn): void {
    const fields = new URLSearchParams({ state, nonce, codeVerifier, ...(returnPath && { returnPath }) });
    res.cookie(this.#name, fields.toString(), { ...this.#options, maxAge: 10 * 60_000 });
  }

  read(req: Request): PendingSignIn | null {
    const fields = new URLSearchParams(cookieOf(req, this.#name));
    const [state, nonce, codeVerifier] = ['state', 'nonce', 'codeVerifier'].map((name) => fields.get(name));
    if (!state || !nonce || !codeVerifier) return null;
    return { state, nonce, codeVerifier, returnPath: safeReturnPath(fields.get('returnPath')) };
  }

  clear(res: Response): void {
    res.clearCookie(this.#name, this.#options);
  }
}
