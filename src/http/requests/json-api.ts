import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { databaseUnavailable, isDatabaseOutage, outageRetrySeconds } from '../../database/outage.js';
import { errorCodes, SwitchboardError, type ErrorCode } from '../../errors.js';
import { maskedMessage } from '../../graphql/format-error.js';
import { describeFailure, type Logger } from '../../log.js';
import { BodyError, hasBody, readBody } from './body.js';
import { requestIdOf } from './request-head.js';

/** Reads a JSON body of at most 1 MiB in UTF-8, if there is a body. @throws BodyError */
export const jsonBody: RequestHandler = async (req, res, next) => {
  if (!hasBody(req)) return next();
  if (!isJson(req.headers['content-type'])) throw new BodyError(415);
  const text = (await readBody(req, res)).toString();
  try {
    req.body = JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  } catch {
    // The error of the parser quotes the body.
    throw new BodyError(400);
  }
  next();
};

const byteOrderMark = '\u{FEFF}';

function isJson(contentType = ''): boolean {
  if (contentType === 'application/json') return true;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='));
  return (
    type.trim() === 'application/json' && (charset === undefined || /^charset="?utf-?8"?$/.test(charset))
  );
}

const bodyErrors = {
  400: "The body isn't a JSON object.",
  413: 'The body is larger than 1 MiB.',
  415: 'The body must be JSON (application/json) in UTF-8, plain or compressed by gzip, deflate or br.',
};

/** Returns the status for a request that can't be used, or null for other errors. */
function requestErrorStatus(error: unknown): keyof typeof bodyErrors | null {
  if (error instanceof BodyError) return error.status;
  // A malformed address, of which Express throws an error.
  const { status } = error as { status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500 ? 400 : null;
}

/** Sends an error in GraphQL's format. The HTTP status defaults to that of the code. */
export function refuse(
  res: Response,
  code: ErrorCode,
  message: string,
  status: number = errorCodes[code].status,
  extensions: Record<string, unknown> = {},
): void {
  if (code === 'UNAUTHENTICATED') res.setHeader('www-authenticate', 'Bearer');
  res.status(status).json({ errors: [{ message, extensions: { ...extensions, code } }] });
}

/** Sends every error before the response as JSON: refusals and a database outage as text, others masked and logged. */
export function jsonFailures(log: Logger): ErrorRequestHandler {
  return (error: unknown, _req, res, _next) => {
    if (error instanceof SwitchboardError) return refuse(res, error.code, error.message);
    const status = requestErrorStatus(error);
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
