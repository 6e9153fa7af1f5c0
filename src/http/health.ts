import express, { type Router } from 'express';

/**
 * `/healthz`: this process answers. `/readyz`: it can also serve, that is, its database is reachable and migrated.
 * Neither says more than that: they are open to everybody.
 */
export function healthRoutes({ isReady }: { isReady(): Promise<boolean> }): Router {
  const router = express.Router();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const ready = await isReady();
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'database unreachable or not migrated' });
  });
  return router;
}
