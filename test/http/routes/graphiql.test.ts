import { readdir, readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { startApp, type TestApp } from '../../support/app.js';
import { Browser } from '../../support/browser/browser.js';
import { seedApiToken, seedSignedInUser, type SignedInUser } from '../../support/seed.js';

let app: TestApp;
let admin: SignedInUser;
let member: SignedInUser;
beforeAll(async () => {
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  member = await seedSignedInUser(app);
});
afterAll(() => app.close());

const parts = [
  '/graphiql',
  '/graphiql/assets/start.js',
  '/graphiql/assets/graphiql.js',
  '/graphiql/examples/list',
];

test.each(parts)('%s redirects signed-out users to sign in, and back', async (path) => {
  const { status, location } = await new Browser(app).get(path);
  expect([status, location]).toEqual([302, `${app.url}/auth/sign-in?return=%2Fgraphiql`]);
});

test.each(parts)('%s is refused to members', async (path) => {
  const page = await new Browser(app, member).get(path);
  expect(page.status).toBe(403);
  expect(page.text).toContain('Administrators only');
});

test('accepts no API token, not even an administrator’s', async () => {
  const token = await seedApiToken(app, admin.email, 'ADMIN');
  const page = await new Browser(app).get('/graphiql', { authorization: `Bearer ${token}` });
  expect(page.status).toBe(302);
});

test('loads everything from this origin, and nothing inline', async () => {
  const browser = new Browser(app, admin);
  const page = await browser.get('/graphiql');
  expect(page.status).toBe(200);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(policy).toContain("frame-ancestors 'none'");
  const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
  const files = loaded.filter((url) => !url.startsWith('data:'));
  expect(files.length).toBeGreaterThanOrEqual(6);
  for (const file of files) {
    expect(file).toMatch(/^\/graphiql\/assets\//);
    const { status, text, headers } = await browser.get(file);
    expect([file, status]).toEqual([file, 200]);
    expect(text.length).toBeGreaterThan(20);
    expect(headers.get('content-type')).toMatch(file.endsWith('.css') ? /css/ : /javascript/);
  }
  expect(page.text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
});

test('serves only its own files', async () => {
  const browser = new Browser(app, admin);
  for (const name of [
    'package.json',
    '..%2Fstart.js',
    '..%2F..%2Fpackage.json',
    'constructor',
    '__proto__',
  ]) {
    expect((await browser.get(`/graphiql/assets/${name}`)).status).toBe(404);
    expect((await browser.get(`/graphiql/examples/${name}`)).status).toBe(404);
  }
});

test('offers every example, all of them valid', async () => {
  const browser = new Browser(app, admin);
  const folder = new URL('../../../public/graphiql/examples/', import.meta.url);
  const names = (await readdir(folder)).map((file) => file.replace('.graphql', ''));
  const page = await browser.get('/graphiql');
  const offered = /data-examples="([^"]+)"/.exec(page.text)?.[1]?.split(' ') ?? [];
  expect(offered).toHaveLength(10);
  expect(names.toSorted()).toEqual(offered.toSorted());
  for (const name of offered) {
    const { text } = await browser.get(`/graphiql/examples/${name}`);
    expect(text).toBe(await readFile(new URL(`${name}.graphql`, folder), 'utf8'));
    expect([name, validate(app.schema, parse(text)).map(({ message }) => message)]).toEqual([name, []]);
  }
});
