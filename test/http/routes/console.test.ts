import { get, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { readConsole } from '../../../src/http/routes/console-files.js';
import { startApp, type TestApp } from '../../support/app.js';
import { Browser } from '../../support/browser/browser.js';
import { seedSignedInUser, type SignedInUser } from '../../support/seed.js';

let app: TestApp;
let member: SignedInUser;
let index: string;

beforeAll(async () => {
  app = await startApp();
  member = await seedSignedInUser(app);
  index = (await new Browser(app, member).get('/')).text;
});
afterAll(() => app.close());

const addresses = ['/', '/accounts', '/servers', '/servers/new?step=2', '/people', '/tokens', '/audit'];

test.each(addresses)('%s is the console for signed-in users, and is never stored', async (address) => {
  const page = await new Browser(app, member).get(address);
  expect([page.status, page.text]).toEqual([200, index]);
  expect(page.headers.get('cache-control')).toBe('no-store');
});

test.each(addresses.slice(1))('%s redirects signed-out users to sign in, and back', async (address) => {
  const { status, location } = await new Browser(app).get(address);
  expect([status, location]).toEqual([302, `${app.url}/auth/sign-in?return=${encodeURIComponent(address)}`]);
});

test('the first page needs no way back, for it is where signing in leads', async () => {
  expect((await new Browser(app).get('/')).location).toBe(`${app.url}/auth/sign-in`);
});

test('nothing in it is inline or comes from elsewhere, and its policy allows neither', async () => {
  const { headers, text } = await new Browser(app, member).get('/accounts');
  expect(text).not.toMatch(/<style|style=|<script(?![^>]* src=)|\son\w+=|https?:/);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|data:|https?:|\*/);
  expect(headers.get('x-frame-options')).toBe('DENY');
});

test('its files are the same for all users, are cached for a year, and come as small as the browser can take', async () => {
  const files = [...index.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file!);
  expect(new Set(files.map((file) => file.replace(/^.*\./, '')))).toEqual(new Set(['css', 'js', 'svg']));
  for (const file of files) {
    const { status, headers } = await new Browser(app).get(file);
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    expect(headers.get('vary')).toMatch(/accept-encoding/i);
    expect(file).toMatch(/-[\w-]{8}\.\w+$/);
  }
});

test.each([
  ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
  ['gzip', 'gzip', gunzipSync],
  ['identity', null, (body: Buffer) => body],
  ['br;q=0', null, (body: Buffer) => body],
] as const)('a browser that accepts %s gets %s', async (accepted, encoding, decode) => {
  const { assets } = await readConsole();
  const [name, { identity }] = [...assets].find(([file]) => file.endsWith('.js'))!;
  const answer = await rawGet(`${app.url}/assets/${name}`, accepted);
  expect(answer.encoding).toBe(encoding);
  expect(answer.type).toMatch(/^text\/javascript/);
  expect(decode(answer.body).equals(identity)).toBe(true);
});

/** As it came: `fetch` decodes by itself. */
async function rawGet(url: string, accepted: string) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': accepted } }, resolve).once('error', reject);
  });
  return {
    body: Buffer.concat((await response.toArray()) as Buffer[]),
    encoding: response.headers['content-encoding'] ?? null,
    type: response.headers['content-type'],
  };
}

test('an address that is no page of the console stays nothing', async () => {
  for (const address of ['/nowhere', '/assets/unknown.js', '/assets/..%2findex.html', '/connectionsx'])
    expect((await new Browser(app, member).get(address)).status).toBe(404);
});

test('a server without a built console does not start, and says what to do', async () => {
  await expect(readConsole('/nowhere')).rejects.toThrow('npm run build');
});
