import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { startDnsServer, type Zone } from '../support/dns-server.js';
import { cleanUp, reasonOf, startWebServer, text } from './web-server.js';

const opened = cleanUp();
afterEach(() => opened.run());

const guardedFetch = (allowedPrivateCidrs: string[], options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs, ...options }));

/** Starts an allowed server on 127.0.0.1, and one on 127.0.0.2 with the same port that no request may reach. */
async function serverAndTrap() {
  const server = opened.add(
    await startWebServer((_req, res) => {
      // Without connection reuse, every request resolves and connects.
      res.setHeader('connection', 'close');
      res.end('public');
    }),
  );
  const trap = opened.add(await startWebServer(text('private'), { address: '127.0.0.2', port: server.port }));
  return { server, trap };
}

async function guardedFetchWithDns(zone: Zone, allowed = ['127.0.0.1/32']) {
  const dns = opened.add(await startDnsServer(zone));
  return { dns, ...guardedFetch(allowed, { resolver: dns.resolve }) };
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
    const { server, trap } = await serverAndTrap();
    const { oauth, mcp } = guardedFetch(['127.0.0.1/32']);
    const url = pattern.replace('PORT', String(server.port));

    expect(await reasonOf(oauth(url))).toBe('ADDRESS_REFUSED');
    expect(await reasonOf(mcp(url, { method: 'POST', body: '{}' }))).toBe('ADDRESS_REFUSED');
    expect(trap.connections + server.connections).toBe(0);
  });

  test('connects to an allowed address', async () => {
    const { server, trap } = await serverAndTrap();
    const response = await guardedFetch(['127.0.0.2/32']).oauth(`http://127.0.0.2:${server.port}/`);

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
    const { server, trap } = await serverAndTrap();
    const { oauth } = await guardedFetchWithDns({ 'evil.test': [[address]] });

    expect(await reasonOf(oauth(`http://evil.test:${server.port}/`))).toBe('ADDRESS_REFUSED');
    expect(trap.connections).toBe(0);
  });

  test('refuses a name with a permitted and a refused address, in either order', async () => {
    const { server, trap } = await serverAndTrap();
    const { oauth } = await guardedFetchWithDns({
      'one.test': [['127.0.0.1', '127.0.0.2']],
      'two.test': [['127.0.0.2', '127.0.0.1']],
    });

    expect(await reasonOf(oauth(`http://one.test:${server.port}/`))).toBe('ADDRESS_REFUSED');
    expect(await reasonOf(oauth(`http://two.test:${server.port}/`))).toBe('ADDRESS_REFUSED');
    expect(server.connections + trap.connections).toBe(0);
  });

  test('connects to the checked address, with one DNS query per connection', async () => {
    const { server, trap } = await serverAndTrap();
    const { dns, oauth } = await guardedFetchWithDns({ 'rebind.test': [['127.0.0.1'], ['127.0.0.2']] });
    const url = `http://rebind.test:${server.port}/`;

    expect(await (await oauth(url)).text()).toBe('public');
    expect(dns.questions).toEqual(['rebind.test']);
    expect(await reasonOf(oauth(url))).toBe('ADDRESS_REFUSED');
    expect(await reasonOf(oauth(url, { method: 'POST' }))).toBe('ADDRESS_REFUSED');
    expect(trap.connections).toBe(0);
  });

  test('never connects to the refused address of a name that alternates', async () => {
    const { server, trap } = await serverAndTrap();
    const flipping = Array.from({ length: 40 }, (_, n) => [n % 2 === 0 ? '127.0.0.1' : '127.0.0.2']);
    const { mcp } = await guardedFetchWithDns({ 'flip.test': flipping });

    const outcomes = await Promise.all(
      Array.from({ length: 40 }, () =>
        mcp(`http://flip.test:${server.port}/`).then(
          (response) => response.text(),
          (error: { reason: string }) => error.reason,
        ),
      ),
    );
    expect(new Set(outcomes)).toEqual(new Set(['public', 'ADDRESS_REFUSED']));
    expect(trap.connections).toBe(0);
  });

  test('distinguishes an unknown name from a refused one', async () => {
    const { oauth } = await guardedFetchWithDns({ 'empty.test': [[]] });

    expect(await reasonOf(oauth('http://unknown.test/'))).toBe('DNS');
    expect(await reasonOf(oauth('http://empty.test/'))).toBe('DNS');
  });

  test('sends the name and not the address as Host', async () => {
    const { server } = await serverAndTrap();
    const { oauth } = await guardedFetchWithDns({ 'good.test': [['127.0.0.1']] });

    await oauth(`http://good.test:${server.port}/`);
    expect(server.requests[0]?.headers.host).toBe(`good.test:${server.port}`);
  });

  test('reduces localhost to the allowed loopback addresses', async () => {
    const { server, trap } = await serverAndTrap();
    const zone = { localhost: [['127.0.0.1', '0:0:0:0:0:0:0:1']] };
    const { oauth } = await guardedFetchWithDns(zone);

    expect(await (await oauth(`http://localhost:${server.port}/`)).text()).toBe('public');
    const unlisted = await guardedFetchWithDns(zone, []);
    expect(await reasonOf(unlisted.oauth(`http://localhost:${server.port}/`))).toBe('ADDRESS_REFUSED');
    const outside = await guardedFetchWithDns({ localhost: [['127.0.0.1', '192.0.2.1']] }, ['192.0.2.0/24']);
    expect(await reasonOf(outside.oauth(`http://localhost:${server.port}/`))).toBe('ADDRESS_REFUSED');
    expect(trap.connections).toBe(0);
  });

  test('resolves with the operating system by default', async () => {
    const { server } = await serverAndTrap();
    expect(await (await guardedFetch(['127.0.0.0/8']).oauth(`http://localhost:${server.port}/`)).text()).toBe(
      'public',
    );
    expect(await reasonOf(guardedFetch([]).oauth(`http://localhost:${server.port}/`))).toBe(
      'ADDRESS_REFUSED',
    );
  });
});
