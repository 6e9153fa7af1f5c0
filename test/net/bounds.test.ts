import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { mcpLimits } from '../../src/net/response-limit.js';
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

const mebibyte = 1024 * 1024;
const guardedFetch = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'], ...options }));
const mcpBytes = (bytes: number) => ({ mcpLimits: { ...mcpLimits(1_024, null), bytes } });
const start = async (handler: RequestListener) => opened.add(await startWebServer(handler));

describe('an OAuth request', () => {
  test('times out without a response', async () => {
    const began = performance.now();
    expect(
      await reasonOf(guardedFetch({ oauthTimeoutMs: 150 }).oauth(opened.add(await startSilentServer()).url)),
    ).toBe('TIMEOUT');
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('times out while the body trickles in, and closes the connection', async () => {
    const server = await start((_req, res) => void writeRepeatedly(res, ' ', 20));
    const failure = await failureOf(guardedFetch({ oauthTimeoutMs: 200 }).oauth(server.url));

    expect(failure.reason).toBe('TIMEOUT');
    await waitUntil(() => server.open.size === 0);
  });

  test('times out during slow redirects', async () => {
    const server = await start(async (_req, res) => {
      await sleep(120);
      res.writeHead(302, { location: '/next' }).end();
    });
    expect(await reasonOf(guardedFetch({ oauthTimeoutMs: 250 }).oauth(server.url))).toBe('TIMEOUT');
    expect(server.requests.length).toBeLessThan(4);
  });

  test('times out while the resolver hangs', async () => {
    const { oauth } = guardedFetch({ oauthTimeoutMs: 150, resolver: () => new Promise(() => undefined) });
    expect(await reasonOf(oauth('http://slow.test/'))).toBe('TIMEOUT');
  });

  test('times out while the server does not read the request body', async () => {
    const server = await start((req) => void req.pause());
    const body = Buffer.alloc(32 * mebibyte);
    const request = guardedFetch({ oauthTimeoutMs: 200 }).oauth(server.url, { method: 'POST', body });
    expect(await reasonOf(request)).toBe('TIMEOUT');
  });

  test('accepts a body of one mebibyte, and not one byte more', async () => {
    const server = await start((req, res) => void res.end(Buffer.alloc(Number(req.url?.slice(1)), 'a')));
    const { oauth } = guardedFetch();

    expect((await (await oauth(`${server.url}/${mebibyte}`)).text()).length).toBe(mebibyte);
    expect(await reasonOf(oauth(`${server.url}/${mebibyte + 1}`))).toBe('TOO_LARGE');
  });

  test.each([
    ['lists', '['.repeat(20_000), 'TOO_LARGE'],
    ['members', `{${'"a":1,'.repeat(20_000)}"a":1}`, 'TOO_LARGE'],
    [
      'lists behind an escaped quote in a string that a line ends',
      `"\\"\n${'['.repeat(20_000)}`,
      'TOO_LARGE',
    ],
    ['brackets inside a string', JSON.stringify('\\"[{,'.repeat(100_000)), 'answered'],
  ])('counts the values of the body: twenty thousand %s', async (_what, body, outcome) => {
    const server = await start((_req, res) => void res.end(body));
    const reason = await guardedFetch()
      .oauth(server.url)
      .then(
        () => 'answered',
        (error: { reason: string }) => error.reason,
      );
    expect(reason).toBe(outcome);
  });

  test('aborts an endless body', async () => {
    const server = await start((_req, res) => void Readable.from(endless()).pipe(res));
    expect(await reasonOf(guardedFetch().oauth(server.url))).toBe('TOO_LARGE');
    await waitUntil(() => server.open.size === 0);
  });

  test.each(['gzip', 'gzip, gzip'])(
    'counts what a %s bomb becomes, and holds little of it in memory',
    async (encoding) => {
      const layers = encoding.split(', ').length;
      const server = await start((_req, res) => {
        res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
        const zeros = Buffer.alloc(16 * mebibyte);
        const source = Readable.from(Array.from({ length: 16 }, () => zeros));
        const bomb = source.pipe(createGzip());
        (layers === 2 ? bomb.pipe(createGzip()) : bomb).pipe(res);
      });
      const before = process.memoryUsage().rss;

      expect(await reasonOf(guardedFetch().oauth(server.url))).toBe('TOO_LARGE');
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * mebibyte);
    },
  );

  test('reads compressed responses, and refuses corrupt ones', async () => {
    const server = await start((req, res) => {
      res.setHeader('content-encoding', 'gzip');
      const whole = gzipSync('{"a":1}');
      res.end(req.url === '/broken' ? whole.fill(0xff, 12, 16) : whole);
    });
    const { oauth } = guardedFetch();
    expect(await (await oauth(server.url)).json()).toEqual({ a: 1 });
    expect(await reasonOf(oauth(`${server.url}/broken`))).toBe('CONNECTION');
  });

  test('fails when the body is cut off, and never returns half a response', async () => {
    const server = await start((_req, res) => {
      res.writeHead(200, { 'content-length': '100' }).write('{"issuer":');
      setTimeout(() => res.destroy(), 30);
    });
    expect(await reasonOf(guardedFetch().oauth(server.url))).toBe('CONNECTION');
  });

  test('returns an event stream immediately, which still times out', async () => {
    const server = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      void writeRepeatedly(res, ': still here\n\n', 20);
    });
    const response = await guardedFetch({ oauthTimeoutMs: 300 }).oauth(server.url);

    expect(response.status).toBe(200);
    expect(await reasonOf(response.text())).toBe('TIMEOUT');
    await waitUntil(() => server.open.size === 0);
  });

  test('times out an event stream without a reader', async () => {
    const server = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      void writeRepeatedly(res, ': still here\n\n', 20);
    });
    const response = await guardedFetch({ oauthTimeoutMs: 200 }).oauth(server.url);

    expect(response.bodyUsed).toBe(false);
    await waitUntil(() => server.open.size === 0);
  });

  test('aborts an event stream that is too large', async () => {
    const server = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      Readable.from(endless('data: many small events\n\n'.repeat(1_000))).pipe(res);
    });
    expect(await reasonOf((await guardedFetch().oauth(server.url)).text())).toBe('TOO_LARGE');
  });
});

describe('an MCP request', () => {
  test('can last longer than its idle timeout', async () => {
    const server = await start(async (_req, res) => {
      for (let n = 0; n < 8; n++) {
        res.write(`${n}`);
        await sleep(60);
      }
      res.end();
    });
    expect(await (await guardedFetch({ mcpIdleTimeoutMs: 250 }).mcp(server.url)).text()).toBe('01234567');
  });

  test('times out when the response does not start', async () => {
    expect(
      await reasonOf(guardedFetch({ mcpIdleTimeoutMs: 150 }).mcp(opened.add(await startSilentServer()).url)),
    ).toBe('TIMEOUT');
  });

  test('times out when the stream is idle, and closes the connection', async () => {
    const server = await start((_req, res) => void res.write('a beginning'));
    const response = await guardedFetch({ mcpIdleTimeoutMs: 150 }).mcp(server.url);

    expect(await reasonOf(response.text())).toBe('TIMEOUT');
    await waitUntil(() => server.open.size === 0);
  });

  test('does not count a slow reader as idle', async () => {
    const server = await start((_req, res) => {
      res.write('first,');
      setTimeout(() => res.end('second'), 400);
    });
    const response = await guardedFetch({ mcpIdleTimeoutMs: 150 }).mcp(server.url);
    await sleep(300);
    const reader = response.body?.getReader();
    expect(String(Buffer.from((await reader?.read())?.value ?? []))).toBe('first,');
    await sleep(300);
    expect(String(Buffer.from((await reader?.read())?.value ?? []))).toBe('second');
  });

  test('returns chunks before the response is complete', async () => {
    let finish = () => undefined as unknown;
    const server = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('data: 1\n\n');
      finish = () => res.end('data: 2\n\n');
    });
    const reader = (await guardedFetch().mcp(server.url)).body
      ?.pipeThrough(new TextDecoderStream())
      .getReader();

    expect(await reader?.read()).toEqual({ done: false, value: 'data: 1\n\n' });
    finish();
    expect(await reader?.read()).toEqual({ done: false, value: 'data: 2\n\n' });
    expect(await reader?.read()).toEqual({ done: true, value: undefined });
  });

  test('reads no more from the server than its reader requests', async () => {
    let sent = 0;
    const counted = async function* () {
      for await (const chunk of endless()) {
        sent += chunk.length;
        yield chunk;
      }
    };
    const server = await start((_req, res) => void Readable.from(counted()).pipe(res));
    const reader = (await guardedFetch(mcpBytes(1024 * mebibyte)).mcp(server.url)).body?.getReader();
    await reader?.read();
    await sleep(200);
    const soFar = sent;
    await sleep(200);

    expect(sent).toBe(soFar);
    await reader?.cancel();
    await waitUntil(() => server.open.size === 0);
  });

  test.each([
    ['a line feed', '\n'],
    ['a carriage return', '\r'],
    ['both', '\r\n'],
  ])('limits each event and not their sum, with lines that end in %s', async (_name, end) => {
    const event = (bytes: number) => `data: ${'x'.repeat(bytes)}${end}${end}`;
    const server = await start((req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      res.write(event(900).repeat(50));
      res.end(req.url === '/over' ? event(1_100) : '');
    });
    const { mcp } = guardedFetch(mcpBytes(1_024));

    expect((await (await mcp(server.url)).text()).length).toBe(event(900).length * 50);
    expect(await reasonOf((await mcp(`${server.url}/over`)).text())).toBe('TOO_LARGE');
  });

  test.each(['\n', '\r', '\r\n'])('limits an event of many lines that end in %j', async (end) => {
    const server = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      Readable.from(endless(`data: a short line${end}`)).pipe(res);
    });
    expect(await reasonOf((await guardedFetch(mcpBytes(16 * 1024)).mcp(server.url)).text())).toBe(
      'TOO_LARGE',
    );
    await waitUntil(() => server.open.size === 0);
  });

  test('limits any other response as a whole, including blank lines', async () => {
    const server = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      Readable.from(endless('\n\n'.repeat(1_000))).pipe(res);
    });
    expect(await reasonOf((await guardedFetch(mcpBytes(64 * 1024)).mcp(server.url)).text())).toBe(
      'TOO_LARGE',
    );
  });
});

async function* endless(chunk = 'x'.repeat(16 * 1024)): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(chunk);
  for (;;) {
    yield bytes;
    await nextTurn();
  }
}
