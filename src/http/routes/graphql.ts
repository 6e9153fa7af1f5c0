import express, { type RequestHandler, type Router } from 'express';
import type { GraphqlServer } from '../../graphql/server.js';
import type { Viewer } from '../../identity/viewer.js';
import type { Logger } from '../../log.js';
import { crossOrigin } from '../requests/cross-origin.js';
import { jsonBody, jsonFailures, refuse } from '../requests/json-api.js';
import { requestIdOf } from '../requests/request-head.js';
import type { BrowserSessions } from '../requests/browser-session.js';

export interface GraphqlRoutesDeps {
  graphql: GraphqlServer;
  sessions: BrowserSessions;
  publicUrl: string;
  allowedOrigins: readonly string[];
  log: Logger;
}

/**
 * `POST /graphql`. Who asks is established first, before a body is read or a document looked at, so that nobody
 * outside learns the schema or makes this process work. Every answer here is JSON, whatever goes wrong.
 */
export function graphqlRoutes({
  graphql,
  sessions,
  publicUrl,
  allowedOrigins,
  log,
}: GraphqlRoutesDeps): Router {
  const ownPages = new Set([publicUrl, ...allowedOrigins]);

  const authenticate: RequestHandler = async (req, res, next) => {
    const viewer = await sessions.viewerOf(req);
    if (!viewer) {
      return refuse(
        res,
        'UNAUTHENTICATED',
        'Sign in, or send an API token as "Authorization: Bearer swb_…".',
      );
    }
    const { origin } = req.headers;
    // A browser adds the cookie to whatever a page sends; an API token is only ever sent on purpose.
    if (viewer.kind === 'SESSION' && origin !== undefined && !ownPages.has(origin)) {
      return refuse(
        res,
        'FORBIDDEN',
        `Pages of this origin may not use a session here. Open ${publicUrl} instead.`,
      );
    }
    res.locals.viewer = viewer;
    next();
  };

  const answer: RequestHandler = async (req, res) => {
    const gone = new AbortController();
    res.on('close', () => gone.abort());
    const { status, headers, body } = await graphql.answer({
      headers: req.headers,
      body: req.body,
      viewer: (res.locals as { viewer: Viewer }).viewer,
      requestId: requestIdOf(res),
      signal: gone.signal,
    });
    res.statusCode = status;
    for (const [name, value] of headers) res.setHeader(name, value);
    res.end(body);
  };

  const router = express.Router();
  router.use('/graphql', crossOrigin(allowedOrigins));
  router
    .route('/graphql')
    .all(authenticate)
    .post(jsonBody, answer)
    .all((_req, res) => {
      res.setHeader('allow', 'POST');
      refuse(res, 'BAD_USER_INPUT', 'Send GraphQL by POST.', 405);
    });
  router.use('/graphql', jsonFailures(log));
  return router;
}
