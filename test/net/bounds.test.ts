import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { cleanUp, drip, eventually, failureOf, reasonOf, startMute, startSite } from './site.js';

const opened = cleanUp();
afterEach(() => opened.run());

const mebibyte = 1024 * 1024;
const door = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'], ...options }));
const start = async (handler: RequestListener) => opened.add(await startSite(handler));

describe('an OAuth exchange', () => {
  test('ends after its time when nothing is answered', async () => {
    const began = performance.now();
    expect(await reasonOf(door({ oauthTimeoutMs: 150 }).oauth(opened.add(await startMute()).url))).toBe(
      'TIMEOUT',
    );
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('ends after its time when the body drips, and gives the connection up', async () => {
    const site = await start((_req, res) => void drip(res, ' ', 20));
    const failure = await failureOf(door({ oauthTimeoutMs: 200 }).oauth(site.url));

    expect(failure.reason).toBe('TIMEOUT');
    await eventually(() => site.open.size === 0);
  });

  test('ends after its time when redirects drip', async () => {
    const site = await start(async (_req, res) => {
      await sleep(120);
      res.writeHead(302, { location: '/next' }).end();
    });
    expect(await reasonOf(door({ oauthTimeoutMs: 250 }).oauth(site.url))).toBe('TIMEOUT');
    expect(site.requests.length).toBeLessThan(4);
  });

  test('ends after its time when the resolver hangs', async () => {
    const { oauth } = door({ oauthTimeoutMs: 150, resolver: () => new Promise(() => undefined) });
    expect(await reasonOf(oauth('http://slow.test/'))).toBe('TIMEOUT');
  });

  test('ends after its time when the request body is not taken', async () => {
    const site = await start((req) => void req.pause());
    const body = Buffer.alloc(32 * mebibyte);
    const request = door({ oauthTimeoutMs: 200 }).oauth(site.url, { method: 'POST', body });
    expect(await reasonOf(request)).toBe('TIMEOUT');
  });

  test('takes a mebibyte and not a byte more', async () => {
    const site = await start((req, res) => void res.end(Buffer.alloc(Number(req.url?.slice(1)), 'a')));
    const { oauth } = door();

    expect((await (await oauth(`${site.url}/${mebibyte}`)).text()).length).toBe(mebibyte);
    expect(await reasonOf(oauth(`${site.url}/${mebibyte + 1}`))).toBe('TOO_LARGE');
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
  ])('weighs what a body becomes once it is read: twenty thousand %s', async (_what, body, outcome) => {
    const site = await start((_req, res) => void res.end(body));
    const reason = await door()
      .oauth(site.url)
      .then(
        () => 'answered',
        (error: { reason: string }) => error.reason,
      );
    expect(reason).toBe(outcome);
  });

  test('ends an endless body', async () => {
    const site = await start((_req, res) => void Readable.from(endless()).pipe(res));
    expect(await reasonOf(door().oauth(site.url))).toBe('TOO_LARGE');
    await eventually(() => site.open.size === 0);
  });

  test.each(['gzip', 'gzip, gzip'])(
    'counts what a %s bomb becomes, and holds little of it in memory',
    async (encoding) => {
      const layers = encoding.split(', ').length;
      const site = await start((_req, res) => {
        res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
        const zeros = Buffer.alloc(16 * mebibyte);
        const source = Readable.from(Array.from({ length: 16 }, () => zeros));
        const bomb = source.pipe(createGzip());
        (layers === 2 ? bomb.pipe(createGzip()) : bomb).pipe(res);
      });
      const before = process.memoryUsage().rss;

      expect(await reasonOf(door().oauth(site.url))).toBe('TOO_LARGE');
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * mebibyte);
    },
  );

  test('reads compressed answers, and refuses broken ones', async () => {
    const site = await start((req, res) => {
      res.setHeader('content-encoding', 'gzip');
      const whole = gzipSync('{"a":1}');
      res.end(req.url === '/broken' ? whole.fill(0xff, 12, 16) : whole);
    });
    const { oauth } = door();
    expect(await (await oauth(site.url)).json()).toEqual({ a: 1 });
    expect(await reasonOf(oauth(`${site.url}/broken`))).toBe('CONNECTION');
  });

  test('fails as a whole when the body breaks off: half an answer is never handed over', async () => {
    const site = await start((_req, res) => {
      res.writeHead(200, { 'content-length': '100' }).write('{"issuer":');
      setTimeout(() => res.destroy(), 30);
    });
    expect(await reasonOf(door().oauth(site.url))).toBe('CONNECTION');
  });

  test('hands an event stream over at once, which still ends after its time', async () => {
    const site = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      void drip(res, ': still here\n\n', 20);
    });
    const response = await door({ oauthTimeoutMs: 300 }).oauth(site.url);

    expect(response.status).toBe(200);
    expect(await reasonOf(response.text())).toBe('TIMEOUT');
    await eventually(() => site.open.size === 0);
  });

  test('ends an event stream that nobody reads', async () => {
    const site = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      void drip(res, ': still here\n\n', 20);
    });
    const response = await door({ oauthTimeoutMs: 200 }).oauth(site.url);

    expect(response.bodyUsed).toBe(false);
    await eventually(() => site.open.size === 0);
  });

  test('ends an event stream that is too large', async () => {
    const site = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      Readable.from(endless('data: many small events\n\n'.repeat(1_000))).pipe(res);
    });
    expect(await reasonOf((await door().oauth(site.url)).text())).toBe('TOO_LARGE');
  });
});

describe('an MCP exchange', () => {
  test('may last longer than any silence in it', async () => {
    const site = await start(async (_req, res) => {
      for (let n = 0; n < 8; n++) {
        res.write(`${n}`);
        await sleep(60);
      }
      res.end();
    });
    expect(await (await door({ mcpIdleTimeoutMs: 250 }).mcp(site.url)).text()).toBe('01234567');
  });

  test('ends when the answer does not begin', async () => {
    expect(await reasonOf(door({ mcpIdleTimeoutMs: 150 }).mcp(opened.add(await startMute()).url))).toBe(
      'TIMEOUT',
    );
  });

  test('ends when it falls silent, and gives the connection up', async () => {
    const site = await start((_req, res) => void res.write('a beginning'));
    const response = await door({ mcpIdleTimeoutMs: 150 }).mcp(site.url);

    expect(await reasonOf(response.text())).toBe('TIMEOUT');
    await eventually(() => site.open.size === 0);
  });

  test('does not count a reader that takes its time as silence', async () => {
    const site = await start((_req, res) => {
      res.write('first,');
      setTimeout(() => res.end('second'), 400);
    });
    const response = await door({ mcpIdleTimeoutMs: 150 }).mcp(site.url);
    await sleep(300);
    const reader = response.body?.getReader();
    expect(String(Buffer.from((await reader?.read())?.value ?? []))).toBe('first,');
    await sleep(300);
    expect(String(Buffer.from((await reader?.read())?.value ?? []))).toBe('second');
  });

  test('hands over what has come before the answer is complete', async () => {
    let finish = () => undefined as unknown;
    const site = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('data: 1\n\n');
      finish = () => res.end('data: 2\n\n');
    });
    const reader = (await door().mcp(site.url)).body?.pipeThrough(new TextDecoderStream()).getReader();

    expect(await reader?.read()).toEqual({ done: false, value: 'data: 1\n\n' });
    finish();
    expect(await reader?.read()).toEqual({ done: false, value: 'data: 2\n\n' });
    expect(await reader?.read()).toEqual({ done: true, value: undefined });
  });

  test('takes no more from the server than its reader asks for', async () => {
    let sent = 0;
    const counted = async function* () {
      for await (const chunk of endless()) {
        sent += chunk.length;
        yield chunk;
      }
    };
    const site = await start((_req, res) => void Readable.from(counted()).pipe(res));
    const reader = (await door({ mcpMessageBytes: 1024 * mebibyte }).mcp(site.url)).body?.getReader();
    await reader?.read();
    await sleep(200);
    const soFar = sent;
    await sleep(200);

    expect(sent).toBe(soFar);
    await reader?.cancel();
    await eventually(() => site.open.size === 0);
  });

  test.each([
    ['a line feed', '\n'],
    ['a carriage return', '\r'],
    ['both', '\r\n'],
  ])('limits each event, not their sum, where lines end in %s', async (_name, end) => {
    const event = (bytes: number) => `data: ${'x'.repeat(bytes)}${end}${end}`;
    const site = await start((req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      res.write(event(900).repeat(50));
      res.end(req.url === '/over' ? event(1_100) : '');
    });
    const { mcp } = door({ mcpMessageBytes: 1_024 });

    expect((await (await mcp(site.url)).text()).length).toBe(event(900).length * 50);
    expect(await reasonOf((await mcp(`${site.url}/over`)).text())).toBe('TOO_LARGE');
  });

  test.each(['\n', '\r', '\r\n'])('limits an event of many lines that end in %j', async (end) => {
    const site = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      Readable.from(endless(`data: a short line${end}`)).pipe(res);
    });
    expect(await reasonOf((await door({ mcpMessageBytes: 16 * 1024 }).mcp(site.url)).text())).toBe(
      'TOO_LARGE',
    );
    await eventually(() => site.open.size === 0);
  });

  test('limits any other answer as a whole, blank lines or not', async () => {
    const site = await start((_req, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      Readable.from(endless('\n\n'.repeat(1_000))).pipe(res);
    });
    expect(await reasonOf((await door({ mcpMessageBytes: 64 * 1024 }).mcp(site.url)).text())).toBe(
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
