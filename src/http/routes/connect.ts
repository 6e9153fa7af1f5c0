import { Router, type Request, type Response } from 'express';
import { CallbackError } from '../../accounts/authorize/complete.js';
import type { Accounts } from '../../accounts/accounts.js';
import type { OpenerTarget } from '../../accounts/authorize/opener-target.js';
import { databaseUnavailable, isDatabaseOutage } from '../../database/outage.js';
import { errorCodes, SwitchboardError, type ErrorCode } from '../../errors.js';
import type { Viewer } from '../../identity/viewer.js';
import { describeFailure, type Logger } from '../../log.js';
import { confirmConnectPage } from '../pages/confirm-connect.js';
import { connectedPage, notConnectedPage } from '../pages/connect-result.js';
import { sendPage, unexpectedErrorMessage } from '../pages/page.js';
import { discardBody } from '../requests/body.js';
import { requestIdOf } from '../requests/request-head.js';
import { isNavigationFromThisSite, signInPath, type BrowserSessions } from '../requests/browser-session.js';
import { TokenBuckets } from '../requests/token-buckets.js';
import { isUuid } from '../../uuid.js';

export interface ConnectRoutesDeps {
  sessions: BrowserSessions;
  /** The number of flows that one session may begin per minute. 0: no limit. */
  flowsPerMinute: number;
  servicesFor(viewer: Viewer): { readonly accounts: Accounts };
  /** Returns the client metadata document for a server, or null for an unknown server or one without OAUTH2. */
  findClientMetadata(serverId: string): Promise<Record<string, unknown> | null>;
  /** An origin, without a trailing slash. */
  publicUrl: string;
  log: Logger;
}

type ServerRequest = Request<{ id: string }>;

/**
 * Routes of the connect popup. Connect and callback accept the session cookie alone and ignore API tokens. Every error is
 * a page with a readable message, which also notifies the opener.
 */
export function connectRoutes(deps: ConnectRoutesDeps): Router {
  const { sessions, flowsPerMinute, servicesFor, publicUrl, log } = deps;
  const flows =
    flowsPerMinute > 0 ? new TokenBuckets({ perSecond: flowsPerMinute / 60, burst: flowsPerMinute }) : null;
  const router = Router();
  const path = '/mcp-servers/:id/oauth2';

  const connect = async (req: ServerRequest, res: Response) => {
    let target: OpenerTarget = { origin: publicUrl, returnPath: '' };
    let viewer: Viewer | null = null;
    try {
      requireWellFormedId(req.params.id);
      if (req.method === 'POST') requireThisOrigin(sessions, req);
      viewer = await sessions.sessionViewerOf(req);
      if (!viewer) return res.redirect(303, signInPath(req.originalUrl));
      const { accounts } = servicesFor(viewer);
      target = accounts.openerTarget(requestedTarget(req));
      if (req.method !== 'POST' && !isNavigationFromThisSite(req)) {
        return sendPage(
          res,
          confirmConnectPage(await accounts.connectConfirmation(req.params.id), req.originalUrl),
        );
      }
      limitFlows(flows, viewer, res);
      const { authorizationUrl } = await accounts.beginAuthorization(req.params.id, target);
      return res.set('cross-origin-opener-policy', 'unsafe-none').redirect(302, authorizationUrl);
    } catch (error) {
      return refuse(error, { req, res, target, viewer, log });
    }
  };

  const callback = async (req: ServerRequest, res: Response) => {
    let viewer: Viewer | null = null;
    try {
      requireWellFormedId(req.params.id);
      viewer = await sessions.sessionViewerOf(req);
      if (!viewer) throw signInFirst();
      const params = new URL(req.originalUrl, publicUrl).searchParams;
      const completed = await servicesFor(viewer).accounts.completeAuthorization(req.params.id, params);
      return sendPage(res, connectedPage(serverIdOf(req), completed));
    } catch (error) {
      const failure = error instanceof CallbackError ? error : { cause: error, target: null };
      const target = failure.target ?? { origin: publicUrl, returnPath: '' };
      return refuse(failure.cause, { req, res, target, viewer, log });
    }
  };

  router.get(`${path}/connect`, connect);
  router.post(`${path}/connect`, discardBody, connect);
  router.get(`${path}/callback`, callback);
  router.get(`${path}/client-metadata.json`, async (req, res) => {
    const { id } = req.params;
    if (!isUuid(id)) return res.status(400).json({ error: 'The id in this address is malformed.' });
    const document = await deps.findClientMetadata(id);
    if (!document) return res.status(404).json({ error: "This client doesn't exist." });
    return res.set('cache-control', 'public, max-age=300').json(document);
  });
  return router;
}

/** Returns the id in lower case, as GraphQL does, so that an opener can compare. */
function serverIdOf(req: ServerRequest): string {
  return req.params.id.toLowerCase();
}

function requireWellFormedId(id: string): void {
  if (isUuid(id)) return;
  throw new SwitchboardError(
    'BAD_USER_INPUT',
    'The id of the MCP server in this address is malformed. Check the link.',
  );
}

function requireThisOrigin(sessions: BrowserSessions, req: Request): void {
  if (sessions.isFromThisOrigin(req)) return;
  throw new SwitchboardError(
    'FORBIDDEN',
    "This form wasn't sent from a page of this Switchboard, so nothing was changed. Open the connect link again.",
  );
}

/** @throws RATE_LIMITED, after setting Retry-After */
function limitFlows(flows: TokenBuckets | null, { tokenId }: Viewer, res: Response): void {
  const seconds = Math.ceil(flows?.take(tokenId) ?? 0);
  if (seconds === 0) return;
  res.setHeader('retry-after', String(seconds));
  throw new SwitchboardError(
    'RATE_LIMITED',
    `You have begun to connect accounts too often within a minute. Wait ${seconds} s, then connect again.`,
  );
}

function signInFirst(): SwitchboardError {
  return new SwitchboardError(
    'UNAUTHENTICATED',
    "You're not signed in any more, so your account couldn't be connected. Sign in and connect again.",
  );
}

function requestedTarget(req: Request): { origin?: string; returnPath?: string } {
  const { origin, return: returnPath } = req.query;
  if (Array.isArray(origin) || Array.isArray(returnPath)) {
    throw new SwitchboardError(
      'BAD_USER_INPUT',
      'This link contains "origin" or "return" twice. Remove the copy.',
    );
  }
  return {
    ...(typeof origin === 'string' && { origin }),
    ...(typeof returnPath === 'string' && { returnPath }),
  };
}

/** Codes of failures that an administrator must fix, or that lie in the link. The others may not happen again. */
const lasting: ReadonlySet<ErrorCode> = new Set(['BAD_USER_INPUT', 'NOT_FOUND', 'DISCOVERY_FAILED']);
/** The provider's refusals of the request itself. Each attempt sends the same request. */
const lastingRefusals: ReadonlySet<string | undefined> = new Set([
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'unsupported_grant_type',
  'unsupported_response_type',
]);

/** Tells whether another attempt can succeed without a change by an administrator. */
function canTryAgain({ code, evidence = {} }: SwitchboardError): boolean {
  const { canTryAgain, suggestedSettings = [], oauth2Error } = evidence;
  return (
    canTryAgain ?? (!lasting.has(code) && suggestedSettings.length === 0 && !lastingRefusals.has(oauth2Error))
  );
}

/** Returns the path that begins a new flow with the same target. */
function retryPath(req: ServerRequest, { origin, returnPath }: OpenerTarget): string {
  const target = new URLSearchParams({ origin, ...(returnPath !== '' && { return: returnPath }) });
  return `/mcp-servers/${serverIdOf(req)}/oauth2/connect?${target.toString()}`;
}

interface Refused {
  req: ServerRequest;
  res: Response;
  target: OpenerTarget;
  /** null: the user is not signed in. */
  viewer: Viewer | null;
  log: Logger;
}

/**
 * Shows the message of a SwitchboardError. For other errors, shows the request id that the log has too. Offers another
 * attempt where one can succeed without a change by an administrator, and the server's settings to administrators.
 */
function refuse(cause: unknown, { req, res, target, viewer, log }: Refused): void {
  const requestId = requestIdOf(res);
  const error = isDatabaseOutage(cause) ? databaseUnavailable() : cause;
  if (error instanceof SwitchboardError) {
    const { code, message, reference, evidence } = error;
    log.info({ requestId, code, reason: message, reference }, 'Connecting an account failed');
    const isAdmin = viewer?.isAdmin === true;
    const refusal = {
      status: errorCodes[code].status,
      message,
      reference,
      remoteMessage: isAdmin ? evidence?.remoteMessage : undefined,
      retry: canTryAgain(error) ? retryPath(req, target) : undefined,
      settings: isAdmin && reference !== undefined ? `/servers/${serverIdOf(req)}` : undefined,
    };
    return sendPage(res, notConnectedPage(serverIdOf(req), refusal, target));
  }
  log.error({ requestId, failure: describeFailure(error) }, 'Unexpected error');
  const message = unexpectedErrorMessage(requestId);
  const refusal = { status: 500, message, retry: retryPath(req, target) };
  return sendPage(res, notConnectedPage(serverIdOf(req), refusal, target));
}
