import express, { type RequestHandler, type Router } from 'express';
import type { ConsoleFiles } from './console-files.js';
import { signInPath, type BrowserSessions } from '../requests/browser-session.js';

/** The console's views. Its script handles every address below them. */
const views = ['accounts', 'servers', 'people', 'tokens', 'audit'];

/** Allows no inline scripts or styles, and no other origin. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  // Signing out submits a form.
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const pageHeaders = {
  'content-security-policy': policy,
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
  // With no-referrer, the browser would send the form with `Origin: null`, which doesn't identify its page.
  'referrer-policy': 'same-origin',
};

/**
 * Routes of the web console at `/`, for signed-in users. Others sign in first and come back. Its files hold no secrets and
 * are the same for all users, so they need no session and may be cached for a year: new content has a new name.
 */
export function consoleRoutes({
  sessions,
  files: { index, assets },
}: {
  sessions: BrowserSessions;
  files: ConsoleFiles;
}): Router {
  const sendConsole: RequestHandler = async (req, res) => {
    const viewer = await sessions.sessionViewerOf(req);
    // Signing in leads to the console's first page anyway.
    if (!viewer) return res.redirect(302, req.path === '/' ? '/auth/sign-in' : signInPath(req.originalUrl));
    res.set(pageHeaders).type('html').send(index);
  };

  const sendAsset: RequestHandler<{ name: string }> = (req, res, next) => {
    const asset = assets.get(req.params.name);
    if (!asset) return next();
    // The smaller one first: browsers list encodings in no order of preference.
    const encoding = (['br', 'gzip'] as const).find((name) => asset[name] && req.acceptsEncodings(name));
    res.type(req.params.name).vary('accept-encoding');
    res.set('cache-control', 'public, max-age=31536000, immutable');
    if (encoding) res.set('content-encoding', encoding);
    res.send(asset[encoding ?? 'identity']);
  };

  const router = express.Router();
  router.get('/assets/:name', sendAsset);
  router.get('/', sendConsole);
  for (const view of views) router.get(`/${view}{/*path}`, sendConsole);
  return router;
}
