import type { Browser, BrowserContext, Page } from 'playwright-core';
import { createSignInLinkFor } from '../../src/identity/users/sign-in-link.js';
import { startApp, type TestApp } from '../support/app.js';
import { launchChromium } from '../support/browser/chromium.js';
import { startIdentityProvider } from '../support/oauth/identity-provider.js';
import { seedUser } from '../support/seed.js';

let app: TestApp;
let chromium: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  chromium = await launchChromium();
  app = await startApp();
});
beforeEach(async () => {
  context = await chromium.newContext({ viewport: { width: 400, height: 700 } });
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => void complaints.push(message.text()));
});
afterEach(() => context.close());
afterAll(async () => {
  await chromium.close();
  await app.close();
});

async function newLink(email: string): Promise<string> {
  const { url } = await createSignInLinkFor(app.orm.em.fork(), { email, publicUrl: app.url });
  return url;
}

it('signs in with a link and out again, with the keyboard alone', async () => {
  const user = await seedUser(app, { displayName: 'Ada Lovelace' });
  await page.goto(await newLink(user.email));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const account = page.getByRole('button', { name: 'Your account: Ada Lovelace' });
  await account.waitFor();
  const hasFocus = () => account.evaluate((button) => button.matches(':focus'));
  while (!(await hasFocus())) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await context.cookies()).toEqual([]);
});

it('a form on another site does not consume a link', async () => {
  const user = await seedUser(app);
  const link = await newLink(user.email);
  // `localhost` and `127.0.0.1` are two sites. This page on the second one is the attacker's.
  await page.goto(`http://127.0.0.1:${app.port}/healthz`);
  await page.setContent(`<form method="post" action="${link}"><button>Win</button></form>`);
  await page.click('button');
  await page.getByRole('heading', { name: 'Request refused' }).waitFor();
  await page.goto(link);
  await page.click('button');
  await page.getByRole('heading', { name: 'Accounts' }).waitFor();
});

it('signing in through the identity provider ends at the requested page', async () => {
  const provider = await startIdentityProvider();
  const team = await startApp({ oidc: provider.settings({ allowedDomains: ['example.com'] }) });
  try {
    await provider.register(team);
    provider.setClaims('ada', { email: 'ada@example.com', email_verified: true, name: 'Ada' });
    await page.goto(`${team.url}/auth/sign-in?return=%2Fauth%2Fsign-in%3Fthere`);
    await page.getByRole('link', { name: 'Sign in with your team’s account' }).click();
    await page.fill('input[name=login]', 'ada');
    await page.click('button');
    await page.click('button[value=approve]');
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
    expect(page.url()).toBe(`${team.url}/auth/sign-in?there=&resumed=1`);

    await page.goto(`${team.url}/auth/oidc/callback?code=a-code&state=a-state`);
    await page.getByRole('heading', { name: 'Sign-in failed' }).waitFor();
    expect(page.url()).toBe(`${team.url}/auth/oidc/callback`);
  } finally {
    await team.close();
    await provider.close();
  }
});

it.each(['light', 'dark'] as const)(
  'pages are styled, fit a popup of 400 px and break no policy in the %s scheme',
  async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    const user = await seedUser(app, {
      email: `${colorScheme.repeat(40)}@example.com`,
      displayName: 'x'.repeat(200),
    });
    const grounds = new Set<string>();
    for (const path of ['/auth/sign-in', await newLink(user.email), '/auth/link/unknown']) {
      await page.goto(path.startsWith('/') ? app.url + path : path);
      // As text, because the tests' types have no DOM.
      const wide = await page.evaluate('document.documentElement.scrollWidth');
      const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      expect(wide).toBeLessThanOrEqual(400);
      grounds.add(ground);
    }
    expect([...grounds]).toEqual([colorScheme === 'light' ? 'rgb(246, 246, 243)' : 'rgb(20, 23, 24)']);
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  },
);
