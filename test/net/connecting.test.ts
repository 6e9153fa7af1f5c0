import { Buffer } from 'node:buffer';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { startDnsServer, type Zone } from '../support/dns-server.js';
import { cleanUp, eventually, failureOf, reasonOf, startSite, text } from './site.js';

const opened = cleanUp();
afterEach(() => opened.run());

const door = (allowedPrivateCidrs: string[], options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs, ...options }));

/** A permitted server on 127.0.0.1, and one on 127.0.0.2, same port, that nothing may ever reach. */
async function siteAndTrap() {
  const site = opened.add(
    await startSite((_req, res) => {
      // Without a connection to reuse, every request has to resolve and connect anew.
      res.setHeader('connection', 'close');
      res.end('public');
    }),
  );
  const trap = opened.add(await startSite(text('private'), { address: '127.0.0.2', port: site.port }));
  return { site, trap };
}

async function doorWithNames(zone: Zone, allowed = ['127.0.0.1/32']) {
  const dns = opened.add(await startDnsServer(zone));
  return { dns, ...door(allowed, { resolver: dns.resolve }) };
}

describe('literal addresses', () => {
  test.each([
    'http://127.0.0.2:PORT/',
    'http://127.0.2:PORT/',
    'http://2130706434:PORT/',
    'http://0x7f000002:PORT/',
    'http://0x7f.0.0.2:PORT/',
    'http://0177.0.0.2:PORT/',
    'http://0177.0.2:PORT/',
    'http://127.0.0.2.:PORT/',
    'http://127。0。0。2:PORT/',
    'http://①②⑦.0.0.2:PORT/',
    'http://%31%32%37.0.0.2:PORT/',
    'http://[::ffff:127.0.0.2]:PORT/',
    'http://[::ffff:7f00:2]:PORT/',
    'http://[0:0:0:0:0:ffff:7f00:2]:PORT/',
    'http://[::127.0.0.2]:PORT/',
    'http://[64:ff9b::7f00:2]:PORT/',
    'http://[64:ff9b:1::7f00:2]:PORT/',
    'http://[2002:7f00:2::]:PORT/',
    'http://[::1]:PORT/',
    'http://0:PORT/',
    'http://0.0.0.0:PORT/',
    'http://[::]:PORT/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/latest/meta-data/',
  ])('refuses %s without a connection', async (pattern) => {
    const { site, trap } = await siteAndTrap();
    const { oauth, mcp } = door(['127.0.0.1/32']);
    const url = pattern.replace('PORT', String(site.port));

    expect(await reasonOf(oauth(url))).toBe('ADDRESS_REFUSED');
    expect(await reasonOf(mcp(url, { method: 'POST', body: '{}' }))).toBe('ADDRESS_REFUSED');
    expect(trap.connections + site.connections).toBe(0);
  });

  test('reaches one that is listed', async () => {
    const { site, trap } = await siteAndTrap();
    const response = await door(['127.0.0.2/32']).oauth(`http://127.0.0.2:${site.port}/`);

    expect(await response.text()).toBe('private');
    expect(trap.connections).toBe(1);
  });
});

describe('names', () => {
  test.each([
    ['loopback', '127.0.0.2'],
    ['private', '10.0.0.1'],
    ['metadata', '169.254.169.254'],
    ['unspecified', '0.0.0.0'],
    ['mapped', '0:0:0:0:0:ffff:7f00:0002'],
    ['IPv6 loopback', '0:0:0:0:0:0:0:1'],
    ['NAT64', '0064:ff9b:0:0:0:0:7f00:0002'],
  ])('refuses a name that resolves to a %s address', async (_kind, address) => {
    const { site, trap } = await siteAndTrap();
    const { oauth } = await doorWithNames({ 'evil.test': [[address]] });

    expect(await reasonOf(oauth(`http://evil.test:${site.port}/`))).toBe('ADDRESS_REFUSED');
    expect(trap.connections).toBe(0);
  });

  test('refuses a name with a permitted and a refused address, in either order', async () => {
    const { site, trap } = await siteAndTrap();
    const { oauth } = await doorWithNames({
      'one.test': [['127.0.0.1', '127.0.0.2']],
      'two.test': [['127.0.0.2', '127.0.0.1']],
    });

    expect(await reasonOf(oauth(`http://one.test:${site.port}/`))).toBe('ADDRESS_REFUSED');
    expect(await reasonOf(oauth(`http://two.test:${site.port}/`))).toBe('ADDRESS_REFUSED');
    expect(site.connections + trap.connections).toBe(0);
  });

  test('connects to the very address that was checked: one question per connection', async () => {
    const { site, trap } = await siteAndTrap();
    const { dns, oauth } = await doorWithNames({ 'rebind.test': [['127.0.0.1'], ['127.0.0.2']] });
    const url = `http://rebind.test:${site.port}/`;

    expect(await (await oauth(url)).text()).toBe('public');
    expect(dns.questions).toEqual(['rebind.test']);
    expect(await reasonOf(oauth(url))).toBe('ADDRESS_REFUSED');
    expect(await reasonOf(oauth(url, { method: 'POST' }))).toBe('ADDRESS_REFUSED');
    expect(trap.connections).toBe(0);
  });

  test('never reaches a name that alternates between its addresses', async () => {
    const { site, trap } = await siteAndTrap();
    const flipping = Array.from({ length: 40 }, (_, n) => [n % 2 === 0 ? '127.0.0.1' : '127.0.0.2']);
    const { mcp } = await doorWithNames({ 'flip.test': flipping });

    const outcomes = await Promise.all(
      Array.from({ length: 40 }, () =>
        mcp(`http://flip.test:${site.port}/`).then(
          (response) => response.text(),
          (error: { reason: string }) => error.reason,
        ),
      ),
    );
    expect(new Set(outcomes)).toEqual(new Set(['public', 'ADDRESS_REFUSED']));
    expect(trap.connections).toBe(0);
  });

  test('tells an unknown name from a refused one', async () => {
    const { oauth } = await doorWithNames({ 'empty.test': [[]] });

    expect(await reasonOf(oauth('http://unknown.test/'))).toBe('DNS');
    expect(await reasonOf(oauth('http://empty.test/'))).toBe('DNS');
  });

  test('sends the name, not the address, as Host', async () => {
    const { site } = await siteAndTrap();
    const { oauth } = await doorWithNames({ 'good.test': [['127.0.0.1']] });

    await oauth(`http://good.test:${site.port}/`);
    expect(site.requests[0]?.headers.host).toBe(`good.test:${site.port}`);
  });

  test('reduces localhost to the loopback addresses that are listed', async () => {
    const { site, trap } = await siteAndTrap();
    const zone = { localhost: [['127.0.0.1', '0:0:0:0:0:0:0:1']] };
    const { oauth } = await doorWithNames(zone);

    expect(await (await oauth(`http://localhost:${site.port}/`)).text()).toBe('public');
    const unlisted = await doorWithNames(zone, []);
    expect(await reasonOf(unlisted.oauth(`http://localhost:${site.port}/`))).toBe('ADDRESS_REFUSED');
    const outside = await doorWithNames({ localhost: [['127.0.0.1', '192.0.2.1']] }, ['192.0.2.0/24']);
    expect(await reasonOf(outside.oauth(`http://localhost:${site.port}/`))).toBe('ADDRESS_REFUSED');
    expect(trap.connections).toBe(0);
  });

  test('asks the operating system by default', async () => {
    const { site } = await siteAndTrap();
    expect(await (await door(['127.0.0.0/8']).oauth(`http://localhost:${site.port}/`)).text()).toBe('public');
    expect(await reasonOf(door([]).oauth(`http://localhost:${site.port}/`))).toBe('ADDRESS_REFUSED');
  });
});

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
      /sent whole/,
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
