import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';

/** Returns the id that this process gave to a request. `x-request-id`, masked errors and the log have it. */
export function requestIdOf(res: Response): string {
  return (res.locals as { requestId: string }).requestId;
}

/**
 * Runs first for every request. Gives the request an id (a client's own is ignored), and sets the headers of every
 * response. Pages replace the content security policy by their own.
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
