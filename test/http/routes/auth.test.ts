import { startApp, type TestApp } from '../../support/app.js';
import { Browser } from '../../support/browser/browser.js';
import { createSignInLinkFor } from '../../../src/identity/users/sign-in-link.js';
import { seedSignedInUser, seedUser } from '../../support/seed.js';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

async function newLink(email: string): Promise<string> {
  const { url } = await createSignInLinkFor(app.orm.em.fork(), { email, publicUrl: app.publicUrl });
  return url;
}

const cookieName = 'switchboard_session';

describe('a sign-in link', () => {
  it('shows the user when opened any number of times, and is used up by the button alone', async () => {
    const user = await seedUser(app, { displayName: '<b>Ada</b>' });
    const link = await newLink(user.email);
    for (let preview = 0; preview < 3; preview += 1) {
      const { status, text, headers } = await new Browser(app).get(link);
      expect(status).toBe(200);
      expect(text).toContain(user.email);
      expect(text).toContain('&lt;b&gt;Ada&lt;/b&gt;');
      expect(text).not.toContain('<b>Ada');
      expect(headers.getSetCookie()).toEqual([]);
    }
    const browser = new Browser(app);
    const entered = await browser.post(link);
    expect(entered).toMatchObject({ status: 303, location: `${app.url}/` });
    expect(entered.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^switchboard_session=[\w-]{43}; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/),
    );
    expect((await browser.get('/auth/sign-in')).text).toContain('You are signed in');
    expect((await new Browser(app).post(link)).status).toBe(404);
  });

  it.each(['MEMBER', 'ADMIN'] as const)('leads a %s to the console', async (role) => {
    const { email } = await seedUser(app, { role });
    const browser = new Browser(app);
    const entered = await browser.post(await newLink(email));
    expect((await browser.get(entered.location!)).text).toContain('id="console"');
  });

  it('pressed twenty times at once signs in one browser', async () => {
    const link = await newLink((await seedUser(app)).email);
    const browsers = Array.from({ length: 20 }, () => new Browser(app));
    const answers = await Promise.all(browsers.map((browser) => browser.post(link)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array<number>(19).fill(404)]);
    expect(browsers.filter((browser) => browser.cookie(cookieName))).toHaveLength(1);
  });

  it('explains how to get a new one when it is used, expired or unknown', async () => {
    const user = await seedUser(app);
    const [used, expired] = [await newLink(user.email), await newLink(user.email)];
    await new Browser(app).post(used);
    await app.sql(
      `update access_tokens set expires_at = now() where kind = 'SIGN_IN_LINK' and revoked_at is null`,
    );
    const pages = [];
    for (const link of [used, expired, '/auth/link/unknown']) {
      for (const answer of [await new Browser(app).get(link), await new Browser(app).post(link)]) {
        expect(answer.status).toBe(404);
        expect(answer.text).toContain('Get a new link');
        expect(answer.headers.getSetCookie()).toEqual([]);
        pages.push(answer.text.replaceAll(/nonce="[^"]+"/g, ''));
      }
    }
    expect(new Set(pages).size).toBe(1);
  });

  it('asks before it replaces another user’s session, and ends that session', async () => {
    const [before, after] = [await seedSignedInUser(app), await seedUser(app)];
    const browser = new Browser(app, { session: before.session });
    const link = await newLink(after.email);
    const { text } = await browser.get(link);
    expect(text).toContain('Switch user?');
    expect(text).toContain(before.email);
    expect(text).toContain(after.email);
    await browser.post(link);
    expect(browser.cookie(cookieName)).not.toBe(before.session);
    expect(await app.authentication.findViewer({ sessionToken: before.session })).toBeNull();
    expect(await app.authentication.findViewer({ sessionToken: browser.cookie(cookieName) })).toMatchObject({
      userId: after.id,
    });
  });

  it('doesn’t warn a user who is already signed in as that user', async () => {
    const person = await seedSignedInUser(app);
    const { text } = await new Browser(app, { session: person.session }).get(await newLink(person.email));
    expect(text).not.toContain('Switch user?');
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sibling host', { 'sec-fetch-site': 'same-site', origin: 'http://localhost:1' }],
    ['another origin that an old browser names', { 'sec-fetch-site': '', origin: 'https://evil.example' }],
    ['an origin that hides', { 'sec-fetch-site': '', origin: 'null' }],
  ])('isn’t used up by a form of %s', async (_from, headers) => {
    const link = await newLink((await seedUser(app)).email);
    const browser = new Browser(app);
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
    const response = await fetch(link, { method: 'POST', headers: sent, redirect: 'manual' });
    expect(response.status).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect((await browser.post(link)).status).toBe(303);
  });

  it('isn’t used up by a POST without an origin', async () => {
    const link = await newLink((await seedUser(app)).email);
    expect((await fetch(link, { method: 'POST', redirect: 'manual' })).status).toBe(403);
    expect((await new Browser(app).post(link)).status).toBe(303);
  });

  it('never reaches the log', async () => {
    const link = await newLink((await seedUser(app)).email);
    await new Browser(app).get(link);
    await new Browser(app).post(link);
    expect(JSON.stringify(app.logs)).not.toContain(link.split('/').at(-1));
  });
});

describe('the sign-in page', () => {
  it('offers the identity provider only when one is configured', async () => {
    const { text } = await new Browser(app).get('/auth/sign-in');
    expect(text).toContain('one-time link');
    expect(text).not.toContain('/auth/oidc/start');
    expect((await new Browser(app).get('/auth/oidc/start')).status).toBe(404);
    expect((await new Browser(app).get('/auth/oidc/callback?code=x&state=y')).status).toBe(404);
  });

  it('remembers the requested page until the user opens a link', async () => {
    const user = await seedUser(app);
    const browser = new Browser(app);
    const there = '/mcp-servers/1/oauth2/connect?origin=http%3A%2F%2Flocalhost%3A3000';
    await browser.get(`/auth/sign-in?return=${encodeURIComponent(there)}`);
    const { location } = await browser.post(await newLink(user.email));
    expect(location).toBe(`${app.url}${there}&resumed=1`);
    await browser.post('/auth/sign-out');
    expect((await browser.post(await newLink(user.email))).location).toBe(`${app.url}/`);
  });

  it.each([
    '//evil.example',
    '//here.invalid/evil.example',
    '/..//evil.example',
    '/.//evil.example',
    '/a/%2e%2e//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example',
    'evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    '/a\r\nSet-Cookie: x=y',
    `/${'a'.repeat(1500)}`,
    '',
  ])('never redirects to %j', async (path) => {
    const browser = new Browser(app);
    const { text, headers } = await browser.get(`/auth/sign-in?return=${encodeURIComponent(path)}`);
    expect(headers.getSetCookie()).toEqual([]);
    expect(text).not.toContain('evil.example');
    const { session } = await seedSignedInUser(app);
    const signedIn = await new Browser(app, { session }).get(
      `/auth/sign-in?return=${encodeURIComponent(path)}`,
    );
    expect(signedIn.text).not.toContain('Continue');
    expect((await browser.post(await newLink((await seedUser(app)).email))).location).toBe(`${app.url}/`);
  });

  it('ignores a return path in a cookie set by another site', async () => {
    const link = await newLink((await seedUser(app)).email);
    const response = await fetch(link, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'sec-fetch-site': 'same-origin', cookie: 'switchboard_return=//evil.example' },
    });
    expect(response.headers.get('location')).toBe('/');
  });
});

describe('signing out', () => {
  it('ends the session and clears the cookie', async () => {
    const { session } = await seedSignedInUser(app);
    const browser = new Browser(app, { session });
    expect(await browser.post('/auth/sign-out')).toMatchObject({
      status: 303,
      location: `${app.url}/auth/sign-in`,
    });
    expect(browser.cookie(cookieName)).toBeUndefined();
    expect(await app.authentication.findViewer({ sessionToken: session })).toBeNull();
  });

  it('refuses other sites', async () => {
    const { session } = await seedSignedInUser(app);
    const browser = new Browser(app, { session });
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await browser.post('/auth/sign-out', {}, foreign)).status).toBe(403);
    expect(await app.authentication.findViewer({ sessionToken: session })).not.toBeNull();
  });
});

describe('on https', () => {
  it('uses a __Host- session cookie and ignores one without the prefix', async () => {
    const secure = await startApp({ publicUrl: 'https://switchboard.example' });
    try {
      const user = await seedUser(secure);
      const { url } = await createSignInLinkFor(secure.orm.em.fork(), {
        email: user.email,
        publicUrl: secure.url,
      });
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: 'https://switchboard.example' },
      });
      const [cookie = ''] = response.headers.getSetCookie();
      expect(cookie).toMatch(
        /^__Host-switchboard_session=[\w-]{43}; Path=\/; Expires=.*; HttpOnly; Secure; SameSite=Lax$/,
      );
      const value = /=([^;]+)/.exec(cookie)?.[1];
      const page = async (name: string) =>
        (await fetch(`${secure.url}/auth/sign-in`, { headers: { cookie: `${name}=${value}` } })).text();
      expect(await page('__Host-switchboard_session')).toContain('You are signed in');
      expect(await page('switchboard_session')).not.toContain('You are signed in');
    } finally {
      await secure.close();
    }
  });
});

describe('every page', () => {
  it('runs no scripts, isn’t cached, framed or referred to, and may be a popup', async () => {
    const person = await seedSignedInUser(app);
    const link = await newLink(person.email);
    const browser = new Browser(app, { session: person.session });
    for (const path of ['/auth/sign-in', link, '/auth/link/unknown', '/auth/oidc/start']) {
      const { headers, text } = await browser.get(path);
      const policy = headers.get('content-security-policy') ?? '';
      const nonce = /style-src 'nonce-([^']+)'/.exec(policy)?.[1];
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toMatch(/form-action '(self|none)'/);
      expect(policy).not.toContain('script-src');
      expect(policy).not.toContain('unsafe');
      expect(text).toContain(`<style nonce="${nonce}">`);
      expect(text).not.toContain('<script');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toMatch(/^(no-referrer|same-origin)$/);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
    }
  });
});
