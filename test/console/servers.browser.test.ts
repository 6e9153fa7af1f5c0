import type { Browser, Page } from 'playwright-core';
import { startWorld, type World } from '../accounts/world.js';
import { startAuthorizationServer } from '../support/oauth/authorization-server.js';
import { launchChromium } from '../support/browser/chromium.js';
import { openBrowser, type ConsoleBrowser } from '../support/browser/console.js';
import { startMcpServer } from '../support/mcp/mcp-server.js';
import { seedOAuth2Server } from '../support/seed.js';
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
  await page.getByRole('link', { name: 'Add server' }).click();
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
  await form.button('Add server').click();
  await page.getByText(`${name} added.`).first().waitFor();
  await page.waitForURL(/\/servers\/[\da-f-]{36}$/);
}

it('adds a server by its URL: discovers it, shows its redirect URI before saving, and lists it', async () => {
  await form.field('URL').fill(world.mcp.url);
  await form.button('Discover').click();
  await page.getByText(`Users connect at ${world.provider.issuer}`).waitFor();
  await page.getByText('Switchboard registers a client automatically when you save.').waitFor();
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
  await page.getByRole('heading', { name: 'No servers match “nothing like it”' }).waitFor();
});

it('shows each discovery step as it completes, and keeps an edited slug', async () => {
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
    await page.getByText('Checking…').waitFor();
    expect(await page.getByText('Users connect at').count()).toBe(0);
    release();
    await page.getByText('Users connect at').waitFor();
    await page.getByText('Checking…').waitFor({ state: 'detached' });

    await form.field('Slug').fill('my-own');
    await form.field('Name').fill('Some other name');
    expect(await form.field('Slug').inputValue()).toBe('my-own');
  } finally {
    release();
    await slow.close();
  }
});

it('explains manual registration for a provider without dynamic registration, and saves the client', async () => {
  const provider = await startAuthorizationServer({ dynamicRegistration: false });
  const mcp = await startMcpServer({ authorizationServer: provider });
  try {
    await form.field('URL').fill(mcp.url);
    await form.button('Discover').click();
    const found = page.getByRole('status').filter({ hasText: 'doesn’t support automatic registration' });
    await found.waitFor();
    const redirectUri = await found.locator('code').last().innerText();
    await form.field('Name').fill('By hand');
    await form.field('Client ID').fill('got-there');
    await page.getByLabel('Client secret', { exact: true }).fill('a secret got there');
    await add('By hand');
    expect(redirectUri).toBe(redirectUriOf(idInAddress()));
    const secret = page.getByRole('group', { name: 'Client secret' });
    await secret.getByText('Set. The value can’t be displayed.').waitFor();
    expect(await form.field('Client ID').inputValue()).toBe('got-there');
    expect(await page.content()).not.toContain('a secret got there');
  } finally {
    await mcp.close();
    await provider.close();
  }
});

it('shows a client that the provider has lost, and registers it again', async () => {
  await world.app.sql(
    `update mcp_server_configs set oauth2_client_id = 'forgotten', oauth2_client_failure = 'INVALID_CLIENT',
       oauth2_client_failure_at = now() where id = $1`,
    [world.serverId],
  );
  await page.goto(`${world.app.publicUrl}/servers/${world.serverId}`);
  const registration = page.getByRole('region', { name: 'Client registration' });
  await registration.getByText('The provider doesn’t recognize the client').waitFor();
  await registration.getByText('Switchboard registers again at most once an hour.').waitFor();
  await form.button('Register again').click();
  await page.getByText('Client registered for Notes.').first().waitFor();
  await registration.getByText('The provider doesn’t recognize').waitFor({ state: 'detached' });
  const [stored] = await world.app.sql(
    'select oauth2_client_failure as failure from mcp_server_configs where id = $1',
    [world.serverId],
  );
  expect(stored).toEqual({ failure: null });
});

it('shows the failed step of a discovery, and the remedy', async () => {
  const gone = await startMcpServer();
  await gone.close();
  await form.field('URL').fill(gone.url);
  await form.button('Discover').click();
  await page.getByRole('alert').waitFor();
  await page.getByText('Failed', { exact: true }).waitFor();
  expect(await page.getByRole('alert').locator('p').count()).toBeGreaterThan(0);
  expect(await form.field('URL').inputValue()).toBe(gone.url);
});

it('shows an invalid URL at its field when discovery refuses it', async () => {
  // The browser logs a response with status 400 as an error.
  await page.route('**/mcp-servers/discovery', async (route) =>
    route.fulfill({ response: await route.fetch(), status: 200 }),
  );
  await form.field('URL').fill('not a url');
  await form.button('Discover').click();
  expect(await form.errorAt(form.field('URL'))).toBe(
    'Enter an absolute http or https URL without user, password or fragment.',
  );
  await form.field('URL').fill(world.mcp.url);
  await form.button('Discover').click();
  await page.getByText('Switchboard registers a client automatically').waitFor();
  expect(await page.locator('[aria-invalid=true]').count()).toBe(0);
});

it('leads from the address of an unknown server to the list', async () => {
  await page.goto(`${world.app.publicUrl}/servers/0198c0de-0000-7000-8000-000000000000`);
  await page.getByRole('heading', { name: 'There’s no server at this address' }).waitFor();
  await page.getByRole('link', { name: 'All servers' }).click();
  await page.getByRole('heading', { name: 'Servers', exact: true }).waitFor();
});

it('detects a server that requires no authorization', async () => {
  const open = await startMcpServer();
  try {
    await form.field('URL').fill(open.url);
    await form.button('Discover').click();
    await page.getByText('This server requires no authorization.').waitFor();
    expect(await page.getByRole('radio', { name: /^None/ }).isChecked()).toBe(true);
    expect(await form.field('Client ID').count()).toBe(0);
    await form.field('Name').fill('Open');
    await add('Open');
  } finally {
    await open.close();
  }
});

it('shows errors at their fields, keeps the input, and saves after they are corrected', async () => {
  await form.field('URL').fill('not a url');
  await form.field('Name').fill('Mistaken');
  await page.getByRole('radio', { name: /^Custom headers/ }).check();
  await form.field('Slug').fill('Not a slug!');
  const header = page.getByRole('group', { name: 'Headers' });
  await header.getByRole('button', { name: 'Add header' }).click();
  await header.getByLabel('Name').nth(0).fill('X-Tenant');
  await header.getByLabel('Value').nth(0).fill('a secret tenant');
  await header.getByLabel('Name').nth(1).fill('not a name');
  await header.getByLabel('Value').nth(1).fill('v');
  await form.button('Add server').click();
  expect(await form.errorAt(form.field('URL'))).not.toBe('');
  expect(await form.errorAt(form.field('Slug'))).not.toBe('');
  expect(await form.errorAt(header.getByLabel('Name').nth(0))).toBe('');
  expect(await form.errorAt(header.getByLabel('Name').nth(1))).not.toBe('');
  expect(await header.getByLabel('Value').nth(0).inputValue()).toBe('a secret tenant');

  await form.field('URL').fill(world.mcp.url);
  await form.field('Slug').fill('put-right');
  await header.getByRole('button', { name: 'Remove header not a name' }).click();
  await add('Mistaken');
  await page.getByText('Headers set: X-Tenant. Values can’t be displayed.').waitFor();
  expect(await page.content()).not.toContain('a secret tenant');
});

it('describes errors by labels without names of the API, and focuses the first field', async () => {
  await page.getByText('Compatibility settings').click();
  await form.field('Client metadata document').fill('http://client.example.com/metadata');
  await page.getByText('Compatibility settings').click();
  await form.button('Add server').click();
  expect(await form.errorAt(form.field('Name'))).toBe('Enter a name.');
  expect(await form.field('URL').evaluate((field) => field.matches(':focus'))).toBe(true);
  await form.field('Client metadata document').waitFor();
  const errors = await page.locator('[id$="-error"]').allInnerTexts();
  expect(errors).toHaveLength(4);
  for (const error of errors) expect(error).toMatch(/^(?!.*([a-z][A-Z]|[A-Z]_[A-Z])).+\.$/);
});

it('asks before an unsaved server is discarded, and does not ask after saving', async () => {
  await form.field('Name').fill('Half done');
  const dialog = form.dialog('Discard changes?');
  await page.getByRole('link', { name: 'Accounts' }).click();
  await dialog.getByRole('button', { name: 'Keep editing' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.evaluate('history.back()');
  await dialog.getByRole('button', { name: 'Keep editing' }).click();
  expect(await form.field('Name').inputValue()).toBe('Half done');
  await dialog.waitFor({ state: 'detached' });
  await page.evaluate('history.back()');
  await dialog.getByRole('button', { name: 'Discard changes' }).click();
  await page.waitForURL('**/servers');

  await page.getByRole('link', { name: 'Add server' }).click();
  await form.field('URL').fill(world.mcp.url);
  await form.field('Name').fill('Done');
  await add('Done');
  await page.getByRole('link', { name: 'Accounts' }).click();
  await page.waitForURL('**/accounts');
  expect(await dialog.count()).toBe(0);
});

it('lists a stored server that would send credentials over plain http, and changes its URL to https', async () => {
  const { id } = await seedOAuth2Server(world.app, {
    displayName: 'Old times',
    url: 'http://93.184.215.14/mcp',
  });
  await page.goto(`${world.app.publicUrl}/servers`);
  const notice = page.getByRole('region', { name: 'Servers that need https' });
  await notice.getByText('Old times').waitFor();
  await page.getByRole('row').filter({ hasText: 'Old times' }).getByText('Needs https').waitFor();
  await notice.getByRole('link', { name: 'Change to https: Old times' }).click();
  expect(await form.field('URL').inputValue()).toBe('https://93.184.215.14/mcp');
  await form.button('Save changes').click();
  await page.getByText('Old times saved.').first().waitFor();
  await page.getByRole('region', { name: 'This server needs https' }).waitFor({ state: 'detached' });
  const [row] = await world.app.sql('select url from mcp_server_configs where id = $1', [id]);
  expect(row).toEqual({ url: 'https://93.184.215.14/mcp' });
});
