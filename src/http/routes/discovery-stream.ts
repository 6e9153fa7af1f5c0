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
 * `POST /mcp-servers/discovery` with `url`, `oauth2Issuer` and `oauth2ResourceMetadataUrl`: the mutation
 * `discoverMcpServerOAuth2` for pages of this origin that show its progress. The response has one line of JSON per step as soon as it is known
 * (`{"step"}`), then one with `{"discovery"}` or with `{"error"}` in GraphQL's format. Members have GraphQL's names.
 */
export function discoveryRoutes({ sessions, servicesFor, publicUrl, log }: DiscoveryRoutesDeps): Router {
  const authenticate: RequestHandler = async (req, res, next) => {
    const viewer = await sessions.sessionViewerOf(req);
    if (!viewer) return refuse(res, 'UNAUTHENTICATED', 'Sign in first.');
    const { origin } = req.headers;
    if (origin !== undefined && origin !== publicUrl) {
      return refuse(
        res,
        'FORBIDDEN',
        `Pages of this origin aren't allowed to do this. Open ${publicUrl} instead.`,
      );
    }
    res.locals.viewer = viewer;
    next();
  };

  const discover: RequestHandler = async (req, res) => {
    // Buffering proxies would hold the steps back.
    res.set({ 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' });
    res.type('application/x-ndjson');
    const send = (line: object) => void res.write(`${JSON.stringify(line)}\n`);
    const { url, oauth2Issuer, oauth2ResourceMetadataUrl } = (req.body ?? {}) as Record<string, unknown>;
    const text = (value: unknown) => (typeof value === 'string' ? value : '');
    const { viewer } = res.locals as { viewer: Viewer };
    try {
      const { servers } = servicesFor(viewer);
      const discovery = await servers.discover(text(url), {
        oauth2Issuer: text(oauth2Issuer),
        oauth2ResourceMetadataUrl: text(oauth2ResourceMetadataUrl),
        onStep: (step) => send({ step }),
      });
      send({ discovery });
    } catch (error) {
      const requestId = requestIdOf(res);
      const readable = readableError(error);
      if (!readable) log.error({ requestId, failure: describeFailure(error) }, 'Unexpected error');
      if (!res.headersSent) res.status(errorCodes[readable?.code ?? 'INTERNAL_SERVER_ERROR'].status);
      send({ error: formatError(error, requestId) });
    }
    res.end();
  };

  const router = express.Router();
  router.post('/mcp-servers/discovery', authenticate, jsonBody, discover);
  router.use('/mcp-servers/discovery', jsonFailures(log));
  return router;
}
