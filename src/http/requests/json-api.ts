import express, { type ErrorRequestHandler, type RequestHandler, type Response } from 'express';
import { databaseUnavailable, isDatabaseOutage, outageRetrySeconds } from '../../database/outage.js';
import { errorCodes, type ErrorCode } from '../../errors.js';
import { maskedMessage } from '../../graphql/format-error.js';
import { describeFailure, type Logger } from '../../log.js';
import { requestIdOf } from './request-head.js';

/** Reads a JSON body of at most 1 MiB. */
export const jsonBody: RequestHandler = express.json({ limit: 1024 * 1024 });

const bodyErrors = {
  400: "The body isn't a JSON object.",
  413: 'The body is larger than 1 MiB.',
  415: 'The body must be JSON in UTF-8, plain or compressed by gzip, deflate or br.',
};

/** Returns the body parser's status for a bad body. Its messages quote the body, so none is used. */
function bodyError(error: unknown): keyof typeof bodyErrors | null {
  const { status } = error as { status?: unknown };
  if (status === 413 || status === 415) return status;
  return typeof status === 'number' && status >= 400 && status < 500 ? 400 : null;
}

/** Sends an error in GraphQL's format. The HTTP status defaults to that of the code. */
export function refuse(
  res: Response,
  code: ErrorCode,
  message: string,
  status: number = errorCodes[code],
  extensions: Record<string, unknown> = {},
): void {
  if (code === 'UNAUTHENTICATED') res.setHeader('www-authenticate', 'Bearer');
  res.status(status).json({ errors: [{ message, extensions: { ...extensions, code } }] });
}

/** Sends every error before the response as JSON: a bad body and a database outage as text, others masked and logged. */
export function jsonFailures(log: Logger): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => {
    const status = bodyError(error);
    if (status) return refuse(res, 'BAD_USER_INPUT', bodyErrors[status], status);
    const requestId = requestIdOf(res);
    if (isDatabaseOutage(error)) {
      log.warn({ requestId, failure: describeFailure(error) }, 'Database unavailable');
      const { code, message } = databaseUnavailable();
      res.setHeader('retry-after', String(outageRetrySeconds));
      return refuse(res, code, message);
    }
    log.error({ requestId, failure: describeFailure(error) }, 'Unexpected error');
    return refuse(res, 'INTERNAL_SERVER_ERROR', maskedMessage, 500, { requestId });
  };
}
