import type { RequestHandler } from 'express';

/**
 * Allows CORS with credentials for exactly these origins (never `*`), on the paths where it is mounted. Another origin
 * gets no headers, so its browser withholds the response. The route refuses the request itself.
 */
export function crossOrigin(allowedOrigins: readonly string[]): RequestHandler {
  const allowed = new Set(allowedOrigins);
  return (req, res, next) => {
    res.vary('Origin');
    const { origin } = req.headers;
    const isAllowed = origin !== undefined && allowed.has(origin);
    if (isAllowed) {
      res.setHeader('access-control-allow-origin', origin);
      res.setHeader('access-control-allow-credentials', 'true');
      res.setHeader('access-control-expose-headers', 'x-request-id');
    }
    if (req.method !== 'OPTIONS') return next();
    if (isAllowed) {
      res.setHeader('access-control-allow-methods', 'POST');
      res.setHeader(
        'access-control-allow-headers',
        'content-type, authorization, x-apollo-operation-name, apollo-require-preflight',
      );
      res.setHeader('access-control-max-age', '600');
    }
    res.status(204).end();
  };
}
