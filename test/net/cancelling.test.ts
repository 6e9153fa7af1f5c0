import type { RequestListener } from 'node:http';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import {
  cleanUp,
  writeRepeatedly,
  waitUntil,
  failureOf,
  reasonOf,
  startSilentServer,
  startWebServer,
} from './web-server.js';

const opened = cleanUp();
afterEach(() => opened.run());

const guardedFetch = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'], ...options }));
const start = async (handler: RequestListener) => opened.add(await startWebServer(handler));

describe.each(['oauth', 'mcp'] as const)('the caller of %s', (profile) => {
  test('gets no response with a signal that is already aborted', async () => {
    const server = await start((_req, res) => void res.end());
    const request = guardedFetch()[profile](server.url, { signal: AbortSignal.abort() });

    expect(await reasonOf(request)).toBe('ABORTED');
    expect(server.connections).toBe(0);
  });

  test('can abort while it waits for the response', async () => {
    const server = await start(() => controller.abort(new Error('SECRET reason')));
    const controller = new AbortController();
    const failure = await failureOf(guardedFetch()[profile](server.url, { signal: controller.signal }));

    expect(failure.reason).toBe('ABORTED');
    expect(failure.message).not.toContain('SECRET');
    await waitUntil(() => server.open.size === 0);
  });

  test('can abort while it reads a stream', async () => {
    const server = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      void writeRepeatedly(res, ': still here\n\n', 20);
    });
    const controller = new AbortController();
    const response = await guardedFetch()[profile](server.url, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);

    expect(await reasonOf(response.text())).toBe('ABORTED');
    await waitUntil(() => server.open.size === 0);
  });

  test('can set its own timeout', async () => {
    const request = guardedFetch()[profile](opened.add(await startSilentServer()).url, {
      signal: AbortSignal.timeout(50),
    });
    expect(await reasonOf(request)).toBe('TIMEOUT');
  });

  test('keeps no listener on a signal that outlives the request', async () => {
    const server = await start((req, res) => {
      if (req.url === '/fails') res.destroy();
      else res.end('done');
    });
    const controller = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = controller.signal;
    controller.signal.addEventListener = function (
      this: AbortSignal,
      ...args: Parameters<typeof addEventListener>
    ) {
      listeners++;
      addEventListener.apply(this, args);
    };
    controller.signal.removeEventListener = function (
      this: AbortSignal,
      ...args: Parameters<typeof removeEventListener>
    ) {
      listeners--;
      removeEventListener.apply(this, args);
    };
    const fetch = guardedFetch()[profile];

    await (await fetch(server.url, { signal: controller.signal })).text();
    await reasonOf(fetch(`${server.url}/fails`, { signal: controller.signal }));
    expect(listeners).toBe(0);
  });
});
