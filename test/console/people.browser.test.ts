import type { Browser } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.js';
import { launchChromium } from '../support/browser/chromium.js';
import { openBrowser, type ConsoleBrowser } from '../support/browser/console.js';
import {
  seedApiToken,
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  type SignedInUser,
} from '../support/seed.js';

let app: TestApp;
let chromium: Browser;
let admin: SignedInUser;
let browser: ConsoleBrowser;

beforeAll(async () => {
  chromium = await launchChromium();
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN', displayName: 'Ada Lovelace' });
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
const link = (name: string) => browser.page.getByRole('textbox', { name: `Sign-in link for ${name}` });

async function openPeople(): Promise<void> {
  browser = await openBrowser(chromium, app, admin);
  await browser.page.goto(`${app.publicUrl}/people`);
  await row('Ada Lovelace').waitFor();
}

/** Everything that a page could have kept something in. */
function keptBy(page: ConsoleBrowser['page']): Promise<string> {
  return page.evaluate(`(async () => JSON.stringify([
    document.documentElement.outerHTML, location.href, history.state, { ...localStorage }, { ...sessionStorage },
    document.cookie, await indexedDB.databases(), await caches.keys(),
  ]))()`);
}

it('invites somebody by a link that is shown once, lets that person in, and is nowhere once closed', async () => {
  await openPeople();
  const { page } = browser;
  await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.publicUrl });
  await button('Invite').click();
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
  await dialog.getByRole('textbox', { name: 'E-mail address' }).fill('Grace@Example.com');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Grace Hopper');
  await dialog.getByRole('radio', { name: /^Administrator/ }).check();
  await page.keyboard.press('Enter');
  const url = await link('Grace Hopper').inputValue();
  await button('Copy the sign-in link').click();
  await page.getByText('Copied.', { exact: true }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(url);
  // A press beside it does not lose what cannot be shown again.
  await page.mouse.click(5, 400);
  expect(await link('Grace Hopper').isVisible()).toBe(true);
  await button('Done').click();
  await link('Grace Hopper').waitFor({ state: 'detached' });
  expect(await keptBy(page)).not.toContain(url.split('/').at(-1));
  await page.locator('button:focus', { hasText: 'Invite' }).waitFor();
  expect(await row('Grace Hopper').innerText()).toMatch(/grace@example\.com\s+Administrator\s+Enabled/);

  const graces = await openBrowser(chromium, app, null);
  await graces.page.goto(url);
  await graces.page.getByRole('button', { name: /Sign in as/ }).click();
  await graces.page.getByRole('button', { name: 'Your account: Grace Hopper' }).waitFor();
  await graces.close();
});

it('says at the field what is wrong with an invitation, and keeps what was typed', async () => {
  await openPeople();
  const { page } = browser;
  await button('Invite').click();
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
  const email = dialog.getByRole('textbox', { name: 'E-mail address' });
  await email.fill('nobody');
  await dialog.getByRole('button', { name: 'Invite' }).click();
  await page.getByText('This must be an e-mail address: name@domain.').waitFor();
  expect(await email.getAttribute('aria-invalid')).toBe('true');
  await email.fill(admin.email);
  await dialog.getByRole('button', { name: 'Invite' }).click();
  await dialog.getByRole('alert').filter({ hasText: 'Nobody was invited.' }).waitFor();
  expect(await email.inputValue()).toBe(admin.email);
});

it('makes a new sign-in link for a person that there is already, having asked', async () => {
  await seedSignedInUser(app, { displayName: 'Lost Phone' });
  await openPeople();
  const made = await app.sql(`select from access_tokens where kind = 'SIGN_IN_LINK'`);
  await button('New sign-in link for Lost Phone').click();
  await button('Cancel').click();
  await button('New sign-in link for Lost Phone').click();
  await button('Make a link').click();
  expect(await link('Lost Phone').inputValue()).toMatch(`${app.publicUrl}/auth/link/`);
  await button('Done').click();
  expect(await app.sql(`select from access_tokens where kind = 'SIGN_IN_LINK'`)).toHaveLength(
    made.length + 1,
  );
});

it('changes a name and a role, and tells administrators before they give up their own', async () => {
  await seedSignedInUser(app, { displayName: 'Max' });
  await openPeople();
  const { page } = browser;
  await button('Edit Max').click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Maxine');
  await page.getByRole('radio', { name: /^Administrator/ }).check();
  await button('Save').click();
  await page.getByText('Maxine is saved.').waitFor();
  await row('Maxine').filter({ hasText: 'Administrator' }).waitFor();
  await button('Edit Ada Lovelace').click();
  await page.getByRole('radio', { name: /^Member/ }).check();
  await page.getByText('This is you. You lose this page').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

it('disables a person for good after saying what ends, and lets them in again', async () => {
  const user = await seedSignedInUser(app, { displayName: 'Eve' });
  await seedApiToken(app, user.email);
  const { id: serverId } = await seedOAuth2Server(app);
  await seedAccount(app, { userId: user.id, serverId: serverId });
  await openPeople();
  const { page } = browser;
  await button('Disable Eve').click();
  const dialog = page.getByRole('alertdialog', { name: 'Disable Eve?' });
  for (const consequence of [
    'signed out everywhere',
    'API tokens and open sign-in links',
    'disconnected from every',
  ]) {
    await dialog.getByText(consequence).waitFor();
  }
  await dialog.getByRole('button', { name: 'Disable' }).click();
  await page.getByText('Eve is disabled.').waitFor();
  await row('Eve').filter({ hasText: 'Disabled just now' }).waitFor();
  expect(await button('New sign-in link for Eve').count()).toBe(0);
  const [left] = await app.sql(
    `select (select count(*)::int from access_tokens where user_id = $1 and revoked_at is null) as credentials,
       (select count(*)::int from mcp_server_user_tokens where user_id = $1) as accounts`,
    [user.id],
  );
  expect(left).toEqual({ credentials: 0, accounts: 0 });
  await button('Enable Eve').click();
  await button('Enable').click();
  await row('Eve').filter({ hasText: 'Enabled' }).waitFor();
});

it('says why the last administrator cannot be disabled', async () => {
  await app.sql(`update users set role = 'MEMBER' where id <> $1`, [admin.id]);
  await openPeople();
  await button('Disable Ada Lovelace').click();
  await browser.page.getByText('This is you.').waitFor();
  await button('Disable').click();
  await browser.page.getByRole('alert').filter({ hasText: 'the last enabled administrator' }).waitFor();
  await button('Cancel').click();
});

it('finds people by parts of their names and addresses', async () => {
  await seedSignedInUser(app, { displayName: 'Zoë', email: 'z.unusual@example.com' });
  await openPeople();
  await browser.page.getByRole('searchbox').fill('zo unusual');
  await row('Ada Lovelace').waitFor({ state: 'detached' });
  expect(await row('Zoë').count()).toBe(1);
  await browser.page.getByRole('searchbox').fill('nobody at all');
  await browser.page.getByRole('heading', { name: 'Nobody matches “nobody at all”' }).waitFor();
});

it.each(['people', 'audit'])(
  'members are told that %s is for administrators, and the server is asked for nothing of it',
  async (view) => {
    browser = await openBrowser(chromium, app, await seedSignedInUser(app, { displayName: 'Mia' }));
    const { page } = browser;
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(request.postData() ?? ''));
    await page.goto(`${app.publicUrl}/${view}`);
    await page.getByRole('heading', { name: 'This page is for administrators' }).waitFor();
    await page.getByText('You are signed in as Mia, who is a member.').waitFor();
    await page.waitForLoadState('networkidle');
    expect(asked.filter((body) => body !== '')).toEqual([expect.stringContaining('ConsoleViewer')]);
    expect(await page.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual([
      'Connections',
      'Tokens',
    ]);
    expect(await page.content()).not.toContain(admin.email);
  },
);
