import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { startApp, type TestApp } from '../../support/app.js';
import { credentialHeaders } from '../../support/graphql.js';
import { seedApiToken, seedSignedInUser, type SignedInUser } from '../../support/seed.js';

let app: TestApp;
let user: SignedInUser;
let token: string;
beforeAll(async () => {
  app = await startApp();
  user = await seedSignedInUser(app, { role: 'ADMIN' });
  token = await seedApiToken(app, user.email);
});
afterAll(() => app.close());

const fromOwnPage = { 'sec-fetch-site': 'same-origin' };
const json = { 'content-type': 'application/json' };
const serverId = '00000000-0000-7000-8000-000000000000';

/** Every route that reads a body, with the headers of a request that gets as far as its body. */
const routes: [path: string, headers: () => Record<string, string>][] = [
  ['/graphql', () => ({ ...json, ...credentialHeaders(app, { token }) })],
  ['/mcp-servers/discovery', () => ({ ...json, ...credentialHeaders(app, user) })],
  ['/auth/link/unknown', () => fromOwnPage],
  ['/auth/sign-out', () => fromOwnPage],
  [`/mcp-servers/${serverId}/oauth2/connect`, () => ({ ...fromOwnPage, ...credentialHeaders(app, user) })],
];

/** Sends the head of a POST over a socket of its own. */
function sendHead(path: string, headers: Record<string, string>): Socket {
  const socket = connect(app.port, '127.0.0.1');
  socket.on('error', () => {});
  const lines = Object.entries({ host: 'localhost', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  return socket;
}

/** Resolves with the head of the response, and with everything until the end of the response's side. */
async function responseOf(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(socket, 'end');
  return text;
}

/** Sends until the other side closes the connection. */
async function keepSending(socket: Socket, piece: string): Promise<void> {
  while (!socket.destroyed && !socket.errored) {
    if (!socket.write(piece)) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise(setImmediate);
  }
}

const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;

describe.each(routes)('POST %s', (path, headers) => {
  test('refuses a body that declares more than 1 MiB before any of it arrives, and closes', async () => {
    const socket = sendHead(path, { ...headers(), 'content-length': '100000000' });
    const response = await responseOf(socket);
    expect(response).toMatch(/^HTTP\/1\.1 413 .*\r\nconnection: close\r\n/is);
    socket.destroy();
  });

  test('stops at 1 MiB of a body without a declared length, and closes while the client still sends', async () => {
    const socket = sendHead(path, { ...headers(), 'transfer-encoding': 'chunked' });
    const sent = keepSending(socket, chunk);
    const response = await responseOf(socket);
    expect(response).toMatch(/^HTTP\/1\.1 413 .*\r\nconnection: close\r\n/is);
    await sent;
  });
});

test.each([
  ['declared', { 'content-length': '1000000000' }, 'x'.repeat(0x10000)],
  ['chunked', { 'transfer-encoding': 'chunked' }, chunk],
])(
  'closes a connection whose %s body no route reads, while the client still sends',
  async (_, length, piece) => {
    for (const path of ['/graphql', '/nothing/here', '/auth/sign-out']) {
      const socket = sendHead(path, { ...json, ...length });
      const sent = keepSending(socket, piece);
      expect(await responseOf(socket)).toMatch(/^HTTP\/1\.1 40[134] /);
      await sent;
    }
  },
);

test('a client that sends a body of 8 MiB reads the 413', async () => {
  for (let time = 0; time < 10; time += 1) {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { ...json, ...credentialHeaders(app, { token }) },
      body: 'x'.repeat(8 * 1024 * 1024),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({
      errors: [{ message: 'The body is larger than 1 MiB.', extensions: { code: 'BAD_USER_INPUT' } }],
    });
  }
});

describe('a compressed body', () => {
  const post = async (encoding: string, body: Buffer) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { ...json, ...credentialHeaders(app, { token }), 'content-encoding': encoding },
      body: new Uint8Array(body),
    });
    await response.text();
    return response.status;
  };
  const query = JSON.stringify({ query: '{ viewer { id } }' });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('in %s is read up to 1 MiB decompressed', async (encoding, compress) => {
    const padded = (bytes: number) => compress(query.padEnd(bytes));
    expect(await post(encoding, compress(query))).toBe(200);
    expect(await post(encoding, padded(1024 * 1024))).toBe(200);
    expect(await post(encoding, padded(1024 * 1024 + 1))).toBe(413);
    expect(await post(encoding, Buffer.from('not compressed'))).toBe(400);
    expect(await post(encoding, compress(query).subarray(0, -6))).toBe(400);
  });

  test('of 1 GiB is not decompressed to its end', async () => {
    const part = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    // A gzip body may consist of several members (RFC 1952, 2.2).
    const bomb = Buffer.concat(Array<Buffer>(15).fill(part));
    const before = process.memoryUsage.rss();
    const statuses = await Promise.all(Array.from({ length: 20 }, () => post('gzip', bomb)));
    expect(new Set(statuses)).toEqual(new Set([413]));
    // Each holds at most 1 MiB as sent and 1 MiB decompressed, not 960 MiB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(512 * 1024 * 1024);
  });
});

test('keeps the connection open after a body that was read, declared or chunked', async () => {
  const socket = connect(app.port, '127.0.0.1');
  const body = JSON.stringify({ query: '{ viewer { id } }' });
  const head = (length: string) =>
    `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nauthorization: Bearer ${token}\r\n${length}\r\n\r\n`;
  socket.write(head(`content-length: ${body.length}`) + body);
  await once(socket, 'data');
  socket.write(`${head('transfer-encoding: chunked')}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
  await once(socket, 'data');
  socket.write(head(`content-length: ${body.length}`) + body);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(String(answer)).toContain('HTTP/1.1 200');
  socket.destroy();
});
