import type { RequestListener } from 'node:http';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { startDnsServer } from '../support/dns-server.js';
import { cleanUp, eventually, reasonOf, startSite, text, type SiteOptions } from './site.js';

const opened = cleanUp();
afterEach(() => opened.run());

const door = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.1/32'], ...options }));
const start = async (handler: RequestListener, options?: SiteOptions) =>
  opened.add(await startSite(handler, options));

const to =
  (location: string, status = 302): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, { location }).end();

/** Answers `/n` with a redirect to `/n-1`, and `/0` with its path. */
const countdown: RequestListener = (req, res) => {
  const left = Number(req.url?.slice(1));
  if (left === 0) res.end('arrived');
  else res.writeHead(302, { location: `/${left - 1}` }).end();
};

describe('a redirected GET', () => {
  test.each([301, 302, 303, 307, 308])('is followed for status %i', async (status) => {
    const site = await start((req, res) => {
      if (req.url === '/to') res.end(`arrived by ${req.method}`);
      else res.writeHead(status, { location: 'to' }).end('moved');
    });
    const response = await door().oauth(`${site.url}/from`);

    expect(await response.text()).toBe('arrived by GET');
    expect(response.url).toBe(`${site.url}/to`);
  });

  test('is followed three times and not a fourth', async () => {
    const site = await start(countdown);
    const { oauth, mcp } = door();

    expect(await (await oauth(`${site.url}/3`)).text()).toBe('arrived');
    expect(site.requests.splice(0)).toHaveLength(4);
    expect(await reasonOf(oauth(`${site.url}/4`))).toBe('TOO_MANY_REDIRECTS');
    expect(site.requests.splice(0)).toHaveLength(4);
    expect(await reasonOf(mcp(`${site.url}/4`))).toBe('TOO_MANY_REDIRECTS');
  });

  test('does not run in a loop', async () => {
    const site = await start(to('/again'));
    expect(await reasonOf(door().oauth(site.url))).toBe('TOO_MANY_REDIRECTS');
    expect(site.requests).toHaveLength(4);
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
  ])('to %s is refused, and nothing is sent there', async (pattern) => {
    const site = await start((_req, res) => to(pattern.replace('PORT', String(trap.port)))(_req, res));
    const trap = await start(text('private'), { address: '127.0.0.2', port: site.port });
    const dns = opened.add(await startDnsServer({ 'inside.test': [['127.0.0.2']] }));
    const { oauth, mcp } = door({ resolver: dns.resolve });

    expect(await reasonOf(oauth(site.url))).toBe('ADDRESS_REFUSED');
    expect(await reasonOf(mcp(site.url))).toBe('ADDRESS_REFUSED');
    expect(site.requests).toHaveLength(2);
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
    const site = await start(to(location));
    expect(await reasonOf(door().oauth(site.url))).toBe('REDIRECT_REFUSED');
    expect(site.requests).toHaveLength(1);
  });

  test('from https to http is refused, to https is followed', async () => {
    const authority = createCertificateAuthority();
    const plain = await start(text('in the clear'));
    const certificate = authority.issue({ ip: ['127.0.0.1'] });
    const secure = await start((req, res) => (req.url === '/' ? to(plain.url) : text('sealed'))(req, res), {
      certificate,
    });
    const upward = await start(to(`${secure.url}/end`));
    const { oauth } = door({ extraCa: authority.cert });

    expect(await reasonOf(oauth(secure.url))).toBe('REDIRECT_REFUSED');
    expect(plain.connections).toBe(0);
    expect(await (await oauth(upward.url)).text()).toBe('sealed');
  });

  test('without a Location is the answer', async () => {
    const site = await start((_req, res) => void res.writeHead(302).end('nowhere'));
    const response = await door().oauth(site.url);
    expect([response.status, await response.text()]).toEqual([302, 'nowhere']);
  });

  test('is not followed where the caller wants it by hand, or not at all', async () => {
    const site = await start(to('/next'));
    const response = await door().oauth(site.url, { redirect: 'manual' });

    expect([response.status, response.headers.get('location')]).toEqual([302, '/next']);
    expect(await reasonOf(door().oauth(site.url, { redirect: 'error' }))).toBe('REDIRECT_REFUSED');
    expect(site.requests).toHaveLength(2);
  });

  test('takes its headers along within the origin', async () => {
    const site = await start(countdown);
    await door().mcp(`${site.url}/1`, { headers: { authorization: 'Bearer secret', 'x-api-key': 'secret' } });

    expect(site.requests[1]?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'x-api-key': 'secret',
    });
  });

  test('leaves every secret behind when the origin changes, for good', async () => {
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

    expect(await (await door().mcp(home.url, { headers })).text()).toBe('home again');
    expect(JSON.stringify(home.requests[0]?.rawHeaders)).toContain('secret');
    for (const request of [away.requests[0], home.requests[1]]) {
      expect(JSON.stringify(request?.rawHeaders)).not.toContain('secret');
      expect(request?.headers).toMatchObject({
        accept: 'application/json',
        'mcp-protocol-version': '2025-11-25',
      });
    }
  });

  test('does not wait for a body that comes with it', async () => {
    const site = await start((req, res) => {
      if (req.url === '/end') return void res.end('arrived');
      res.writeHead(302, { location: '/end' }).write('an endless ');
    });
    expect(await (await door().oauth(site.url)).text()).toBe('arrived');
    await eventually(() => site.open.size <= 1);
  });
});

describe.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('a redirected %s', (method) => {
  test.each([301, 302, 303, 307, 308])('is refused for status %i, its body sent once', async (status) => {
    const site = await start(to('/elsewhere', status));
    const init = { method, ...(method === 'OPTIONS' ? {} : { body: 'code=secret' }) };

    expect(await reasonOf(door().oauth(site.url, init))).toBe('REDIRECT_REFUSED');
    expect(await reasonOf(door().mcp(site.url, init))).toBe('REDIRECT_REFUSED');
    expect(site.requests.map(({ url }) => url)).toEqual(['/', '/']);
  });
});

test('a redirected HEAD stays one', async () => {
  const site = await start(countdown);
  expect((await door().oauth(`${site.url}/1`, { method: 'HEAD' })).body).toBeNull();
  expect(site.requests.map((request) => request.method)).toEqual(['HEAD', 'HEAD']);
});
