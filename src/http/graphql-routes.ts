import express, { type ErrorRequestHandler, type RequestHandler, type Response, type Router } from 'express';
import { errorCodes, type ErrorCode } from '../errors.js';
import type { GraphqlServer } from '../graphql/server.js';
import type { Viewer } from '../identity/viewer.js';
import { describeFailure, type Logger } from '../log.js';
import { crossOrigin } from './cross-origin.js';
import { requestIdOf } from './request-head.js';
import type { BrowserSessions } from './session.js';

/** 1 MiB. */
const maxBodyBytes = 1024 * 1024;

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

  const onError: ErrorRequestHandler = (error: unknown, _req, res, _next) => {
    const status = bodyFault(error);
    if (status) return refuse(res, 'BAD_USER_INPUT', bodyFaults[status], status);
    const requestId = requestIdOf(res);
    log.error({ requestId, failure: describeFailure(error) }, 'unforeseen error');
    return refuse(res, 'INTERNAL_SERVER_ERROR', 'Something went wrong on our side.', 500, { requestId });
  };

  const router = express.Router();
  router.use('/graphql', crossOrigin(allowedOrigins));
  router
    .route('/graphql')
    .all(authenticate)
    .post(express.json({ limit: maxBodyBytes }), answer)
    .all((_req, res) => {
      res.setHeader('allow', 'POST');
      refuse(res, 'BAD_USER_INPUT', 'Send GraphQL by POST.', 405);
    });
  router.use('/graphql', onError);
  return router;
}

const bodyFaults = {
  400: 'The body is not a JSON object.',
  413: 'The body is larger than 1 MiB.',
  415: 'The body has to be JSON in UTF-8, plain or compressed by gzip, deflate or br.',
};

/** The status that the body parser gave, if it was the body's fault. Its messages quote the body, so none is used. */
function bodyFault(error: unknown): keyof typeof bodyFaults | null {
  const { status } = error as { status?: unknown };
  if (status === 413 || status === 415) return status;
  return typeof status === 'number' && status >= 400 && status < 500 ? 400 : null;
}

function refuse(
  res: Response,
  code: ErrorCode,
  message: string,
  status: number = errorCodes[code],
  extensions: Record<string, unknown> = {},
): void {
  if (code === 'UNAUTHENTICATED') res.setHeader('www-authenticate', 'Bearer');
  res.status(status).json({ errors: [{ message, extensions: { ...extensions, code } }] });
}
