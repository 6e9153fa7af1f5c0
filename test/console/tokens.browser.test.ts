import type { Browser } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.js';
import { launchChromium } from '../support/browser/chromium.js';
import { openBrowser, type ConsoleBrowser } from '../support/browser/console.js';
import { client } from '../support/graphql.js';
import { seedApiToken, seedSignedInUser, type SignedInUser } from '../support/seed.js';

let app: TestApp;
let chromium: Browser;
let member: SignedInUser;
let browser: ConsoleBrowser;

beforeAll(async () => {
  chromium = await launchChromium();
  app = await startApp();
});
beforeEach(async () => {
  member = await seedSignedInUser(app, { displayName: 'Mia' });
});
afterEach(async () => {
  expect([browser.complaints, browser.foreignRequests]).toEqual([[], []]);
  await browser.close();
});
afterAll(async () => {
  await chromium.close();
  await app.close();
});

const row = (name: string) => browser.page.getByRole('row').filter({ hasText: name });
const button = (name: string) => browser.page.getByRole('button', { name, exact: true });
const textbox = (name: string) => browser.page.getByRole('textbox', { name, exact: true });

async function openTokens(): Promise<void> {
  browser = await openBrowser(chromium, app, member);
  await browser.page.goto(`${app.publicUrl}/tokens`);
  await browser.page.getByRole('heading', { name: 'API tokens' }).waitFor();
}

it('creates a token that is shown once, works, and is stored nowhere after the dialog closes', async () => {
  await openTokens();
  const { page, context } = browser;
  await page.getByRole('heading', { name: 'No tokens yet' }).waitFor();
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.publicUrl });
  await button('New token').click();
  await textbox('Name').fill('Report writer');
  await page.getByRole('radio', { name: /^Read View/ }).check();
  await page.getByRole('combobox', { name: 'Expiration' }).selectOption('30 days');
  await button('Create token').click();
  const token = await textbox('API token').inputValue();
  await button('Copy the token').click();
  await page.getByText('Copied.', { exact: true }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(token);
  expect(await client(app, { token }).data('{ viewer { email } }')).toEqual({
    viewer: { email: member.email },
  });
  await page.keyboard.press('Escape');
  await textbox('API token').waitFor({ state: 'detached' });
  await row('Report writer').waitFor();
  expect(
    await page.evaluate(`JSON.stringify([document.documentElement.outerHTML, location.href, history.state,
      { ...localStorage }, { ...sessionStorage }, document.cookie])`),
  ).not.toContain(token);
  const [stored] = await app.sql<{ scope: string; days: number }>(
    `select scope, round(extract(epoch from expires_at - created_at) / 86400)::int as days
     from access_tokens where user_id = $1 and kind = 'API_TOKEN'`,
    [member.id],
  );
  expect(stored).toEqual({ scope: 'READ', days: 30 });
});

it('shows errors at the fields, and keeps the input', async () => {
  await openTokens();
  await button('New token').click();
  await browser.page.getByRole('combobox', { name: 'Expiration' }).selectOption('Custom');
  await textbox('Name').fill('   ');
  await button('Create token').click();
  await browser.page.getByText('Enter a name.').waitFor();
  await textbox('Name').fill('For the demo');
  await browser.page.getByLabel('Expiration date').fill('2020-01-01');
  await button('Create token').click();
  await browser.page.getByText('Enter a time in the future').waitFor();
  expect(await textbox('Name').inputValue()).toBe('For the demo');
});

it('revokes a token after a confirmation, and marks expired ones', async () => {
  const token = await seedApiToken(app, member.email, 'READ');
  await seedApiToken(app, member.email, 'USE');
  await app.sql(
    `update access_tokens set created_at = now() - interval '3 days', expires_at = now() - interval '2 days'
     where user_id = $1 and scope = 'USE'`,
    [member.id],
  );
  await openTokens();
  await row('USE for a test').filter({ hasText: 'Expired 2 days ago' }).waitFor();
  await button('Revoke READ for a test').click();
  await button('Cancel').click();
  expect((await client(app, { token }).query('{ viewer { id } }')).status).toBe(200);
  await button('Revoke READ for a test').click();
  await button('Revoke').click();
  await browser.page.getByText('READ for a test revoked.').waitFor();
  await row('READ for a test').waitFor({ state: 'detached' });
  expect((await client(app, { token }).error('{ viewer { id } }')).extensions.code).toBe('UNAUTHENTICATED');
});

it('shows no other user’s tokens', async () => {
  const other = await seedSignedInUser(app, { role: 'ADMIN' });
  await seedApiToken(app, other.email, 'ADMIN');
  await openTokens();
  await browser.page.getByRole('heading', { name: 'No tokens yet' }).waitFor();
});
