import { createServer } from 'node:http';
import express from 'express';
import { UnauthenticatedLimit } from '../../../src/http/requests/unauthenticated-limit.js';
import type { Viewer } from '../../../src/identity/viewer.js';
import { createLog } from '../../../src/log.js';
import { close, listen } from '../../support/http-listener.js';

const viewer = { userId: 'known' } as Viewer;

test('a user who is known at an address does not wait for the lookups of wrong tokens sent from there', async () => {
  const log = createLog('silent');
  const limit = new UnauthenticatedLimit({ perSecond: 0.01, burst: 1, trustedProxies: [], log });
  let endSlow = () => {};
  const slow = new Promise<null>((resolve) => {
    endSlow = () => resolve(null);
  });
  let slowLookups = 0;
  let begin = () => {};
  const twoBegan = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const find = (authorization = '') => {
    if (authorization.startsWith('user')) return Promise.resolve(viewer);
    if (authorization !== 'slow') return Promise.resolve(null);
    slowLookups += 1;
    if (slowLookups === 2) begin();
    return slow;
  };
  const app = express();
  app.use(async (req, res) => {
    const found = await limit.admit(req, res, () => find(req.headers.authorization)).catch(() => null);
    res.status(found ? 200 : 401).end();
  });
  const server = createServer(app);
  const url = await listen(server);
  const statusOf = async (authorization: string) => (await fetch(url, { headers: { authorization } })).status;
  try {
    expect([await statusOf('wrong'), await statusOf('wrong')]).toEqual([401, 401]);
    // The address is over its limit now, and this user's first request is in turn.
    expect(await statusOf('user a')).toBe(200);
    const flood = Array.from({ length: 10 }, () => statusOf('slow'));
    await twoBegan;
    expect(await statusOf('user a')).toBe(200);
    const unknown = statusOf('user b');
    expect(await statusOf('user a')).toBe(200);
    expect(slowLookups).toBe(2);
    endSlow();
    expect(await unknown).toBe(200);
    expect(new Set(await Promise.all(flood))).toEqual(new Set([401]));
  } finally {
    await close(server);
  }
});
