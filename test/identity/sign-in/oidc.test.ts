import type { OidcSettings } from '../../../src/identity/sign-in/oidc.js';
import { admitOidcUser } from '../../../src/identity/sign-in/oidc-user.js';
import { startApp, type TestApp } from '../../support/app.js';
import { Browser, type PageAnswer } from '../../support/browser/browser.js';
import { client } from '../../support/graphql.js';
import { startIdentityProvider, type IdentityProvider } from '../../support/oauth/identity-provider.js';
import { seedSignedInUser, seedUser } from '../../support/seed.js';

let provider: IdentityProvider;
let app: TestApp;

async function start(limits: Partial<OidcSettings>): Promise<void> {
  app = await startApp({ oidc: provider.settings(limits) });
  await provider.register(app);
}

beforeEach(async () => {
  provider = await startIdentityProvider();
});
afterEach(async () => {
  await app.close();
  await provider.close();
});

/** Signs in at the provider. Returns the response to the callback, and the browser. */
async function signIn(
  login: string,
  { browser = new Browser(app), path = '/auth/oidc/start' } = {},
): Promise<{ answer: PageAnswer; browser: Browser }> {
  const { location } = await browser.get(path);
  const callback = await provider.approve(location ?? '', login);
  return { answer: await browser.get(callback), browser };
}

const viewerOf = async (browser: Browser) => {
  const session = browser.cookie('switchboard_session');
  const { data } = await client(app, { session }).query<{ viewer: unknown }>(
    '{ viewer { email displayName role } }',
  );
  return data?.viewer ?? null;
};
const users = () =>
  app.sql<{ email: string; role: string; oidc_subject: string | null }>(
    'select email, role, oidc_subject from users order by email',
  );

const ada = { email: 'Ada@Example.com', email_verified: true, name: 'Ada Lovelace' };

describe('with an allowed domain', () => {
  beforeEach(() => start({ allowedDomains: ['example.com'] }));

  it('creates the user at the first sign-in and finds it at the second', async () => {
    provider.setClaims('ada', ada);
    const { answer, browser } = await signIn('ada');
    expect(answer).toMatchObject({ status: 303 });
    expect(await viewerOf(browser)).toEqual({
      email: 'ada@example.com',
      displayName: 'Ada Lovelace',
      role: 'MEMBER',
    });
    provider.setClaims('ada', { ...ada, email: 'ada.king@example.com', name: 'Ada King' });
    const again = await signIn('ada');
    expect(await viewerOf(again.browser)).toMatchObject({ email: 'ada@example.com' });
    expect(await users()).toEqual([{ email: 'ada@example.com', role: 'MEMBER', oidc_subject: 'ada' }]);
  });

  it('sends PKCE, state and nonce, and keeps their secrets in a cookie that scripts cannot read', async () => {
    const browser = new Browser(app);
    const { location, headers } = await browser.get('/auth/oidc/start');
    const asked = new URL(location ?? '').searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    expect(asked.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    expect(asked.get('state')).toMatch(/^[\w-]{43}$/);
    expect(asked.get('nonce')).toMatch(/^[\w-]{43}$/);
    expect(asked.get('redirect_uri')).toBe(`${app.publicUrl}/auth/oidc/callback`);
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(/^switchboard_oidc=.*; Max-Age=600; Path=\/; .*HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('also accepts an email address in the ID token', async () => {
    await app.close();
    await provider.close();
    provider = await startIdentityProvider({ claimsInIdToken: true });
    await start({ allowedDomains: ['example.com'] });
    provider.setClaims('ada', ada);
    const { browser } = await signIn('ada');
    expect(await viewerOf(browser)).toMatchObject({ email: 'ada@example.com' });
  });

  it.each([
    ['control characters and marks of direction', 'Ada\0\u202e\ud83d \n Lovelace', 'Ada Lovelace'],
    ['no visible character', '\u200b\u2066 \u2069', 'ada'],
    ['an emoji at the end of what is kept', `${'x'.repeat(199)}👩`, 'x'.repeat(199)],
  ])('keeps what can be shown of a name with %s', async (_what, name, displayName) => {
    provider.setClaims('ada', { ...ada, name });
    const { answer, browser } = await signIn('ada');
    expect(answer).toMatchObject({ status: 303 });
    expect(await viewerOf(browser)).toMatchObject({ displayName });
  });

  it('refuses a subject that cannot be stored', async () => {
    provider.setClaims('ada\0', ada);
    const { answer } = await signIn('ada\0');
    expect(answer.status).toBe(502);
    expect(await users()).toEqual([]);
  });

  it.each([
    ['of another domain', { ...ada, email: 'ada@elsewhere.com' }],
    ['of a domain with the same ending', { ...ada, email: 'ada@notexample.com' }],
    ['of a subdomain', { ...ada, email: 'ada@sub.example.com' }],
    ['that is not verified', { ...ada, email_verified: false }],
    ['without a claim that it is verified', { email: 'ada@example.com' }],
    ['that is missing', { name: 'Ada' }],
  ])('refuses an email address %s and creates no user', async (_case, claims) => {
    provider.setClaims('ada', claims);
    const { answer, browser } = await signIn('ada');
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('not allowed to use this Switchboard');
    expect(browser.cookie('switchboard_session')).toBeUndefined();
    expect(await users()).toEqual([]);
  });

  it('links an existing user by the verified email address, once', async () => {
    const user = await seedUser(app, { email: 'ada@example.com', role: 'ADMIN' });
    provider.setClaims('ada', ada);
    provider.setClaims('mallory', ada);
    const { browser } = await signIn('ada');
    expect(await viewerOf(browser)).toMatchObject({ email: user.email, role: 'ADMIN' });
    const { answer } = await signIn('mallory');
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('cannot be linked to your identity');
    expect(await users()).toEqual([{ email: 'ada@example.com', role: 'ADMIN', oidc_subject: 'ada' }]);
  });

  it('refuses a disabled user and does not link them', async () => {
    await seedUser(app, { email: 'ada@example.com' });
    await app.sql('update users set disabled_at = now()');
    provider.setClaims('ada', ada);
    const { answer, browser } = await signIn('ada');
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('disabled');
    expect(browser.cookie('switchboard_session')).toBeUndefined();
    expect(await users()).toEqual([{ email: 'ada@example.com', role: 'MEMBER', oidc_subject: null }]);
  });

  it('creates one user for ten first sign-ins at once', async () => {
    provider.setClaims('ada', ada);
    const signIns = await Promise.all(Array.from({ length: 10 }, () => signIn('ada')));
    expect(signIns.map(({ answer }) => answer.status)).toEqual(Array(10).fill(303));
    expect(await users()).toHaveLength(1);
  });

  it('ends the session that it replaces', async () => {
    const before = await seedSignedInUser(app);
    provider.setClaims('ada', ada);
    const browser = new Browser(app, { session: before.session });
    await signIn('ada', { browser });
    expect(browser.cookie('switchboard_session')).not.toBe(before.session);
    expect(await app.authentication.findViewer({ sessionToken: before.session })).toBeNull();
  });

  it('redirects to the requested page, on this origin only', async () => {
    provider.setClaims('ada', ada);
    const path = (to: string) => `/auth/oidc/start?return=${encodeURIComponent(to)}`;
    const there = await signIn('ada', { path: path('/somewhere?a=b') });
    expect(there.answer.location).toBe(`${app.publicUrl}/somewhere?a=b&resumed=1`);
    const elsewhere = await signIn('ada', { path: path('//evil.example') });
    expect(elsewhere.answer.location).toBe(`${app.publicUrl}/`);
  });

  it('refuses a callback of a sign-in that another browser began', async () => {
    provider.setClaims('ada', ada);
    const { location } = await new Browser(app).get('/auth/oidc/start');
    const callback = await provider.approve(location ?? '', 'ada');
    const victim = new Browser(app);
    expect((await victim.get(callback)).status).toBe(400);
    await victim.get('/auth/oidc/start');
    expect((await victim.get(callback)).status).toBe(400);
    expect(victim.cookie('switchboard_session')).toBeUndefined();
    expect(provider.requests.filter(({ path }) => path === '/token')).toEqual([]);
  });

  it('refuses a repeated callback', async () => {
    provider.setClaims('ada', ada);
    const browser = new Browser(app);
    const { location } = await browser.get('/auth/oidc/start');
    const callback = await provider.approve(location ?? '', 'ada');
    expect((await browser.get(callback)).status).toBe(303);
    expect((await browser.get(callback)).status).toBe(400);
  });

  it('refuses a response with the wrong issuer before it sends the code', async () => {
    provider.setClaims('ada', ada);
    const browser = new Browser(app);
    const { location } = await browser.get('/auth/oidc/start');
    const callback = new URL(await provider.approve(location ?? '', 'ada'));
    callback.searchParams.set('iss', 'https://evil.example');
    expect((await browser.get(callback.href)).status).toBe(502);
    expect(provider.requests.filter(({ path }) => path === '/token')).toEqual([]);
  });

  it('refuses an ID token with another nonce, as after a code injection', async () => {
    provider.setClaims('ada', ada);
    const browser = new Browser(app);
    const { location } = await browser.get('/auth/oidc/start');
    const asked = new URL(location ?? '');
    asked.searchParams.set('nonce', 'of-another-user');
    const { status } = await browser.get(await provider.approve(asked.href, 'ada'));
    expect(status).toBe(502);
    expect(provider.requests.filter(({ path }) => path === '/token')).toHaveLength(1);
    expect(browser.cookie('switchboard_session')).toBeUndefined();
  });

  it('reports a denied consent without text of the provider', async () => {
    const browser = new Browser(app);
    const { location } = await browser.get('/auth/oidc/start');
    const { status, text } = await browser.get(await provider.deny(location ?? '', 'ada'));
    expect(status).toBe(403);
    expect(text).toContain('cancelled or refused');
    expect(text).not.toContain('The person said no');
  });

  it('starts while the provider is down, reports it, and works once it is back', async () => {
    provider.setDown(true);
    const { status, text } = await new Browser(app).get('/auth/oidc/start');
    expect(status).toBe(502);
    expect(text).toContain('cannot be reached at the moment');
    provider.setDown(false);
    provider.setClaims('ada', ada);
    const { browser } = await signIn('ada');
    expect(await viewerOf(browser)).toMatchObject({ email: 'ada@example.com' });
  });

  it('writes no code, token or secret to the log or a page', async () => {
    provider.setClaims('ada', { ...ada, email: 'ada@elsewhere.com' });
    const browser = new Browser(app);
    const { location } = await browser.get('/auth/oidc/start');
    const callback = new URL(await provider.approve(location ?? '', 'ada'));
    const { text } = await browser.get(callback.href);
    const said = JSON.stringify(app.logs) + text;
    for (const name of ['code', 'state']) expect(said).not.toContain(callback.searchParams.get(name));
    expect(said).not.toContain(provider.settings({}).clientSecret);
  });
});

describe('with claims', () => {
  const allowedClaim = { name: 'groups', value: 'staff' };
  const adminClaim = { name: 'groups', value: 'platform' };

  it('allows every user with the allowed claim, with any email address', async () => {
    await start({ allowedClaim });
    provider.setClaims('ada', { email: 'ada@anywhere.org', groups: ['staff'] });
    provider.setClaims('bob', {
      email: 'bob@anywhere.org',
      email_verified: true,
      groups: ['staffing', 'guests'],
    });
    expect((await signIn('ada')).answer.status).toBe(303);
    expect((await signIn('bob')).answer.status).toBe(403);
    expect(await users()).toEqual([{ email: 'ada@anywhere.org', role: 'MEMBER', oidc_subject: 'ada' }]);
  });

  it('does not link by an unverified email address', async () => {
    await start({ allowedClaim });
    await seedUser(app, { email: 'ada@example.com', role: 'ADMIN' });
    provider.setClaims('mallory', { email: 'ada@example.com', email_verified: false, groups: ['staff'] });
    expect((await signIn('mallory')).answer.status).toBe(403);
    expect(await users()).toEqual([{ email: 'ada@example.com', role: 'ADMIN', oidc_subject: null }]);
  });

  it('requests the scope of the claim’s name if the provider offers it', async () => {
    await start({ allowedClaim });
    const { location } = await new Browser(app).get('/auth/oidc/start');
    expect(new URL(location ?? '').searchParams.get('scope')).toBe('openid email profile groups');
  });

  it('promotes and demotes administrators by the admin claim', async () => {
    await start({ allowedDomains: ['example.com'], adminClaim });
    await seedUser(app, { role: 'ADMIN' });
    provider.setClaims('ada', { ...ada, groups: ['platform'] });
    expect(await viewerOf((await signIn('ada')).browser)).toMatchObject({ role: 'ADMIN' });
    provider.setClaims('ada', { ...ada, groups: [] });
    expect(await viewerOf((await signIn('ada')).browser)).toMatchObject({ role: 'MEMBER' });
    provider.setClaims('ada', { ...ada, groups: 'platform' });
    expect(await viewerOf((await signIn('ada')).browser)).toMatchObject({ role: 'ADMIN' });
  });

  it('never demotes the last enabled administrator', async () => {
    await start({ allowedDomains: ['example.com'], adminClaim });
    await seedUser(app, { email: 'ada@example.com', role: 'ADMIN' });
    const disabled = await seedUser(app, { role: 'ADMIN' });
    await app.sql('update users set disabled_at = now() where id = $1', [disabled.id]);
    provider.setClaims('ada', ada);
    expect(await viewerOf((await signIn('ada')).browser)).toMatchObject({ role: 'ADMIN' });
  });

  it('keeps one administrator when all lose the claim and sign in at once', async () => {
    await start({ allowedDomains: ['example.com'], adminClaim });
    const { issuer } = provider;
    for (let round = 0; round < 5; round += 1) {
      await app.sql(`update users set role = 'MEMBER'`);
      const emails = Array.from({ length: 5 }, (_, i) => `${i}-of-${round}@example.com`);
      for (const email of emails) await seedUser(app, { email, role: 'ADMIN' });
      const demotions = emails.map((email) => {
        const verified = { issuer, subject: email, email, emailVerified: true, displayName: null };
        return admitOidcUser(app.orm.em, { ...verified, role: 'MEMBER' });
      });
      const kept = (await Promise.all(demotions)).filter(({ keptAdministrator }) => keptAdministrator);
      expect(kept).toHaveLength(1);
      expect((await users()).filter(({ role }) => role === 'ADMIN')).toHaveLength(1);
    }
  });

  it('does not change roles without an admin claim', async () => {
    await start({ allowedDomains: ['example.com'] });
    await seedUser(app, { role: 'ADMIN' });
    await seedUser(app, { email: 'ada@example.com', role: 'ADMIN' });
    provider.setClaims('ada', ada);
    expect(await viewerOf((await signIn('ada')).browser)).toMatchObject({ role: 'ADMIN' });
  });
});
