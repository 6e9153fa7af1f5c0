import express, { type RequestHandler, type Router } from 'express';
import type { ConsoleFiles } from './console-files.js';
import { signInPath, type BrowserSessions } from '../requests/browser-session.js';

/** Everything below these addresses is the console's own affair; its script decides what is shown there. */
const views = ['connections', 'servers', 'people', 'tokens', 'audit'];

/** Nothing inline runs or styles, and nothing is loaded from, or sent to, anywhere else. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  // Signing out is a form.
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const pageHeaders = {
  'content-security-policy': policy,
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
  // With no-referrer the form would be sent with `Origin: null`, which says nothing about where it came from.
  'referrer-policy': 'same-origin',
};

/**
 * The web console at `/`, for whoever has a session; everybody else signs in first and comes back. Its files hold nothing
 * secret and are the same for everyone, so they need no session and may be kept for a year: a new content has a new name.
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
    // The console's first page is where signing in leads anyway.
    if (!viewer) return res.redirect(302, req.path === '/' ? '/auth/sign-in' : signInPath(req.originalUrl));
    res.set(pageHeaders).type('html').send(index);
  };

  const sendAsset: RequestHandler<{ name: string }> = (req, res, next) => {
    const asset = assets.get(req.params.name);
    if (!asset) return next();
    // The smaller one first: browsers list what they take in no order of preference.
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
