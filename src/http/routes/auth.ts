import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import { errorCodes, SwitchboardError } from '../../errors.js';
import type { Authentication, NewSession } from '../../identity/sign-in/authentication.js';
import type { OidcSignIn } from '../../identity/sign-in/oidc.js';
import { errorPage, html, sendPage } from '../pages/page.js';
import { deadLinkPage, signedInPage, signInLinkPage, signInPage } from '../pages/sign-in-pages.js';
import { discardBody } from '../requests/body.js';
import { resumedPath, safeReturnPath, type BrowserSessions } from '../requests/browser-session.js';
import { PendingSignInCookie, ReturnPathCookie } from '../requests/sign-in-cookies.js';
import type { UnauthenticatedLimit } from '../requests/unauthenticated-limit.js';

export interface AuthRoutesDeps {
  authentication: Authentication;
  sessions: BrowserSessions;
  limit: UnauthenticatedLimit;
  /** null: users sign in by link only. */
  oidcSignIn: OidcSignIn | null;
  publicUrl: string;
}

const backToSignIn = html`<p><a class="button" href="/auth/sign-in">Back to sign-in</a></p>`;

/** Routes for signing in and out in a browser, by one-use link or identity provider. Every response is a page. */
export function authRoutes({
  authentication,
  sessions,
  limit,
  oidcSignIn,
  publicUrl,
}: AuthRoutesDeps): Router {
  const returnPaths = new ReturnPathCookie(publicUrl);
  const pendingSignIns = new PendingSignInCookie(publicUrl);

  const showSignIn: RequestHandler = async (req, res) => {
    const returnPath = safeReturnPath(req.query.return);
    const viewer = await sessions.sessionViewerOf(req);
    if (viewer) {
      const continuePath = returnPath && resumedPath(returnPath);
      return sendPage(res, signedInPage({ user: viewer, continuePath }));
    }
    if (returnPath) returnPaths.set(res, returnPath);
    const query = returnPath ? `?return=${encodeURIComponent(returnPath)}` : '';
    sendPage(res, signInPage({ oidcPath: oidcSignIn && `/auth/oidc/start${query}` }));
  };

  const showLink: RequestHandler<{ token: string }> = async (req, res) => {
    const link = await authentication.findSignInLink(req.params.token);
    const signedInAs = await sessions.sessionViewerOf(req);
    sendPage(res, link ? signInLinkPage({ user: link.user, signedInAs }) : deadLinkPage({ signedInAs }));
  };

  const useLink: RequestHandler<{ token: string }> = async (req, res) => {
    const session = await authentication.redeemSignInLink(req.params.token, {
      replaces: sessions.tokenOf(req),
    });
    if (!session) {
      return sendPage(res, deadLinkPage({ signedInAs: await sessions.sessionViewerOf(req) }));
    }
    enter(res, session, returnPaths.read(req));
  };

  const signOut: RequestHandler = async (req, res) => {
    const token = sessions.tokenOf(req);
    if (token) await authentication.endSession(token);
    sessions.clearCookie(res);
    res.redirect(303, '/auth/sign-in');
  };

  const startOidcSignIn: RequestHandler = async (req, res) => {
    const { url, pending } = await required(oidcSignIn).begin(safeReturnPath(req.query.return));
    pendingSignIns.set(res, pending);
    res.redirect(303, url);
  };

  const finishOidcSignIn: RequestHandler = async (req, res) => {
    const signIn = required(oidcSignIn);
    const pending = pendingSignIns.read(req);
    pendingSignIns.clear(res);
    const params = new URLSearchParams(queryOf(req));
    if (!pending || params.getAll('state').join() !== pending.state) throw staleSignIn();
    const userId = await signIn.complete(params, pending);
    const session = await authentication.createSession(userId, { replaces: sessions.tokenOf(req) });
    enter(res, session, pending.returnPath);
  };

  /** Sets the session cookie, and redirects to the page that the user asked for, or to the console. */
  function enter(res: Response, session: NewSession, returnPath: string | null): void {
    sessions.setCookie(res, session);
    returnPaths.clear(res);
    res.redirect(303, returnPath ? resumedPath(returnPath) : '/');
  }

  const requireThisOrigin: RequestHandler = (req, res, next) => {
    if (sessions.isFromThisOrigin(req)) return next();
    const message = "This form wasn't sent from a page of this Switchboard, so nothing was changed.";
    sendPage(res, errorPage({ status: 403, title: 'Request refused', message, action: backToSignIn }));
  };

  const limitUnauthenticated: RequestHandler = async (req, res, next) => {
    await limit.admit(req, res, () => sessions.sessionViewerOf(req));
    next();
  };

  const router = express.Router();
  router.use('/auth', limitUnauthenticated);
  router.route('/auth/sign-in').get(showSignIn);
  router.route('/auth/link/:token').get(showLink).post(requireThisOrigin, discardBody, useLink);
  router.route('/auth/sign-out').post(requireThisOrigin, discardBody, signOut);
  router.route('/auth/oidc/start').get(startOidcSignIn);
  router.route('/auth/oidc/callback').get(finishOidcSignIn);
  router.use('/auth', showRefusal);
  return router;
}

function required(oidcSignIn: OidcSignIn | null): OidcSignIn {
  if (oidcSignIn) return oidcSignIn;
  throw new SwitchboardError(
    'NOT_FOUND',
    "Sign-in with an identity provider isn't set up. Use a sign-in link.",
  );
}

function staleSignIn(): SwitchboardError {
  return new SwitchboardError(
    'BAD_USER_INPUT',
    'This sign-in is no longer valid. It has finished, took longer than ten minutes, or was started in another browser or again in another tab.',
  );
}

function queryOf(req: Request): string {
  const start = req.originalUrl.indexOf('?');
  return start < 0 ? '' : req.originalUrl.slice(start + 1);
}

const showRefusal: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (!(error instanceof SwitchboardError)) return next(error);
  const { code, message } = error;
  if (code === 'RATE_LIMITED') {
    // A GET of the same address works for every route but this one.
    const path = req.path === '/auth/sign-out' ? '/auth/sign-in' : req.originalUrl;
    const action = html`<p><a class="button" href="${path}">Try again</a></p>`;
    return sendPage(res, errorPage({ status: 429, title: 'Too many requests', message, action }));
  }
  const title = 'Sign-in failed';
  sendPage(res, errorPage({ status: errorCodes[code].status, title, message, action: backToSignIn }));
};
