import express, { type Router } from 'express';

/**
 * `/healthz`: this process answers. `/readyz`: it can also serve, that is, its database is reachable and migrated, and
 * the key that it seals with is still in use. Neither says more than that: they are open to everybody.
 */
export function healthRoutes({ isReady }: { isReady(): Promise<boolean> }): Router {
  const router = express.Router();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const ready = await isReady();
    const status = ready ? 'ready' : 'database unreachable, not migrated, or without the key in use here';
    res.status(ready ? 200 : 503).json({ status });
  });
  return router;
}
