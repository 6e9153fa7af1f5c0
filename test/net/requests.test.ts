import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { cleanUp, waitUntil, failureOf, reasonOf, startWebServer, text } from './web-server.js';

const opened = cleanUp();
afterEach(() => opened.run());

const guardedFetch = (allowedPrivateCidrs: string[], options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs, ...options }));

describe('requests', () => {
  test.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'data:text/plain,hello',
    'blob:nodedata:1',
    'javascript:alert(1)',
    'ws://127.0.0.1/',
    '/relative',
    'no url',
    '',
    'http://',
    'http://user@127.0.0.1/',
    'http://:password@127.0.0.1/',
    'http://user:password@127.0.0.1/',
  ])('refuses %j', async (url) => {
    const { oauth, mcp } = guardedFetch(['127.0.0.0/8']);
    expect(await reasonOf(oauth(url))).toBe('INVALID_URL');
    expect(await reasonOf(mcp(url))).toBe('INVALID_URL');
  });

  test('returns a complete Response of the platform', async () => {
    const server = opened.add(
      await startWebServer((_req, res) => {
        res.writeHead(
          401,
          [
            ['WWW-Authenticate', 'Bearer'],
            ['Set-Cookie', 'a=1'],
            ['Set-Cookie', 'b=2'],
          ].flat(),
        );
        res.end('{"a":1}');
      }),
    );
    const { oauth, mcp } = guardedFetch(['127.0.0.1/32']);

    for (const fetch of [oauth, mcp]) {
      const response = await fetch(`${server.url}/path?q=1#fragment`);
      expect(response).toBeInstanceOf(Response);
      expect(response.status).toBe(401);
      expect(response.ok).toBe(false);
      expect(response.url).toBe(`${server.url}/path?q=1`);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
      expect(await response.json()).toEqual({ a: 1 });
    }
  });

  test('sends the method, the headers and every kind of body', async () => {
    const bodies: string[] = [];
    const server = opened.add(
      await startWebServer(async (req, res) => {
        let body = '';
        for await (const chunk of req) body += String(chunk);
        bodies.push(`${req.method} ${req.headers['content-type']} ${req.headers['x-own']} ${body}`);
        res.writeHead(204).end();
      }),
    );
    const { oauth } = guardedFetch(['127.0.0.1/32']);
    const headers = { 'X-Own': 'yes' };

    await oauth(server.url, { method: 'post', headers, body: new URLSearchParams({ a: 'b c' }) });
    await oauth(server.url, { method: 'PUT', headers: new Headers(headers), body: '{}' });
    await oauth(server.url, { method: 'POST', headers: [['x-own', 'yes']], body: Buffer.from('bytes') });
    const response = await oauth(server.url, { method: 'POST', headers, body: new Blob(['blob']) });

    expect(response.body).toBeNull();
    expect(bodies).toEqual([
      'POST application/x-www-form-urlencoded;charset=UTF-8 yes a=b+c',
      'PUT text/plain;charset=UTF-8 yes {}',
      'POST undefined yes bytes',
      'POST undefined yes blob',
    ]);
  });

  test('rejects a streamed request body', async () => {
    const body = new Blob(['stream']).stream();
    await expect(guardedFetch([]).oauth('https://example.test/', { method: 'POST', body })).rejects.toThrow(
      /cannot be a stream/,
    );
  });

  test('never repeats a header value that HTTP does not allow', async () => {
    const headers = { 'x-api-key': 'secret\nvalue' };
    await expect(guardedFetch([]).oauth('https://example.test/', { headers })).rejects.toThrow(
      /name or a value/,
    );
    await expect(guardedFetch([]).oauth('https://example.test/', { headers })).rejects.not.toThrow(/secret/);
  });

  test('a failure contains no query, no remote text and no cause', async () => {
    const server = opened.add(
      await startWebServer((req) => {
        req.socket.end('REMOTE-TEXT this is not HTTP\r\n\r\n');
      }),
    );
    const failure = await failureOf(
      guardedFetch(['127.0.0.1/32']).oauth(`${server.url}/token?code=SECRET#SECRET`),
    );

    expect(failure.reason).toBe('CONNECTION');
    expect(failure.url).toBe(`${server.url}/token`);
    expect(`${failure.message}${failure.stack}`).not.toMatch(/SECRET|REMOTE-TEXT/);
    expect(failure.cause).toBeUndefined();
  });

  test('reports a refused connection', async () => {
    const server = await startWebServer(text(''));
    await server.close();
    expect(await reasonOf(guardedFetch(['127.0.0.1/32']).oauth(server.url))).toBe('CONNECTION');
  });

  test('closes its connections, aborts pending requests and rejects later ones', async () => {
    const server = opened.add(await startWebServer((_req, res) => void res.write('a beginning')));
    const { mcp, close } = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'] });
    const response = await mcp(server.url);
    expect(server.open.size).toBe(1);

    await close();
    expect(await reasonOf(response.text())).toBe('CONNECTION');
    await waitUntil(() => server.open.size === 0);
    expect(await reasonOf(mcp(server.url))).toBe('CONNECTION');
    expect(server.requests).toHaveLength(1);
  });
});

describe('plain HTTP to an allowed loopback host', () => {
  test.each([
    [['127.0.0.0/8'], 'http://127.0.0.1:4000/', true],
    [['127.0.0.0/8'], 'http://localhost:4000/', true],
    [['127.0.0.0/8'], 'http://LOCALHOST/', true],
    [['127.0.0.0/8'], 'http://2130706433/', true],
    [['127.0.0.0/8'], 'http://[::1]/', false],
    [['::1/128'], 'http://[::1]/', true],
    [['::1/128'], 'http://localhost/', true],
    [['127.0.0.1/32'], 'http://127.0.0.2/', false],
    [['10.0.0.0/8'], 'http://10.0.0.1/', false],
    [['10.0.0.0/8'], 'http://localhost/', false],
    [['127.0.0.0/8'], 'http://localhost.example.test/', false],
    [['127.0.0.0/8'], 'http://sub.localhost/', false],
    [['127.0.0.0/8'], 'http://example.test/', false],
    [['127.0.0.0/8'], 'no url', false],
    [[], 'http://127.0.0.1/', false],
    [[], 'http://localhost/', false],
  ])('%j, %s: %s', (cidrs, url, allowed) => {
    expect(guardedFetch(cidrs).isAllowedLoopback(url)).toBe(allowed);
  });
});
