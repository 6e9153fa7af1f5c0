import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { cleanUp, fetchUnder, reasonOf, startSite, text } from './site.js';

const opened = cleanUp();
afterEach(() => opened.run());

const authority = createCertificateAuthority();
const door = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs: [], ...options }));

/** A forwarding and tunnelling proxy that takes every name for 127.0.0.1. */
async function startProxy() {
  const seen: string[] = [];
  const credentials: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((req, res) => {
    seen.push(`${req.method} ${req.url}`);
    credentials.push(req.headers['proxy-authorization']);
    const target = new URL(req.url ?? '');
    const onward = httpRequest({
      host: '127.0.0.1',
      port: target.port,
      path: target.pathname,
      method: req.method,
    });
    onward.on('response', (answer) => answer.pipe(res.writeHead(answer.statusCode ?? 502, answer.headers)));
    req.pipe(onward);
  });
  server.on('connect', (req, socket: Socket) => {
    seen.push(`CONNECT ${req.url}`);
    credentials.push(req.headers['proxy-authorization']);
    if (req.url?.startsWith('forbidden.test')) return void socket.end('HTTP/1.1 403 REMOTE-TEXT\r\n\r\n');
    const onward = connect(Number(req.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    for (const one of [socket, onward]) one.on('error', () => undefined).on('close', () => onward.destroy());
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return opened.add({
    url: `http://user:pass@127.0.0.1:${port}`,
    seen,
    credentials,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}

test('proxies of the environment are ignored', async () => {
  const proxy = await startProxy();
  const site = opened.add(await startSite(text('direct')));
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];
  const environment = Object.fromEntries(names.map((name) => [name, proxy.url]));

  expect(await fetchUnder({ ...environment, NODE_USE_ENV_PROXY: '1' }, site.url)).toBe('direct');
  expect(proxy.seen).toEqual([]);
});

test('OUTBOUND_PROXY takes everything, and resolves the names', async () => {
  const proxy = await startProxy();
  const plain = opened.add(await startSite(text('plain')));
  const certificate = authority.issue({ dns: ['inside.test'] });
  const secure = opened.add(await startSite(text('sealed'), { certificate }));
  const resolver = () => Promise.reject(new Error('Nothing is resolved here.'));
  const { oauth, mcp } = door({ outboundProxy: proxy.url, extraCa: authority.cert, resolver });

  expect(await (await oauth(`http://inside.test:${plain.port}/a`)).text()).toBe('plain');
  expect(await (await mcp(`https://inside.test:${secure.port}/b`)).text()).toBe('sealed');
  expect(proxy.seen).toEqual([
    `GET http://inside.test:${plain.port}/a`,
    `CONNECT inside.test:${secure.port}`,
  ]);
  expect(new Set(proxy.credentials)).toEqual(new Set([`Basic ${btoa('user:pass')}`]));
});

test('certificates are checked through OUTBOUND_PROXY too', async () => {
  const proxy = await startProxy();
  const secure = opened.add(
    await startSite(text('sealed'), { certificate: authority.issue({ dns: ['inside.test'] }) }),
  );
  const url = `https://inside.test:${secure.port}/`;
  const other = `https://other.test:${secure.port}/`;

  expect(await reasonOf(door({ outboundProxy: proxy.url }).oauth(url))).toBe('TLS');
  expect(await reasonOf(door({ outboundProxy: proxy.url, extraCa: authority.cert }).oauth(other))).toBe(
    'TLS',
  );
  expect(secure.requests).toHaveLength(0);
});

test.each([
  'http://127.0.0.1/',
  'https://127.0.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'http://[::ffff:10.0.0.1]/',
  'http://2130706433/',
  'http://localhost/',
  'https://localhost./',
  'http://app.localhost/',
])('%s is refused before OUTBOUND_PROXY sees it', async (url) => {
  const proxy = await startProxy();
  expect(await reasonOf(door({ outboundProxy: proxy.url }).oauth(url))).toBe('ADDRESS_REFUSED');
  expect(proxy.seen).toEqual([]);
});

test('a redirect to a literal private address is refused before OUTBOUND_PROXY sees it', async () => {
  const proxy = await startProxy();
  const site = opened.add(
    await startSite((_req, res) => void res.writeHead(302, { location: 'http://127.0.0.1/' }).end()),
  );
  const { oauth } = door({ outboundProxy: proxy.url });

  expect(await reasonOf(oauth(`http://inside.test:${site.port}/`))).toBe('ADDRESS_REFUSED');
  expect(proxy.seen).toHaveLength(1);
});

test('a proxy that refuses is a failed connection', async () => {
  const proxy = await startProxy();
  expect(await reasonOf(door({ outboundProxy: proxy.url }).oauth('https://forbidden.test/'))).toBe(
    'CONNECTION',
  );
});

test('a proxy that is not there is a failed connection', async () => {
  const gone = await startSite(text(''));
  await gone.close();
  const { oauth } = door({ outboundProxy: gone.url });
  expect(await reasonOf(oauth('https://inside.test/'))).toBe('CONNECTION');
  expect(await reasonOf(oauth('http://inside.test/'))).toBe('CONNECTION');
});

test.each(['proxy:3128', 'ftp://proxy.test/', 'socks5://proxy.test', ''])(
  'will not start with OUTBOUND_PROXY %j',
  (url) => {
    expect(() => createGuardedFetch({ allowedPrivateCidrs: [], outboundProxy: url })).toThrow(
      /^outboundProxy: /,
    );
  },
);
