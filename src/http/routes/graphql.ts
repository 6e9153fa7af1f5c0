import express, { type RequestHandler, type Router } from 'express';
import type { GraphqlServer } from '../../graphql/server.js';
import type { Viewer } from '../../identity/viewer.js';
import type { Logger } from '../../log.js';
import { crossOrigin } from '../requests/cross-origin.js';
import { jsonBody, jsonFailures, refuse } from '../requests/json-api.js';
import { ResponseConnection } from '../requests/response-connection.js';
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
 * `POST /graphql`. Authenticates before it reads a body or a document, so that an unauthenticated client neither learns the
 * schema nor causes work. Every response is JSON.
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
    // A browser adds the cookie to every request of a page. A client sends an API token deliberately.
    if (viewer.kind === 'SESSION' && origin !== undefined && !ownPages.has(origin)) {
      return refuse(
        res,
        'FORBIDDEN',
        `Pages of this origin aren't allowed to use a session. Open ${publicUrl} instead.`,
      );
    }
    res.locals.viewer = viewer;
    next();
  };

  const respond: RequestHandler = async (req, res) => {
    const { status, headers, body } = await graphql.respond({
      headers: req.headers,
      body: req.body,
      viewer: (res.locals as { viewer: Viewer }).viewer,
      requestId: requestIdOf(res),
      connection: new ResponseConnection(res),
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
    .post(jsonBody, respond)
    .all((_req, res) => {
      res.setHeader('allow', 'POST');
      refuse(res, 'BAD_USER_INPUT', 'Send GraphQL requests by POST.', 405);
    });
  router.use('/graphql', jsonFailures(log));
  return router;
}
