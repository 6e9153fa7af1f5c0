import express, { type RequestHandler, type Router } from 'express';
import { errorCodes } from '../../errors.js';
import { formatError, readableError } from '../../graphql/format-error.js';
import type { Viewer } from '../../identity/viewer.js';
import { describeFailure, type Logger } from '../../log.js';
import type { Servers } from '../../servers/servers.js';
import { jsonBody, jsonFailures, refuse } from '../requests/json-api.js';
import { requestIdOf } from '../requests/request-head.js';
import type { BrowserSessions } from '../requests/browser-session.js';

export interface DiscoveryRoutesDeps {
  sessions: BrowserSessions;
  servicesFor(viewer: Viewer): { readonly servers: Servers };
  publicUrl: string;
  log: Logger;
}

/**
 * `POST /mcp-servers/discovery` with `{"url": "…"}`: what the mutation `discoverMcpServerOAuth2` does without compatibility settings, for pages of this
 * origin that want to show how far it is. The answer is a line of JSON for each step as soon as it is known (`{"step"}`),
 * then one with `{"discovery"}`, or with `{"error"}` in the form of GraphQL's; its members are named as in GraphQL.
 */
export function discoveryRoutes({ sessions, servicesFor, publicUrl, log }: DiscoveryRoutesDeps): Router {
  const authenticate: RequestHandler = async (req, res, next) => {
    const viewer = await sessions.sessionViewerOf(req);
    if (!viewer) return refuse(res, 'UNAUTHENTICATED', 'Sign in first.');
    const { origin } = req.headers;
    if (origin !== undefined && origin !== publicUrl) {
      return refuse(res, 'FORBIDDEN', `Pages of this origin may not do this. Open ${publicUrl} instead.`);
    }
    res.locals.viewer = viewer;
    next();
  };

  const discover: RequestHandler = async (req, res) => {
    // Proxies that gather an answer would keep the steps back.
    res.set({ 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' });
    res.type('application/x-ndjson');
    const say = (line: object) => void res.write(`${JSON.stringify(line)}\n`);
    const { url } = (req.body ?? {}) as { url?: unknown };
    const { viewer } = res.locals as { viewer: Viewer };
    try {
      const { servers } = servicesFor(viewer);
      const discovery = await servers.discover(typeof url === 'string' ? url : '', {
        onStep: (step) => say({ step }),
      });
      say({ discovery });
    } catch (error) {
      const requestId = requestIdOf(res);
      const readable = readableError(error);
      if (!readable) log.error({ requestId, failure: describeFailure(error) }, 'unforeseen error');
      if (!res.headersSent) res.status(errorCodes[readable?.code ?? 'INTERNAL_SERVER_ERROR']);
      say({ error: formatError(error, requestId) });
    }
    res.end();
  };

  const router = express.Router();
  router.post('/mcp-servers/discovery', authenticate, jsonBody, discover);
  router.use('/mcp-servers/discovery', jsonFailures(log));
  return router;
}
