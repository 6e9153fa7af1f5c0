import type { Browser } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.js';
import { launchChromium } from '../support/browser/chromium.js';
import { openBrowser, type ConsoleBrowser } from '../support/browser/console.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';

let app: TestApp;
let chromium: Browser;
let ada: SignedInUser;
let grace: SignedInUser;
let browser: ConsoleBrowser;

const createUser = (email: string) => `mutation { createUser(input: { email: "${email}" }) { user { id } } }`;

beforeAll(async () => {
  chromium = await launchChromium();
  app = await startApp();
  ada = await seedSignedInUser(app, { role: 'ADMIN', displayName: 'Ada Lovelace', email: 'ada@example.com' });
  grace = await seedSignedInUser(app, {
    role: 'ADMIN',
    displayName: 'Grace Hopper',
    email: 'grace@example.com',
  });
  for (let i = 0; i < 60; i++) await ada.graphql.data(createUser(`person-${i}@example.com`));
  const { users } = await ada.graphql.data<{ users: { edges: { node: { id: string; email: string } }[] } }>(
    '{ users(first: 200) { edges { node { id email } } } }',
  );
  const id = users.edges.find(({ node }) => node.email === 'person-0@example.com')?.node.id;
  await grace.graphql.data(
    `mutation { updateUser(id: "${id}", input: { displayName: "Zoë", role: ADMIN }) { user { id } } }`,
  );
  await grace.graphql.data(`mutation { updateUser(id: "${id}", input: { disabled: true }) { user { id } } }`);
  await grace.graphql.data('mutation { createApiToken(input: { name: "CI", scope: READ }) { token } }');
});
afterEach(async () => {
  expect([browser.complaints, browser.foreignRequests]).toEqual([[], []]);
  await browser.close();
});
afterAll(async () => {
  await chromium.close();
  await app.close();
});

const events = () => browser.page.getByRole('row').filter({ has: browser.page.getByRole('cell') });
const event = (action: string) => events().filter({ hasText: action });
const button = (name: string | RegExp) => browser.page.getByRole('button', { name });

const userPicker = (name: string) => browser.page.getByRole('combobox', { name, exact: true });

/** Selects a user by the keyboard. */
async function choose(picker: string, search: string, label: string): Promise<void> {
  await userPicker(picker).fill(search);
  const list = browser.page.getByRole('listbox');
  await list.getByRole('option', { name: label }).waitFor();
  await list.getByRole('option').nth(1).waitFor({ state: 'detached' });
  await browser.page.keyboard.press('ArrowDown');
  await browser.page.keyboard.press('Enter');
  await list.waitFor({ state: 'detached' });
}

async function openAudit(query = ''): Promise<void> {
  browser = await openBrowser(chromium, app, ada);
  await browser.page.goto(`${app.publicUrl}/audit${query}`);
  await events().first().waitFor();
}

it('shows who did what to what, which fields changed, and the outcome', async () => {
  await openAudit();
  expect(await event('Updated a user').innerText()).toMatch(
    /just now\s+grace@example\.com\s+in a browser\s+Updated a user\s+person-0@example\.com\s+Changed display name, role\s+Role: administrator/,
  );
  expect(await event('Disabled a user').innerText()).not.toContain('Changed');
  expect(await event('Created an API token').innerText()).toMatch(/CI\s+Access: read/);
  const time = event('Created an API token').getByRole('time');
  expect(await time.getAttribute('title')).toMatch(/20\d\d/);
});

it('loads more after the last event shown: none twice, none left out, while events are added', async () => {
  await openAudit('?actions=USER_CREATED');
  expect(await events().count()).toBe(50);
  await ada.graphql.data(createUser('meanwhile@example.com'));
  await button('Load more').click();
  await browser.page.getByText('No more events').waitFor();
  const shown = await events().allInnerTexts();
  const names = shown.flatMap((text) => /person-\d+@example\.com/.exec(text) ?? []);
  expect([new Set(names).size, names.length]).toEqual([60, 60]);
  expect(shown.join()).not.toContain('meanwhile@example.com');
  await button('Refresh').click();
  await event('meanwhile@example.com').waitFor();
});

it('keeps the events shown when loading more fails, and continues from there', async () => {
  await openAudit('?actions=USER_CREATED');
  const { page } = browser;
  await page.route('**/graphql', (route) =>
    route.fulfill({ json: { errors: [{ message: 'Not now.', extensions: { code: 'UPSTREAM_ERROR' } }] } }),
  );
  await button('Load more').click();
  await page.getByRole('alert').filter({ hasText: 'Not now.' }).waitFor();
  expect(await events().count()).toBe(50);
  await page.unroute('**/graphql');
  await button('Load more').click();
  await page.getByText('No more events').waitFor();
});

it('filters by actions, users and days, in an address that can be shared', async () => {
  await openAudit();
  const { page } = browser;
  await button(/^Actions: All actions/).click();
  await page.getByRole('checkbox', { name: 'Disabled a user' }).check();
  await page.getByRole('checkbox', { name: 'Updated a user' }).check();
  await button('Done').click();
  await choose('User', 'grace', 'Grace Hopper (grace@example.com)');
  // One of more people than the first page of the list contains.
  await choose('Affected user', 'zoë', 'Zoë (person-0@example.com)');
  await page.getByText('No more events').waitFor();
  await event('person-59').first().waitFor({ state: 'detached' });
  expect(await events().count()).toBe(2);
  await page.reload();
  await event('Disabled a user').waitFor();
  expect(await events().count()).toBe(2);
  expect(await button(/^Actions: 2 actions/).count()).toBe(1);
  expect(await userPicker('User').inputValue()).toBe('Grace Hopper (grace@example.com)');
  expect(await userPicker('Affected user').inputValue()).toBe('Zoë (person-0@example.com)');
  await page.getByLabel('To', { exact: true }).fill('2001-01-01');
  await page.getByRole('heading', { name: 'No matching events' }).waitFor();
  await button('Clear filters').click();
  await event('Added a user').first().waitFor();
  expect(new URL(page.url()).search).toBe('');
});

it('filters by the user or object that is clicked', async () => {
  await openAudit('?actions=USER_CREATED,API_TOKEN_CREATED');
  await button('CI').click();
  await event('Added a user').first().waitFor({ state: 'detached' });
  await browser.page.getByText('No more events').waitFor();
  expect(await events().allInnerTexts()).toEqual([expect.stringContaining('Created an API token')]);
  expect(
    await browser.page.getByRole('combobox', { name: 'Server or object' }).locator(':checked').innerText(),
  ).toBe('CI');
});

it('selects no user again, and tells that no one is found', async () => {
  await openAudit();
  await choose('User', 'grace', 'Grace Hopper (grace@example.com)');
  await event('Added a user').first().waitFor({ state: 'detached' });
  await button('Clear user').click();
  await event('Added a user').first().waitFor();
  expect(new URL(browser.page.url()).search).toBe('');
  await userPicker('User').fill('no such person');
  await browser.page.getByText('No matching people').waitFor();
  await browser.page.keyboard.press('Escape');
});
