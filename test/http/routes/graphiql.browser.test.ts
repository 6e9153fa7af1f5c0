import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startApp, type TestApp } from '../../support/app.js';
import { launchChromium } from '../../support/browser/chromium.js';
import { sessionCookieName } from '../../support/graphql.js';
import { seedSignedInUser, seedServer, type SignedInUser } from '../../support/seed.js';

let app: TestApp;
let chromium: Browser;
let context: BrowserContext;
let page: Page;
let admin: SignedInUser;
let complaints: string[];
let foreignRequests: string[];

beforeAll(async () => {
  chromium = await launchChromium();
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  await seedServer(app, { displayName: 'The wiki of the team' });
});
beforeEach(async () => {
  context = await chromium.newContext({ viewport: { width: 1400, height: 900 } });
  await context.addCookies([
    { name: sessionCookieName(app), value: admin.session, url: app.url, httpOnly: true, sameSite: 'Lax' },
  ]);
  page = await context.newPage();
  complaints = [];
  foreignRequests = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(app.url) && !request.url().startsWith('data:'))
      foreignRequests.push(request.url());
  });
});
afterEach(() => context.close());
afterAll(async () => {
  await chromium.close();
  await app.close();
});

test('an administrator runs the examples without a policy violation', async () => {
  await page.goto(`${app.url}/graphiql`);
  await page.getByRole('tab', { name: 'ListServers' }).waitFor();
  const tabs = await page.getByRole('tab').allTextContents();
  expect(tabs.map((tab) => tab.replace(/ icon$/, ''))).toEqual([
    'ListServers',
    'DiscoverServer',
    'CreateServer',
    'CreateServerWithClient',
    'PreviewEdit',
    'DiagnoseServer',
    'ConnectServer',
    'ListAccounts',
    'CreateUser',
    'CreateApiToken',
  ]);
  await page.getByRole('button', { name: /Execute query/ }).click();
  await page.locator('.result-window').getByText('The wiki of the team').waitFor();

  // GraphiQL has the schema for completion and documentation.
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByText('mcpServerConfigs').first().waitFor();
  await page.getByRole('button', { name: 'Open settings dialog' }).click();
  await page.getByRole('button', { name: 'Dark' }).click();
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/graphiql.png` });

  expect(complaints).toEqual([]);
  expect(foreignRequests).toEqual([]);
});

test('stores no input beyond the page', async () => {
  await page.goto(`${app.url}/graphiql`);
  await page.getByRole('tab', { name: 'ListServers' }).waitFor();
  await page.locator('.graphiql-query-editor .CodeMirror').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('mutation Sentinel { signOut { signedOut } }');
  await page.getByRole('tab', { name: 'Sentinel' }).waitFor();
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(stored).not.toContain('Sentinel');
  await page.reload();
  await page.getByRole('tab', { name: 'ListServers' }).waitFor();
  expect(await page.getByRole('tab', { name: 'Sentinel' }).count()).toBe(0);
});
