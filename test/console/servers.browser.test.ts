import type { Browser, Page } from 'playwright-core';
import { startWorld, type World } from '../accounts/world.js';
import { startAuthorizationServer } from '../support/oauth/authorization-server.js';
import { launchChromium } from '../support/browser/chromium.js';
import { openBrowser, type ConsoleBrowser } from '../support/browser/console.js';
import { startMcpServer } from '../support/mcp/mcp-server.js';
import { ServerForm } from './server-form.js';

let world: World;
let chromium: Browser;
let browser: ConsoleBrowser;
let page: Page;
let form: ServerForm;

beforeAll(async () => {
  world = await startWorld();
  chromium = await launchChromium();
});
beforeEach(async () => {
  browser = await openBrowser(chromium, world.app, world.admin, {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page = browser.page;
  form = new ServerForm(page);
  await page.goto(`${world.app.publicUrl}/servers`);
  await page.getByRole('link', { name: 'Add a server' }).click();
  await form.field('URL').waitFor();
});
afterEach(async () => {
  const { complaints, foreignRequests } = browser;
  await browser.close();
  expect([complaints, foreignRequests]).toEqual([[], []]);
});
afterAll(async () => {
  await chromium.close();
  await world.close();
});

const idInAddress = () => new URL(page.url()).pathname.split('/').at(-1) ?? '';
const redirectUriOf = (id: string) => `${world.app.publicUrl}/mcp-servers/${id}/oauth2/callback`;

async function add(name: string): Promise<void> {
  await form.button('Add the server').click();
  await page.getByText(`${name} is added.`).first().waitFor();
  await page.waitForURL(/\/servers\/[\da-f-]{36}$/);
}

it('adds a server by its URL: discovers it, shows its redirect URI before it is saved, and lists it', async () => {
  await form.field('URL').fill(world.mcp.url);
  await form.button('Discover').click();
  await page.getByText(`People connect at ${world.provider.issuer}`).waitFor();
  await page.getByText('there is nothing to register by hand').waitFor();
  await page.getByText('HTTP 401').waitFor();
  await form.button('Copy the redirect URI').click();
  await page.getByRole('status').filter({ hasText: 'Copied.' }).waitFor();
  const redirectUri = await page.evaluate<string>('navigator.clipboard.readText()');
  expect(await page.getByText(redirectUri, { exact: true }).isVisible()).toBe(true);

  await form.field('Name').fill('Café Tickets (EU)');
  expect(await form.field('Slug').inputValue()).toBe('cafe-tickets-eu');
  await add('Café Tickets (EU)');
  expect(redirectUri).toBe(redirectUriOf(idInAddress()));
  const registration = world.provider.requests.findLast(({ path }) => path === '/reg');
  expect(JSON.parse(registration?.body ?? '')).toMatchObject({ redirect_uris: [redirectUri] });

  await page.getByRole('link', { name: 'Servers' }).click();
  const row = page.getByRole('row').filter({ hasText: 'cafe-tickets-eu' });
  await row.getByText('Enabled', { exact: true }).waitFor();
  await row.getByText('OAuth 2').waitFor();
  await page.getByRole('searchbox', { name: 'Search servers' }).fill('nothing like it');
  await page.getByRole('heading', { name: 'Nothing matches “nothing like it”' }).waitFor();
});

it('shows each step of a discovery as it is made, and a slug that was touched stays', async () => {
  let release = () => {};
  let answers = 0;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = await startMcpServer({
    authorizationServer: world.provider,
    beforeAnswer: async () => {
      answers += 1;
      if (answers > 1) await held;
    },
  });
  try {
    await form.field('URL').fill(slow.url);
    await form.button('Discover').click();
    await page.getByText('HTTP 401').waitFor();
    await page.getByText('Asking…').waitFor();
    expect(await page.getByText('People connect at').count()).toBe(0);
    release();
    await page.getByText('People connect at').waitFor();
    await page.getByText('Asking…').waitFor({ state: 'detached' });

    await form.field('Slug').fill('my-own');
    await form.field('Name').fill('Some other name');
    expect(await form.field('Slug').inputValue()).toBe('my-own');
  } finally {
    release();
    await slow.close();
  }
});

it('tells what to do at a provider that registers nobody, and saves with what was got there', async () => {
  const provider = await startAuthorizationServer({ dynamicRegistration: false });
  const mcp = await startMcpServer({ authorizationServer: provider });
  try {
    await form.field('URL').fill(mcp.url);
    await form.button('Discover').click();
    const found = page.getByRole('status').filter({ hasText: 'does not let clients register themselves' });
    await found.waitFor();
    const redirectUri = await found.locator('code').last().innerText();
    await form.field('Name').fill('By hand');
    await form.field('Client id').fill('got-there');
    await page.getByLabel('Client secret', { exact: true }).fill('a secret got there');
    await add('By hand');
    expect(redirectUri).toBe(redirectUriOf(idInAddress()));
    const secret = page.getByRole('group', { name: 'Client secret' });
    await secret.getByText('Set. It cannot be shown.').waitFor();
    expect(await form.field('Client id').inputValue()).toBe('got-there');
    expect(await page.content()).not.toContain('a secret got there');
  } finally {
    await mcp.close();
    await provider.close();
  }
});

it('says what a discovery failed at, and what to do about it', async () => {
  const gone = await startMcpServer();
  await gone.close();
  await form.field('URL').fill(gone.url);
  await form.button('Discover').click();
  await page.getByRole('alert').waitFor();
  await page.getByText('Failed', { exact: true }).waitFor();
  expect(await page.getByRole('alert').locator('p').count()).toBeGreaterThan(0);
  expect(await form.field('URL').inputValue()).toBe(gone.url);
});

it('finds that a server is open, and asks for no account then', async () => {
  const open = await startMcpServer();
  try {
    await form.field('URL').fill(open.url);
    await form.button('Discover').click();
    await page.getByText('The server is open: nobody needs an account.').waitFor();
    expect(await page.getByRole('radio', { name: /^None/ }).isChecked()).toBe(true);
    expect(await form.field('Client id').count()).toBe(0);
    await form.field('Name').fill('Open');
    await add('Open');
  } finally {
    await open.close();
  }
});

it('shows mistakes at their fields, keeps what was typed, and saves once they are put right', async () => {
  await form.field('URL').fill('not a url');
  await form.field('Name').fill('Mistaken');
  await page.getByRole('radio', { name: /^Custom headers/ }).check();
  await form.field('Slug').fill('Not a slug!');
  const header = page.getByRole('group', { name: 'Headers' });
  await header.getByRole('button', { name: 'Add a header' }).click();
  await header.getByLabel('Name').nth(0).fill('X-Tenant');
  await header.getByLabel('Value').nth(0).fill('a secret tenant');
  await header.getByLabel('Name').nth(1).fill('not a name');
  await header.getByLabel('Value').nth(1).fill('v');
  await form.button('Add the server').click();
  expect(await form.mistakeAt(form.field('URL'))).not.toBe('');
  expect(await form.mistakeAt(form.field('Slug'))).not.toBe('');
  expect(await form.mistakeAt(header.getByLabel('Name').nth(0))).toBe('');
  expect(await form.mistakeAt(header.getByLabel('Name').nth(1))).not.toBe('');
  expect(await header.getByLabel('Value').nth(0).inputValue()).toBe('a secret tenant');

  await form.field('URL').fill(world.mcp.url);
  await form.field('Slug').fill('put-right');
  await header.getByRole('button', { name: 'Remove header not a name' }).click();
  await add('Mistaken');
  await page.getByText('Set: X-Tenant. Their values cannot be shown.').waitFor();
  expect(await page.content()).not.toContain('a secret tenant');
});

it('asks before a new server that is not saved is left, and says nothing once it is', async () => {
  await form.field('Name').fill('Half done');
  const asks = form.dialog('Leave without saving?');
  await page.getByRole('link', { name: 'Connections' }).click();
  await asks.getByRole('button', { name: 'Stay here' }).click();
  await asks.waitFor({ state: 'detached' });
  await page.evaluate('history.back()');
  await asks.getByRole('button', { name: 'Stay here' }).click();
  expect(await form.field('Name').inputValue()).toBe('Half done');
  await asks.waitFor({ state: 'detached' });
  await page.evaluate('history.back()');
  await asks.getByRole('button', { name: 'Leave' }).click();
  await page.waitForURL('**/servers');

  await page.getByRole('link', { name: 'Add a server' }).click();
  await form.field('URL').fill(world.mcp.url);
  await form.field('Name').fill('Done');
  await add('Done');
  await page.getByRole('link', { name: 'Connections' }).click();
  await page.waitForURL('**/connections');
  expect(await asks.count()).toBe(0);
});
