import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { cleanUp, eventually, failureOf, reasonOf, startSite, text } from './site.js';

const opened = cleanUp();
afterEach(() => opened.run());

const door = (allowedPrivateCidrs: string[], options: Partial<GuardedFetchOptions> = {}) =>
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
    const { oauth, mcp } = door(['127.0.0.0/8']);
    expect(await reasonOf(oauth(url))).toBe('INVALID_URL');
    expect(await reasonOf(mcp(url))).toBe('INVALID_URL');
  });

  test("answers with the platform's own Response, all of its parts in place", async () => {
    const site = opened.add(
      await startSite((_req, res) => {
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
    const { oauth, mcp } = door(['127.0.0.1/32']);

    for (const fetch of [oauth, mcp]) {
      const response = await fetch(`${site.url}/path?q=1#fragment`);
      expect(response).toBeInstanceOf(Response);
      expect(response.status).toBe(401);
      expect(response.ok).toBe(false);
      expect(response.url).toBe(`${site.url}/path?q=1`);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
      expect(await response.json()).toEqual({ a: 1 });
    }
  });

  test('passes method, headers and every kind of body on', async () => {
    const bodies: string[] = [];
    const site = opened.add(
      await startSite(async (req, res) => {
        let body = '';
        for await (const chunk of req) body += String(chunk);
        bodies.push(`${req.method} ${req.headers['content-type']} ${req.headers['x-own']} ${body}`);
        res.writeHead(204).end();
      }),
    );
    const { oauth } = door(['127.0.0.1/32']);
    const headers = { 'X-Own': 'yes' };

    await oauth(site.url, { method: 'post', headers, body: new URLSearchParams({ a: 'b c' }) });
    await oauth(site.url, { method: 'PUT', headers: new Headers(headers), body: '{}' });
    await oauth(site.url, { method: 'POST', headers: [['x-own', 'yes']], body: Buffer.from('bytes') });
    const response = await oauth(site.url, { method: 'POST', headers, body: new Blob(['blob']) });

    expect(response.body).toBeNull();
    expect(bodies).toEqual([
      'POST application/x-www-form-urlencoded;charset=UTF-8 yes a=b+c',
      'PUT text/plain;charset=UTF-8 yes {}',
      'POST undefined yes bytes',
      'POST undefined yes blob',
    ]);
  });

  test('takes no streamed request body', async () => {
    const body = new Blob(['stream']).stream();
    await expect(door([]).oauth('https://example.test/', { method: 'POST', body })).rejects.toThrow(
      /cannot be a stream/,
    );
  });

  test('never repeats a header value that HTTP does not allow', async () => {
    const headers = { 'x-api-key': 'secret\nvalue' };
    await expect(door([]).oauth('https://example.test/', { headers })).rejects.toThrow(/name or a value/);
    await expect(door([]).oauth('https://example.test/', { headers })).rejects.not.toThrow(/secret/);
  });

  test('a failure shows neither query nor remote text, and carries no cause', async () => {
    const site = opened.add(
      await startSite((req) => {
        req.socket.end('REMOTE-TEXT this is not HTTP\r\n\r\n');
      }),
    );
    const failure = await failureOf(door(['127.0.0.1/32']).oauth(`${site.url}/token?code=SECRET#SECRET`));

    expect(failure.reason).toBe('CONNECTION');
    expect(failure.url).toBe(`${site.url}/token`);
    expect(`${failure.message}${failure.stack}`).not.toMatch(/SECRET|REMOTE-TEXT/);
    expect(failure.cause).toBeUndefined();
  });

  test('says when nobody listens', async () => {
    const site = await startSite(text(''));
    await site.close();
    expect(await reasonOf(door(['127.0.0.1/32']).oauth(site.url))).toBe('CONNECTION');
  });

  test('closes its connections, ends what is under way, and then refuses', async () => {
    const site = opened.add(await startSite((_req, res) => void res.write('a beginning')));
    const { mcp, close } = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'] });
    const response = await mcp(site.url);
    expect(site.open.size).toBe(1);

    await close();
    expect(await reasonOf(response.text())).toBe('CONNECTION');
    await eventually(() => site.open.size === 0);
    expect(await reasonOf(mcp(site.url))).toBe('CONNECTION');
    expect(site.requests).toHaveLength(1);
  });
});

describe('plain http is allowed on a loopback host that is listed', () => {
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
    expect(door(cidrs).isAllowedLoopback(url)).toBe(allowed);
  });
});
