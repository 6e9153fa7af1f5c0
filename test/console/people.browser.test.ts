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

/** Returns the content of everything that a page can store. */
function keptBy(page: ConsoleBrowser['page']): Promise<string> {
  return page.evaluate(`(async () => JSON.stringify([
    document.documentElement.outerHTML, location.href, history.state, { ...localStorage }, { ...sessionStorage },
    document.cookie, await indexedDB.databases(), await caches.keys(),
  ]))()`);
}

it('invites a user by a link that is shown once, works, and is stored nowhere', async () => {
  await openPeople();
  const { page } = browser;
  await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.publicUrl });
  await button('Invite').click();
  const dialog = page.getByRole('dialog', { name: 'Invite a person' });
  await dialog.getByRole('textbox', { name: 'Email' }).fill('Grace@Example.com');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Grace Hopper');
  await dialog.getByRole('radio', { name: /^Administrator/ }).check();
  await page.keyboard.press('Enter');
  const url = await link('Grace Hopper').inputValue();
  await button('Copy the sign-in link').click();
  await page.getByText('Copied.', { exact: true }).waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(url);
  // A click outside the dialog keeps the link, which cannot be shown again.
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

it('shows the errors of an invitation at the fields, and keeps the input', async () => {
  await openPeople();
  const { page } = browser;
  await button('Invite').click();
  const dialog = page.getByRole('dialog', { name: 'Invite a person' });
  const email = dialog.getByRole('textbox', { name: 'Email' });
  await email.fill('nobody');
  await dialog.getByRole('button', { name: 'Invite' }).click();
  await page.getByText('Enter an email address such as name@example.com.').waitFor();
  expect(await email.getAttribute('aria-invalid')).toBe('true');
  await email.fill(admin.email);
  await dialog.getByRole('button', { name: 'Invite' }).click();
  await dialog.getByRole('alert').filter({ hasText: 'The invitation wasn’t created.' }).waitFor();
  expect(await email.getAttribute('aria-invalid')).toBe('true');
  expect(await email.inputValue()).toBe(admin.email);
});

it('creates a sign-in link for an existing user after a confirmation', async () => {
  await seedSignedInUser(app, { displayName: 'Lost Phone' });
  await openPeople();
  const made = await app.sql(`select from access_tokens where kind = 'SIGN_IN_LINK'`);
  await button('Sign-in link for Lost Phone').click();
  await button('Cancel').click();
  await button('Sign-in link for Lost Phone').click();
  await button('Create link').click();
  expect(await link('Lost Phone').inputValue()).toMatch(`${app.publicUrl}/auth/link/`);
  await button('Done').click();
  expect(await app.sql(`select from access_tokens where kind = 'SIGN_IN_LINK'`)).toHaveLength(
    made.length + 1,
  );
});

it('edits a name and a role, and warns administrators before they lose their own', async () => {
  await seedSignedInUser(app, { displayName: 'Max' });
  await openPeople();
  const { page } = browser;
  await button('Edit Max').click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Maxine');
  await page.getByRole('radio', { name: /^Administrator/ }).check();
  await button('Save changes').click();
  await page.getByText('Maxine saved.').waitFor();
  await row('Maxine').filter({ hasText: 'Administrator' }).waitFor();
  await button('Edit Ada Lovelace').click();
  await page.getByRole('radio', { name: /^Member/ }).check();
  await page.getByText('This is your own account. You’ll lose access to this page').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

it('disables a user after describing the consequences, and enables the user again', async () => {
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
    'disconnected from every server',
  ]) {
    await dialog.getByText(consequence).waitFor();
  }
  await dialog.getByRole('button', { name: 'Disable' }).click();
  await page.getByText('Eve disabled.').waitFor();
  await row('Eve').filter({ hasText: 'Disabled just now' }).waitFor();
  expect(await button('Sign-in link for Eve').count()).toBe(0);
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

it('explains that the last administrator cannot be disabled', async () => {
  await app.sql(`update users set role = 'MEMBER' where id <> $1`, [admin.id]);
  await openPeople();
  await button('Disable Ada Lovelace').click();
  await browser.page.getByText('This is your own account.').waitFor();
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
  expect(new URL(browser.page.url()).searchParams.get('search')).toBe('zo unusual');
  await browser.page.reload();
  await row('Zoë').waitFor();
  expect(await row('Ada Lovelace').count()).toBe(0);
  await browser.page.getByRole('searchbox').fill('no match at all');
  await browser.page.getByRole('heading', { name: 'No people match “no match at all”' }).waitFor();
});

it('loads people page by page, and finds those that are not loaded', async () => {
  await app.sql(
    `insert into users (id, email, display_name, role, created_at, updated_at)
     select gen_random_uuid(), 'crowd-' || n || '@example.com', 'Zz Crowd ' || lpad(n::text, 3, '0'), 'MEMBER', now(), now()
     from generate_series(1, 70) n`,
  );
  const [total] = await app.sql<{ count: number }>('select count(*)::int from users');
  await openPeople();
  const rows = browser.page.getByRole('row').filter({ has: browser.page.getByRole('cell') });
  expect(await rows.count()).toBe(50);
  await button('Load more').focus();
  await browser.page.keyboard.press('Enter');
  await row('Zz Crowd 070').waitFor();
  expect(await rows.count()).toBe(total?.count);
  expect(await button('Load more').count()).toBe(0);
  await browser.page.reload();
  await row('Ada Lovelace').waitFor();
  await browser.page.getByRole('searchbox').fill('crowd 070');
  await browser.page.getByText('1 person found', { exact: true }).waitFor();
  expect(await rows.allInnerTexts()).toEqual([expect.stringContaining('Zz Crowd 070')]);
});

it.each(['people', 'audit'])(
  'tells members that %s is for administrators, and sends none of its queries',
  async (view) => {
    browser = await openBrowser(chromium, app, await seedSignedInUser(app, { displayName: 'Mia' }));
    const { page } = browser;
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(request.postData() ?? ''));
    await page.goto(`${app.publicUrl}/${view}`);
    await page.getByRole('heading', { name: 'Administrators only' }).waitFor();
    await page.getByText('You’re signed in as Mia, who is a member.').waitFor();
    await page.waitForLoadState('networkidle');
    expect(asked.filter((body) => body !== '')).toEqual([expect.stringContaining('ConsoleViewer')]);
    expect(await page.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual([
      'Accounts',
      'Tokens',
    ]);
    expect(await page.content()).not.toContain(admin.email);
  },
);

it.each([768, 1024])('shows every action without horizontal scrolling, at %i px', async (width) => {
  await openPeople();
  const { page } = browser;
  await page.setViewportSize({ width, height: 800 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
});
