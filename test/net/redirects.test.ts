import type { RequestListener } from 'node:http';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { startDnsServer } from '../support/dns-server.js';
import { cleanUp, waitUntil, reasonOf, startWebServer, text, type WebServerOptions } from './web-server.js';

const opened = cleanUp();
afterEach(() => opened.run());

const guardedFetch = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'], ...options }));
const start = async (handler: RequestListener, options?: WebServerOptions) =>
  opened.add(await startWebServer(handler, options));

const to =
  (location: string, status = 302): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, { location }).end();

/** Redirects `/n` to `/n-1`, and answers `/0` with its path. */
const countdown: RequestListener = (req, res) => {
  const left = Number(req.url?.slice(1));
  if (left === 0) res.end('arrived');
  else res.writeHead(302, { location: `/${left - 1}` }).end();
};

describe('a redirected GET', () => {
  test.each([301, 302, 303, 307, 308])('is followed for status %i', async (status) => {
    const server = await start((req, res) => {
      if (req.url === '/to') res.end(`arrived by ${req.method}`);
      else res.writeHead(status, { location: 'to' }).end('moved');
    });
    const response = await guardedFetch().oauth(`${server.url}/from`);

    expect(await response.text()).toBe('arrived by GET');
    expect(response.url).toBe(`${server.url}/to`);
  });

  test('is followed three times, and not a fourth time', async () => {
    const server = await start(countdown);
    const { oauth, mcp } = guardedFetch();

    expect(await (await oauth(`${server.url}/3`)).text()).toBe('arrived');
    expect(server.requests.splice(0)).toHaveLength(4);
    expect(await reasonOf(oauth(`${server.url}/4`))).toBe('TOO_MANY_REDIRECTS');
    expect(server.requests.splice(0)).toHaveLength(4);
    expect(await reasonOf(mcp(`${server.url}/4`))).toBe('TOO_MANY_REDIRECTS');
  });

  test('is not followed in a loop', async () => {
    const server = await start(to('/again'));
    expect(await reasonOf(guardedFetch().oauth(server.url))).toBe('TOO_MANY_REDIRECTS');
    expect(server.requests).toHaveLength(4);
  });

  test.each([
    'http://127.0.0.2:PORT/',
    'http://2130706434:PORT/',
    'http://0x7f.2:PORT/',
    'http://[::ffff:127.0.0.2]:PORT/',
    'http://[64:ff9b::7f00:2]:PORT/',
    '//127.0.0.2:PORT/',
    '\\\\127.0.0.2:PORT\\',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
    'http://10.0.0.1/',
    'http://inside.test:PORT/',
  ])('to %s is refused without a request', async (pattern) => {
    const server = await start((_req, res) => to(pattern.replace('PORT', String(trap.port)))(_req, res));
    const trap = await start(text('private'), { address: '127.0.0.2', port: server.port });
    const dns = opened.add(await startDnsServer({ 'inside.test': [['127.0.0.2']] }));
    const { oauth, mcp } = guardedFetch({ resolver: dns.resolve });

    expect(await reasonOf(oauth(server.url))).toBe('ADDRESS_REFUSED');
    expect(await reasonOf(mcp(server.url))).toBe('ADDRESS_REFUSED');
    expect(server.requests).toHaveLength(2);
    expect(trap.connections).toBe(0);
  });

  test.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'data:text/plain,hello',
    'javascript:alert(1)',
    'http://user:password@127.0.0.1/',
    'http://',
    'http://[',
  ])('to %s is refused', async (location) => {
    const server = await start(to(location));
    expect(await reasonOf(guardedFetch().oauth(server.url))).toBe('REDIRECT_REFUSED');
    expect(server.requests).toHaveLength(1);
  });

  test('from https to http is refused, and to https is followed', async () => {
    const authority = createCertificateAuthority();
    const plain = await start(text('in the clear'));
    const certificate = authority.issue({ ip: ['127.0.0.1'] });
    const secure = await start((req, res) => (req.url === '/' ? to(plain.url) : text('sealed'))(req, res), {
      certificate,
    });
    const upward = await start(to(`${secure.url}/end`));
    const { oauth } = guardedFetch({ extraCa: authority.cert });

    expect(await reasonOf(oauth(secure.url))).toBe('REDIRECT_REFUSED');
    expect(plain.connections).toBe(0);
    expect(await (await oauth(upward.url)).text()).toBe('sealed');
  });

  test('without a Location is returned', async () => {
    const server = await start((_req, res) => void res.writeHead(302).end('nowhere'));
    const response = await guardedFetch().oauth(server.url);
    expect([response.status, await response.text()]).toEqual([302, 'nowhere']);
  });

  test('is not followed with the redirect modes manual and error', async () => {
    const server = await start(to('/next'));
    const response = await guardedFetch().oauth(server.url, { redirect: 'manual' });

    expect([response.status, response.headers.get('location')]).toEqual([302, '/next']);
    expect(await reasonOf(guardedFetch().oauth(server.url, { redirect: 'error' }))).toBe('REDIRECT_REFUSED');
    expect(server.requests).toHaveLength(2);
  });

  test('keeps its headers within the origin', async () => {
    const server = await start(countdown);
    await guardedFetch().mcp(`${server.url}/1`, {
      headers: { authorization: 'Bearer secret', 'x-api-key': 'secret' },
    });

    expect(server.requests[1]?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'x-api-key': 'secret',
    });
  });

  test('drops every secret when the origin changes, and on later hops', async () => {
    const home = await start((req, res) => (req.url === '/' ? to(away.url) : text('home again'))(req, res));
    const away = await start((_req, res) => to(`${home.url}/back`)(_req, res));
    const secrets = {
      Authorization: 'Bearer secret',
      Cookie: 'session=secret',
      'Proxy-Authorization': 'Basic secret',
      'X-Api-Key': 'secret',
      'Mcp-Session-Id': 'secret',
      'Last-Event-Id': 'secret',
    };
    const headers = { ...secrets, accept: 'application/json', 'mcp-protocol-version': '2025-11-25' };

    expect(await (await guardedFetch().mcp(home.url, { headers })).text()).toBe('home again');
    expect(JSON.stringify(home.requests[0]?.rawHeaders)).toContain('secret');
    for (const request of [away.requests[0], home.requests[1]]) {
      expect(JSON.stringify(request?.rawHeaders)).not.toContain('secret');
      expect(request?.headers).toMatchObject({
        accept: 'application/json',
        'mcp-protocol-version': '2025-11-25',
      });
    }
  });

  test('does not wait for the body of the redirect', async () => {
    const server = await start((req, res) => {
      if (req.url === '/end') return void res.end('arrived');
      res.writeHead(302, { location: '/end' }).write('an endless ');
    });
    expect(await (await guardedFetch().oauth(server.url)).text()).toBe('arrived');
    await waitUntil(() => server.open.size <= 1);
  });
});

describe.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('a redirected %s', (method) => {
  test.each([301, 302, 303, 307, 308])(
    'is refused for status %i after its body was sent once',
    async (status) => {
      const server = await start(to('/elsewhere', status));
      const init = { method, ...(method === 'OPTIONS' ? {} : { body: 'code=secret' }) };

      expect(await reasonOf(guardedFetch().oauth(server.url, init))).toBe('REDIRECT_REFUSED');
      expect(await reasonOf(guardedFetch().mcp(server.url, init))).toBe('REDIRECT_REFUSED');
      expect(server.requests.map(({ url }) => url)).toEqual(['/', '/']);
    },
  );
});

test('a redirected HEAD stays a HEAD', async () => {
  const server = await start(countdown);
  expect((await guardedFetch().oauth(`${server.url}/1`, { method: 'HEAD' })).body).toBeNull();
  expect(server.requests.map((request) => request.method)).toEqual(['HEAD', 'HEAD']);
});
