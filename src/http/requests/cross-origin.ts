import type { RequestHandler } from 'express';

/** The headers that GraphQL clients, their tracing and their error reports send. */
const allowedHeaders = [
  'authorization',
  'content-type',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
  'x-apollo-operation-name',
  'baggage',
  'sentry-trace',
  'traceparent',
  'tracestate',
  'x-request-id',
].join(', ');

/**
 * Allows CORS with credentials for exactly these origins (never `*`), on the paths where it is mounted. Another origin
 * gets no headers, so its browser withholds the response. The route refuses the request itself.
 */
export function crossOrigin(allowedOrigins: readonly string[]): RequestHandler {
  const allowed = new Set(allowedOrigins);
  return (req, res, next) => {
    res.appendHeader('vary', 'Origin');
    const { origin } = req.headers;
    const isAllowed = origin !== undefined && allowed.has(origin);
    if (isAllowed) {
      res.setHeader('access-control-allow-origin', origin);
      res.setHeader('access-control-allow-credentials', 'true');
      res.setHeader('access-control-expose-headers', 'retry-after, x-request-id');
    }
    if (req.method !== 'OPTIONS') return next();
    if (isAllowed) {
      res.setHeader('access-control-allow-methods', 'GET, POST');
      res.setHeader('access-control-allow-headers', allowedHeaders);
      // Two hours, the most that Chromium allows. The next request of an origin that isn't allowed any more is refused anyway.
      res.setHeader('access-control-max-age', '7200');
    }
    res.status(204).end();
  };
}
