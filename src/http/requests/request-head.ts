import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

/** The id this process gave to a request: in the answer's `x-request-id`, in masked errors and in the log. */
export function requestIdOf(res: Response): string {
  return (res.locals as { requestId: string }).requestId;
}

/**
 * First for every request: gives it an id of our own (one that a caller sends is never believed) and sets the headers
 * that every answer carries. Pages replace the content security policy by their own.
 */
export function requestHead({ publicUrl }: { publicUrl: string }): RequestHandler {
  const overHttps = publicUrl.startsWith('https:');
  return (_req, res, next) => {
    const requestId = randomUUID();
    res.locals.requestId = requestId;
    res.setHeader('x-request-id', requestId);
    res.setHeader('x-content-type-options', 'nosniff');
    res.setHeader('referrer-policy', 'no-referrer');
    res.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    res.setHeader('cache-control', 'no-store');
    if (overHttps) res.setHeader('strict-transport-security', 'max-age=15552000');
    next();
  };
}
