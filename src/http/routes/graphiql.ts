import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, type Router } from 'express';
import { errorPage, html, sendPage } from '../pages/page.js';
import { signInPath, type BrowserSessions } from '../requests/browser-session.js';

/** Example operations, one tab each, in this order. */
const examples = [
  'list',
  'discover',
  'create',
  'create-with-client',
  'edit',
  'diagnose',
  'connect',
  'accounts',
  'users',
  'token',
] as const;

/** The files that `npm run build` copies. The same folder from src/ and from dist/. */
const built = fileURLToPath(new URL('../../../dist/graphiql/', import.meta.url));
const ours = fileURLToPath(new URL('../../../public/graphiql/', import.meta.url));

/** The files that the page loads, by the last segment of their path. */
const assets = new Map([
  ...['react.js', 'react-dom.js', 'graphiql.js', 'graphiql.css'].map(
    (name) => [name, path.join(built, name)] as const,
  ),
  ...['start.js', 'start.css'].map((name) => [name, path.join(ours, name)] as const),
]);

const policy = (nonce: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    // The nonce is for the styles that GraphiQL's dialogs create when they open.
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    // GraphiQL's stylesheet embeds its fonts as data.
    "font-src 'self' data:",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const page = (nonce: string) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>GraphiQL · Switchboard</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/graphiql/assets/graphiql.css" />
        <link rel="stylesheet" href="/graphiql/assets/start.css" />
        <script defer src="/graphiql/assets/react.js"></script>
        <script defer src="/graphiql/assets/react-dom.js"></script>
        <script defer src="/graphiql/assets/graphiql.js"></script>
        <script defer src="/graphiql/assets/start.js"></script>
      </head>
      <body>
        <div id="graphiql" data-examples="${examples.join(' ')}" data-style-nonce="${nonce}"></div>
      </body>
    </html>`.toString();

/**
 * Routes of GraphiQL, served from this origin to administrators with a session. Signed-out users sign in first. Members get
 * an error page. Nothing inline runs, and nothing loads from another origin.
 * @throws Error when GraphiQL isn't built
 */
export function graphiqlRoutes({ sessions }: { sessions: BrowserSessions }): Router {
  if (![...assets.values()].every((file) => existsSync(file))) {
    throw new Error("GraphiQL isn't built. Run: npm run build");
  }
  const administratorsOnly: RequestHandler = async (req, res, next) => {
    const viewer = await sessions.sessionViewerOf(req);
    if (viewer?.isAdmin) return next();
    if (!viewer) return res.redirect(302, signInPath('/graphiql'));
    const message = `${viewer.email} isn't an administrator. Ask an administrator for the role.`;
    sendPage(res, errorPage({ status: 403, title: 'Administrators only', message }));
  };

  const sendFile =
    (fileOf: (name: string) => string | undefined): RequestHandler<{ name: string }> =>
    (req, res, next) => {
      const file = fileOf(req.params.name);
      if (!file) return next();
      // Revalidated by ETag each time: the files change with each release.
      res.sendFile(file, { cacheControl: false, headers: { 'cache-control': 'private, no-cache' } });
    };

  const router = express.Router();
  router.get('/graphiql', administratorsOnly, (_req, res) => {
    const nonce = randomBytes(16).toString('base64');
    res.set({ 'content-security-policy': policy(nonce), 'x-frame-options': 'DENY' });
    res.type('html').send(page(nonce));
  });
  router.get(
    '/graphiql/assets/:name',
    administratorsOnly,
    sendFile((name) => assets.get(name)),
  );
  router.get(
    '/graphiql/examples/:name',
    administratorsOnly,
    sendFile((name) =>
      examples.some((known) => known === name) ? path.join(ours, 'examples', `${name}.graphql`) : undefined,
    ),
  );
  return router;
}
