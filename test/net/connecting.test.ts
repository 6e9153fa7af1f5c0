import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { startDnsServer, type Zone } from '../support/dns-server.js';
import { cleanUp, reasonOf, startSite, text } from './site.js';

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
