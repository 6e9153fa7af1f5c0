import express, { type Router } from 'express';

/**
 * Routes of the health checks. `/healthz`: this process answers. `/readyz`: its database is reachable and migrated, and its
 * encryption key is in use. Neither says more, because neither needs authentication.
 */
export function healthRoutes({ isReady }: { isReady(): Promise<boolean> }): Router {
  const router = express.Router();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const ready = await isReady();
    const status = ready
      ? 'ready'
      : 'database unreachable, not migrated, or without the encryption key of this process';
    res.status(ready ? 200 : 503).json({ status });
  });
  return router;
}
