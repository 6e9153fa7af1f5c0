import express, { type Request, type RequestHandler, type Router } from 'express';
import type { GraphqlServer } from '../../graphql/server.js';
import type { Viewer } from '../../identity/viewer.js';
import type { Logger } from '../../log.js';
import { sendCompressed } from '../requests/compressed-json.js';
import { crossOrigin } from '../requests/cross-origin.js';
import { jsonBody, jsonFailures, refuse } from '../requests/json-api.js';
import { ResponseConnection } from '../requests/response-connection.js';
import { requestIdOf } from '../requests/request-head.js';
import type { BrowserSessions } from '../requests/browser-session.js';
import type { UnauthenticatedLimit } from '../requests/unauthenticated-limit.js';

export interface GraphqlRoutesDeps {
  graphql: GraphqlServer;
  sessions: BrowserSessions;
  limit: UnauthenticatedLimit;
  publicUrl: string;
  allowedOrigins: readonly string[];
  log: Logger;
}

/** The media types of a response, as the GraphQL over HTTP specification names them. */
const responseTypes = ['application/json', 'application/graphql-response+json'];

/** The longest query string of a GET. Node refuses a head of more than 16 KiB by itself. */
const maxSearchLength = 8 * 1024;

/**
 * `POST /graphql`, and `GET /graphql` for queries with an API token. Authenticates before it reads a body or a document, so
 * that an unauthenticated client neither learns the schema nor causes work. Every response is JSON.
 */
export function graphqlRoutes({
  graphql,
  sessions,
  limit,
  publicUrl,
  allowedOrigins,
  log,
}: GraphqlRoutesDeps): Router {
  const ownPages = new Set([publicUrl, ...allowedOrigins]);

  const authenticate: RequestHandler = async (req, res, next) => {
    const viewer = await limit.admit(req, res, () => sessions.viewerOf(req));
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

  const requireAcceptable: RequestHandler = (req, res, next) => {
    const { accept } = req.headers;
    if (accept === undefined || accept === '*/*' || req.accepts(responseTypes)) return next();
    refuse(res, 'BAD_USER_INPUT', `The response is ${responseTypes.join(' or ')}. Accept one of them.`, 406);
  };

  /**
   * A browser sends the cookie with every navigation, also with one from another site. So a session may not use GET: a
   * query can ask MCP servers, and a page could make it send many.
   */
  const requireApiToken: RequestHandler = (req, res, next) => {
    if ((res.locals as { viewer: Viewer }).viewer.kind === 'SESSION') {
      res.setHeader('allow', 'POST');
      return refuse(
        res,
        'BAD_USER_INPUT',
        'Send requests with a session by POST. GET requires an API token.',
        405,
      );
    }
    if (searchOf(req).length <= maxSearchLength) return next();
    refuse(res, 'BAD_USER_INPUT', 'The address is too long. Send this request by POST.', 414);
  };

  const respond: RequestHandler = async (req, res) => {
    const { status, headers, body } = await graphql.respond({
      headers: req.headers,
      search: req.method === 'POST' ? null : searchOf(req),
      body: req.body,
      viewer: (res.locals as { viewer: Viewer }).viewer,
      requestId: requestIdOf(res),
      connection: new ResponseConnection(res),
    });
    res.statusCode = status;
    for (const [name, value] of headers) res.setHeader(name, value);
    await sendCompressed(req, res, body);
  };

  const router = express.Router();
  router.use('/graphql', crossOrigin(allowedOrigins));
  router
    .route('/graphql')
    .all(authenticate)
    .get(requireApiToken, requireAcceptable, respond)
    .post(requireAcceptable, jsonBody, respond)
    .all((_req, res) => {
      res.setHeader('allow', 'GET, POST');
      refuse(res, 'BAD_USER_INPUT', 'Send GraphQL requests by POST, or queries by GET.', 405);
    });
  router.use('/graphql', jsonFailures(log));
  return router;
}

/** Returns the query string of a request with its `?`, or an empty string. */
function searchOf({ originalUrl }: Request): string {
  const start = originalUrl.indexOf('?');
  return start < 0 ? '' : originalUrl.slice(start);
}
