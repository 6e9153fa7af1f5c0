import express, { type ErrorRequestHandler, type Express, type Router } from 'express';
import { databaseUnavailable, isDatabaseOutage, outageRetrySeconds } from '../database/outage.js';
import { errorCodes } from '../errors.js';
import { describeFailure, type Logger } from '../log.js';
import { healthRoutes } from './routes/health.js';
import { errorPage, html, sendPage, unexpectedErrorMessage } from './pages/page.js';
import { closeAfterUnreadBody } from './requests/body.js';
import { requestHead, requestIdOf } from './requests/request-head.js';
import { routesOf, type Route } from './routes.js';

export interface ExpressAppDeps {
  publicUrl: string;
  isReady(): Promise<boolean>;
  log: Logger;
}

/** Creates the express app: the routers behind the headers of every response, and an error page for every failure. */
export function createExpressApp(
  { publicUrl, isReady, log }: ExpressAppDeps,
  routers: readonly Router[],
): { handler: Express; routes: Route[] } {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');

  const all = [...routers, healthRoutes({ isReady })];
  app.use(requestHead({ publicUrl }), closeAfterUnreadBody, ...all);
  app.use((_req, res) => {
    sendPage(
      res,
      errorPage({
        status: 404,
        title: 'Page not found',
        message: "This page doesn't exist. Check the link.",
        action: html`<p><a class="button quiet" href="/">Open the console</a></p>`,
      }),
    );
  });
  app.use(failurePage(log));
  return { handler: app, routes: routesOf(all) };
}

function failurePage(log: Logger): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    // Too late for a page. Express closes the connection.
    if (res.headersSent) return next(error);
    const { status } = error as { status?: unknown };
    if (typeof status === 'number' && status >= 400 && status < 500) {
      const message =
        status === 413
          ? 'The form is too large. Go back and try again.'
          : 'The address or form is malformed. Go back and try again.';
      return sendPage(res, errorPage({ status, title: 'Bad request', message }));
    }
    const requestId = requestIdOf(res);
    if (isDatabaseOutage(error)) {
      log.warn({ requestId, failure: describeFailure(error) }, 'Database unavailable');
      const { code, message } = databaseUnavailable();
      res.setHeader('retry-after', String(outageRetrySeconds));
      return sendPage(
        res,
        errorPage({ status: errorCodes[code].status, title: 'Temporarily unavailable', message }),
      );
    }
    log.error({ requestId, failure: describeFailure(error) }, 'Unexpected error');
    const message = unexpectedErrorMessage(requestId);
    return sendPage(res, errorPage({ status: 500, title: 'Something went wrong', message }));
  };
}
