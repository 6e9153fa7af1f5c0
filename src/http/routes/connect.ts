import { Router, type Request, type Response } from 'express';
import { RefusedCallback } from '../../accounts/authorize/complete.js';
import type { Accounts } from '../../accounts/accounts.js';
import type { PopupTarget } from '../../accounts/authorize/opener-target.js';
import { databaseUnavailable, isDatabaseOutage } from '../../database/outage.js';
import { errorCodes, SwitchboardError } from '../../errors.js';
import type { Viewer } from '../../identity/viewer.js';
import { describeFailure, type Logger } from '../../log.js';
import { confirmConnectPage } from '../pages/confirm-connect.js';
import { connectedPage, notConnectedPage } from '../pages/connect-result.js';
import { sendPage } from '../pages/page.js';
import { requestIdOf } from '../requests/request-head.js';
import { isLedHereByThisSite, signInPath, type BrowserSessions } from '../requests/browser-session.js';
import { isUuid } from '../../uuid.js';

export interface ConnectRoutesDeps {
  sessions: BrowserSessions;
  servicesFor(viewer: Viewer): { readonly accounts: Accounts };
  /** This client's metadata document for a server; null for a server that is not there or does not use OAUTH2. */
  findClientMetadata(serverId: string): Promise<Record<string, unknown> | null>;
  /** An origin, without a trailing slash. */
  publicUrl: string;
  log: Logger;
}

type ServerRequest = Request<{ id: string }>;

/**
 * The popup's own pages. Connect and callback take the session cookie alone; an API token is passed over. Every
 * refusal is a page in plain words, which tells the opener too.
 */
export function connectRoutes(deps: ConnectRoutesDeps): Router {
  const { sessions, servicesFor, publicUrl, log } = deps;
  const router = Router();
  const path = '/mcp-servers/:id/oauth2';

  const connect = async (req: ServerRequest, res: Response) => {
    let target: PopupTarget = { origin: publicUrl, returnPath: '' };
    try {
      requireWellFormedId(req.params.id);
      if (req.method === 'POST') requireFromHere(sessions, req);
      const viewer = await sessions.sessionViewerOf(req);
      if (!viewer) return res.redirect(303, signInPath(req.originalUrl));
      const { accounts } = servicesFor(viewer);
      target = accounts.popupTarget(askedTarget(req));
      if (req.method !== 'POST' && !isLedHereByThisSite(req)) {
        return sendPage(res, confirmConnectPage(await accounts.describe(req.params.id), req.originalUrl));
      }
      const { authorizationUrl } = await accounts.begin(req.params.id, target);
      return res.set('cross-origin-opener-policy', 'unsafe-none').redirect(302, authorizationUrl);
    } catch (error) {
      return refuse(error, req, res, target, log);
    }
  };

  const callback = async (req: ServerRequest, res: Response) => {
    try {
      requireWellFormedId(req.params.id);
      const viewer = await sessions.sessionViewerOf(req);
      if (!viewer) throw signInFirst();
      const params = new URL(req.originalUrl, publicUrl).searchParams;
      const target = await servicesFor(viewer).accounts.complete(req.params.id, params);
      return sendPage(res, connectedPage(serverIdOf(req), target));
    } catch (error) {
      const known = error instanceof RefusedCallback ? error : { cause: error, target: null };
      return refuse(known.cause, req, res, known.target ?? { origin: publicUrl, returnPath: '' }, log);
    }
  };

  router.get(`${path}/connect`, connect);
  router.post(`${path}/connect`, connect);
  router.get(`${path}/callback`, callback);
  router.get(`${path}/client-metadata.json`, async (req, res) => {
    const { id } = req.params;
    if (!isUuid(id)) return res.status(400).json({ error: 'The id in this address is not well-formed.' });
    const document = await deps.findClientMetadata(id);
    if (!document) return res.status(404).json({ error: 'There is no such client.' });
    return res.set('cache-control', 'public, max-age=300').json(document);
  });
  return router;
}

/** As GraphQL spells it, so that an opener can compare. */
function serverIdOf(req: ServerRequest): string {
  return req.params.id.toLowerCase();
}

function requireWellFormedId(id: string): void {
  if (isUuid(id)) return;
  throw new SwitchboardError(
    'BAD_USER_INPUT',
    'The id of the MCP server in this address is not well-formed. Check the link.',
  );
}

function requireFromHere(sessions: BrowserSessions, req: Request): void {
  if (sessions.isFromHere(req)) return;
  throw new SwitchboardError(
    'FORBIDDEN',
    'This form was not sent from a page of this Switchboard, so nothing was done. Open the connect link again.',
  );
}

function signInFirst(): SwitchboardError {
  return new SwitchboardError(
    'UNAUTHENTICATED',
    'You are not signed in here (any more), so this connection could not be finished. Sign in and connect again.',
  );
}

function askedTarget(req: Request): { origin?: string; returnPath?: string } {
  const { origin, return: returnPath } = req.query;
  if (Array.isArray(origin) || Array.isArray(returnPath)) {
    throw new SwitchboardError('BAD_USER_INPUT', 'This link gives its "origin" or its "return" twice.');
  }
  return {
    ...(typeof origin === 'string' && { origin }),
    ...(typeof returnPath === 'string' && { returnPath }),
  };
}

/** Only a SwitchboardError's words are shown; for anything else, the number under which the log has it. */
function refuse(cause: unknown, req: ServerRequest, res: Response, target: PopupTarget, log: Logger): void {
  const requestId = requestIdOf(res);
  const error = isDatabaseOutage(cause) ? databaseUnavailable() : cause;
  if (error instanceof SwitchboardError) {
    const { code, message, reference } = error;
    log.info({ requestId, code, reason: message, reference }, 'A connection was refused.');
    const refusal = { status: errorCodes[code], message, reference };
    return sendPage(res, notConnectedPage(serverIdOf(req), refusal, target));
  }
  log.error({ requestId, failure: describeFailure(error) }, 'unforeseen error');
  const message = `Something went wrong on our side. Give this number to whoever runs this server: ${requestId}`;
  return sendPage(res, notConnectedPage(serverIdOf(req), { status: 500, message }, target));
}
