import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createGuardedFetch, type GuardedFetchOptions } from '../../src/net/guarded-fetch.js';
import { createCertificateAuthority } from '../support/certificates.js';
import { cleanUp, fetchUnder, reasonOf, startWebServer, text } from './web-server.js';

const opened = cleanUp();
afterEach(() => opened.run());

const authority = createCertificateAuthority();
const guardedFetch = (options: Partial<GuardedFetchOptions> = {}) =>
  opened.add(createGuardedFetch({ allowedPrivateCidrs: [], ...options }));

/** Starts a forwarding and tunnelling proxy that resolves every name to 127.0.0.1. */
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

test('ignores proxies of the environment', async () => {
  const proxy = await startProxy();
  const server = opened.add(await startWebServer(text('direct')));
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];
  const environment = Object.fromEntries(names.map((name) => [name, proxy.url]));

  expect(await fetchUnder({ ...environment, NODE_USE_ENV_PROXY: '1' }, server.url)).toBe('direct');
  expect(proxy.seen).toEqual([]);
});

test('sends everything through outboundProxy, which resolves the names', async () => {
  const proxy = await startProxy();
  const plain = opened.add(await startWebServer(text('plain')));
  const certificate = authority.issue({ dns: ['inside.test'] });
  const secure = opened.add(await startWebServer(text('sealed'), { certificate }));
  const resolver = () => Promise.reject(new Error('Nothing is resolved here.'));
  const { mcp, oauth, withoutCredentials } = guardedFetch({
    outboundProxy: proxy.url,
    extraCa: authority.cert,
    resolver,
  });

  // The proxy resolves names, so that plain HTTP with credentials could reach any address.
  expect(await reasonOf(oauth(`http://inside.test:${plain.port}/a`))).toBe('PLAIN_HTTP_REFUSED');
  expect(await (await withoutCredentials.oauth(`http://inside.test:${plain.port}/a`)).text()).toBe('plain');
  expect(await (await mcp(`https://inside.test:${secure.port}/b`)).text()).toBe('sealed');
  expect(proxy.seen).toEqual([
    `GET http://inside.test:${plain.port}/a`,
    `CONNECT inside.test:${secure.port}`,
  ]);
  expect(new Set(proxy.credentials)).toEqual(new Set([`Basic ${btoa('user:pass')}`]));
});

test('checks certificates through outboundProxy too', async () => {
  const proxy = await startProxy();
  const secure = opened.add(
    await startWebServer(text('sealed'), { certificate: authority.issue({ dns: ['inside.test'] }) }),
  );
  const url = `https://inside.test:${secure.port}/`;
  const other = `https://other.test:${secure.port}/`;

  expect(await reasonOf(guardedFetch({ outboundProxy: proxy.url }).oauth(url))).toBe('TLS');
  expect(
    await reasonOf(guardedFetch({ outboundProxy: proxy.url, extraCa: authority.cert }).oauth(other)),
  ).toBe('TLS');
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
])('refuses %s before it reaches outboundProxy', async (url) => {
  const proxy = await startProxy();
  expect(await reasonOf(guardedFetch({ outboundProxy: proxy.url }).oauth(url))).toBe('ADDRESS_REFUSED');
  expect(proxy.seen).toEqual([]);
});

test('refuses a redirect to a literal private address before it reaches outboundProxy', async () => {
  const proxy = await startProxy();
  const server = opened.add(
    await startWebServer((_req, res) => void res.writeHead(302, { location: 'http://127.0.0.1/' }).end()),
  );
  const { oauth } = guardedFetch({ outboundProxy: proxy.url }).withoutCredentials;

  expect(await reasonOf(oauth(`http://inside.test:${server.port}/`))).toBe('ADDRESS_REFUSED');
  expect(proxy.seen).toHaveLength(1);
});

test('reports a refusal by the proxy as a failed connection', async () => {
  const proxy = await startProxy();
  expect(await reasonOf(guardedFetch({ outboundProxy: proxy.url }).oauth('https://forbidden.test/'))).toBe(
    'CONNECTION',
  );
});

test('reports an unreachable proxy as a failed connection', async () => {
  const gone = await startWebServer(text(''));
  await gone.close();
  const { oauth } = guardedFetch({ outboundProxy: gone.url }).withoutCredentials;
  expect(await reasonOf(oauth('https://inside.test/'))).toBe('CONNECTION');
  expect(await reasonOf(oauth('http://inside.test/'))).toBe('CONNECTION');
});

test.each(['proxy:3128', 'ftp://proxy.test/', 'socks5://proxy.test', ''])(
  'rejects the outboundProxy %j',
  (url) => {
    expect(() => createGuardedFetch({ allowedPrivateCidrs: [], outboundProxy: url })).toThrow(
      /^outboundProxy: /,
    );
  },
);
