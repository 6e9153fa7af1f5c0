import type { RequestListener } from 'node:http';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { cleanUp, drip, eventually, failureOf, reasonOf, startMute, startSite } from './site.js';

const opened = cleanUp();
afterEach(() => opened.run());

const door = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'], ...options }));
const start = async (handler: RequestListener) => opened.add(await startSite(handler));

describe.each(['oauth', 'mcp'] as const)('the caller of %s', (profile) => {
  test('is not served when it has given up before', async () => {
    const site = await start((_req, res) => void res.end());
    const request = door()[profile](site.url, { signal: AbortSignal.abort() });

    expect(await reasonOf(request)).toBe('ABORTED');
    expect(site.connections).toBe(0);
  });

  test('may give up while it waits for the answer', async () => {
    const site = await start(() => controller.abort(new Error('SECRET reason')));
    const controller = new AbortController();
    const failure = await failureOf(door()[profile](site.url, { signal: controller.signal }));

    expect(failure.reason).toBe('ABORTED');
    expect(failure.message).not.toContain('SECRET');
    await eventually(() => site.open.size === 0);
  });

  test('may give up while a stream comes in', async () => {
    const site = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      void drip(res, ': still here\n\n', 20);
    });
    const controller = new AbortController();
    const response = await door()[profile](site.url, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);

    expect(await reasonOf(response.text())).toBe('ABORTED');
    await eventually(() => site.open.size === 0);
  });

  test('may bring a time limit of its own', async () => {
    const request = door()[profile](opened.add(await startMute()).url, { signal: AbortSignal.timeout(50) });
    expect(await reasonOf(request)).toBe('TIMEOUT');
  });

  test('keeps no listener of ours on a signal that outlives the request', async () => {
    const site = await start((req, res) => {
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
    const fetch = door()[profile];

    await (await fetch(site.url, { signal: controller.signal })).text();
    await reasonOf(fetch(`${site.url}/fails`, { signal: controller.signal }));
    expect(listeners).toBe(0);
  });
});
