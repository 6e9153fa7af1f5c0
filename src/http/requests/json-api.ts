import express, { type ErrorRequestHandler, type RequestHandler, type Response } from 'express';
import { databaseUnavailable, isDatabaseOutage, outageRetrySeconds } from '../../database/outage.js';
import { errorCodes, type ErrorCode } from '../../errors.js';
import { describeFailure, type Logger } from '../../log.js';
import { requestIdOf } from './request-head.js';

/** Reads a JSON body of at most 1 MiB. */
export const jsonBody: RequestHandler = express.json({ limit: 1024 * 1024 });

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

/** Answers with an error in the form of GraphQL's, with the HTTP status of its code unless another is given. */
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

/**
 * Whatever goes wrong before there is an answer, as JSON: a body's fault and a database that
 * does not answer in words, anything else masked and logged.
 */
export function jsonFailures(log: Logger): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => {
    const status = bodyFault(error);
    if (status) return refuse(res, 'BAD_USER_INPUT', bodyFaults[status], status);
    const requestId = requestIdOf(res);
    if (isDatabaseOutage(error)) {
      log.warn({ requestId, failure: describeFailure(error) }, 'The database does not answer.');
      const { code, message } = databaseUnavailable();
      res.setHeader('retry-after', String(outageRetrySeconds));
      return refuse(res, code, message);
    }
    log.error({ requestId, failure: describeFailure(error) }, 'unforeseen error');
    return refuse(res, 'INTERNAL_SERVER_ERROR', 'Something went wrong on our side.', 500, { requestId });
  };
}
