import type { Browser } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.js';
import { launchChromium } from '../support/browser/chromium.js';
import { openBrowser, signIn, type ConsoleBrowser } from '../support/browser/console.js';
import { createSignInLinkFor } from '../../src/identity/users/sign-in-link.js';
import { seedSignedInUser, seedServer, seedSession, type SignedInUser } from '../support/seed.js';

let app: TestApp;
let chromium: Browser;
let admin: SignedInUser;
let member: SignedInUser;
let browser: ConsoleBrowser;

beforeAll(async () => {
  chromium = await launchChromium();
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN', displayName: 'Ada Lovelace' });
  member = await seedSignedInUser(app, { displayName: 'Max' });
  await seedServer(app, { displayName: 'Wiki' });
});
afterEach(() => browser.close());
afterAll(async () => {
  await chromium.close();
  await app.close();
});

const heading = (name: string) => browser.page.getByRole('heading', { name, exact: true });

it('the first view shows the user, breaks no policy, and stays far below 200 kB', async () => {
  browser = await openBrowser(chromium, app, member);
  let bytes = 0;
  browser.page.on('requestfinished', async (request) => {
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    bytes += responseBodySize + responseHeadersSize;
  });
  await browser.page.goto(app.publicUrl);
  await heading('Wiki').waitFor();
  expect(browser.page.url()).toBe(`${app.publicUrl}/accounts`);
  await browser.page.getByRole('button', { name: 'Your account: Max' }).click();
  await browser.page.getByText(member.email).waitFor();
  await browser.page.waitForLoadState('networkidle');
  expect(bytes).toBeGreaterThan(20_000);
  expect(bytes).toBeLessThan(120_000);
  expect([browser.complaints, browser.foreignRequests]).toEqual([[], []]);
});

it.each([400, 1600])('nothing shifts while the first view loads, at %i px', async (width) => {
  browser = await openBrowser(chromium, app, member, { viewport: { width, height: 800 } });
  const { page } = browser;
  await page.addInitScript(`
    window.moved = [];
    new PerformanceObserver((list) => window.moved.push(...list.getEntries().map(({ value }) => value)))
      .observe({ type: 'layout-shift', buffered: true });
  `);
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    await page.locator('[aria-busy]').waitFor();
    await route.fulfill({ response });
  });
  await page.goto(app.publicUrl);
  await heading('Wiki').waitFor();
  await page.getByRole('button', { name: 'Your account: Max' }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  expect(await page.evaluate<number>('window.moved.reduce((sum, value) => sum + value, 0)')).toBeLessThan(
    0.02,
  );
});

it('only administrators see the link to GraphiQL', async () => {
  browser = await openBrowser(chromium, app, member);
  await browser.page.goto(app.publicUrl);
  await heading('Wiki').waitFor();
  expect(await browser.page.getByRole('link', { name: 'GraphiQL' }).count()).toBe(0);
  await signIn(browser.context, app, admin.session);
  await browser.page.reload();
  await browser.page.getByRole('link', { name: 'GraphiQL' }).click();
  await browser.page.waitForURL('**/graphiql');
});

it('a deep link survives sign-in and a reload', async () => {
  browser = await openBrowser(chromium, app, null);
  await browser.page.goto(`${app.publicUrl}/accounts?from=mail`);
  await browser.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const em = app.orm.em.fork();
  const { url } = await createSignInLinkFor(em, { email: member.email, publicUrl: app.publicUrl });
  await browser.page.goto(url);
  await browser.page.getByRole('button', { name: /Sign in as/ }).click();
  await heading('Wiki').waitFor();
  expect(browser.page.url()).toBe(`${app.publicUrl}/accounts?from=mail`);
  await browser.page.reload();
  await heading('Wiki').waitFor();
});

it('an unknown address shows that the page was not found', async () => {
  browser = await openBrowser(chromium, app, member);
  await browser.page.goto(`${app.publicUrl}/audit/of/nothing`);
  await heading('Page not found').waitFor();
});

it('a session that ends is renewed in another tab, and the page keeps its state', async () => {
  const session = await seedSession(app, member.id);
  browser = await openBrowser(chromium, app, { session });
  const { page, context } = browser;
  await page.goto(app.publicUrl);
  await page.getByRole('searchbox').fill('Wik');
  await app.authentication.endSession(session);
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  const dialog = page.getByRole('alertdialog', { name: 'You’re signed out' });
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  const [tab] = await Promise.all([
    context.waitForEvent('page'),
    dialog.getByRole('link', { name: 'Sign in again' }).click(),
  ]);
  await tab.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await dialog.isVisible()).toBe(true);
  await signIn(context, app, await seedSession(app, member.id));
  await page.bringToFront();
  await dialog.waitFor({ state: 'detached' });
  expect(await page.getByRole('searchbox').inputValue()).toBe('Wik');
  await heading('Wiki').waitFor();
});

it('nothing of one user stays visible for another who signs in', async () => {
  browser = await openBrowser(chromium, app, admin);
  const { page, context } = browser;
  await page.goto(app.publicUrl);
  await heading('Wiki').waitFor();
  await page.getByRole('searchbox').fill('nothing');
  await signIn(context, app, member.session);
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  await page.getByRole('button', { name: 'Your account: Max' }).waitFor();
  expect(await page.getByRole('searchbox').inputValue()).toBe('');
});

it('reports an unreachable server, offers to try again, and keeps the loaded data', async () => {
  browser = await openBrowser(chromium, app, member);
  const { page } = browser;
  await page.route('**/graphql', (route) => route.abort());
  await page.goto(app.publicUrl);
  await page.getByText('This is taking longer than usual').waitFor();
  await page.getByRole('heading', { name: 'No response' }).waitFor();
  await page.unroute('**/graphql');
  await page.getByRole('button', { name: 'Try again' }).click();
  await heading('Wiki').waitFor();
  await page.getByRole('button', { name: 'Your account: Max' }).waitFor();
  await page.route('**/graphql', (route) => route.fulfill({ status: 502, body: 'a proxy’s page' }));
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  await page.getByText('This data may be out of date').waitFor();
  expect(await heading('Wiki').isVisible()).toBe(true);
});

it('the first view offers an administrator to add the first server', async () => {
  browser = await openBrowser(chromium, app, admin);
  const { page } = browser;
  await page.route('**/graphql', async (route) => {
    const response = await route.fetch();
    const json = (await response.json()) as { data?: { mcpServerConfigs?: unknown[] } };
    if (json.data?.mcpServerConfigs) json.data.mcpServerConfigs = [];
    await route.fulfill({ response, json });
  });
  await page.goto(app.publicUrl);
  await page.getByRole('link', { name: 'Add server' }).click();
  await page.getByRole('heading', { name: 'Add server' }).waitFor();
  await page.unrouteAll({ behavior: 'wait' });
});
