import type { Browser, Page } from 'playwright-core';
import { connect, createServer, startWorld, type World } from '../accounts/world.js';
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
  browser = await openBrowser(chromium, world.app, world.admin);
  page = browser.page;
  form = new ServerForm(page);
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

/** Adds a server behind the console's back and opens its form. */
async function openServer(input: Record<string, unknown> = {}): Promise<string> {
  const id = await createServer(world, input);
  await page.goto(`${world.app.publicUrl}/servers/${id}`);
  await form.field('Slug').waitFor();
  return id;
}

/** With a client that was registered by hand, so that a secret of it can be set. */
const byHand = () => ({
  oauth2ClientId: 'by-hand',
  oauth2ClientSecret: 'the first secret',
  oauth2AuthUrl: `${world.provider.issuer}/auth`,
  oauth2TokenUrl: `${world.provider.issuer}/token`,
});

type Stored = {
  displayName: string;
  description: string;
  url: string;
  accountCount: number;
  toolAllowList: string[];
  toolDenyList: string[];
};

async function stored(id: string): Promise<Stored | null> {
  const data = await world.admin.graphql.data<{ mcpServerConfigs: (Stored & { id: string })[] }>(
    '{ mcpServerConfigs { id displayName description url accountCount toolAllowList toolDenyList } }',
  );
  return data.mcpServerConfigs.find((server) => server.id === id) ?? null;
}

const somebodyElseChanges = (id: string, input: Record<string, unknown>) =>
  world.admin.graphql.data(
    `mutation ($id: UUID!, $input: UpdateMcpServerConfigInput!) {
       updateMcpServerConfig(id: $id, input: $input) { config { id } }
     }`,
    { id, input },
  );

async function sealed(id: string, column: 'oauth2_client_secret' | 'api_key_value'): Promise<string | null> {
  const [row] = await world.app.sql<Record<string, string | null>>(
    `select ${column} from mcp_server_configs where id = $1`,
    [id],
  );
  const value = row?.[column];
  return value ? world.app.vault.open(value, { table: 'mcp_server_configs', column, row: id }) : null;
}

it('says how many people an edit disconnects before it is saved, and disconnects nobody unless it is', async () => {
  const another = await startMcpServer({ authorizationServer: world.provider });
  try {
    const id = await openServer();
    for (const user of [world.member, world.other]) await connect(world, user, id);
    await form.field('URL').fill(another.url);
    const asks = form.dialog('Save all the same?');
    await form.button('Save').click();
    await asks.getByText('This disconnects 2 people').waitFor();
    await asks.getByRole('button', { name: 'Do not save' }).click();
    await asks.waitFor({ state: 'detached' });
    expect(await stored(id)).toMatchObject({ url: world.mcp.url, accountCount: 2 });
    expect(await form.field('URL').inputValue()).toBe(another.url);

    await form.button('Save').click();
    await asks.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Another is saved.').first().waitFor();
    expect(await stored(id)).toMatchObject({ url: another.url, accountCount: 0 });
    await page.getByText('Nobody is connected.').waitFor();
  } finally {
    await another.close();
  }
});

it('replaces, clears and keeps the secret of a client, and never shows one', async () => {
  const id = await openServer(byHand());
  const secret = page.getByRole('group', { name: 'Client secret' });
  const typed = page.locator('input[type=password]');
  await secret.getByRole('button', { name: 'Replace' }).click();
  await typed.fill('never saved');
  await form.button('Keep the one that is set').click();
  await form.field('Description').fill('Kept.');
  await form.save();
  expect(await sealed(id, 'oauth2_client_secret')).toBe('the first secret');

  await secret.getByRole('button', { name: 'Replace' }).click();
  await typed.fill('the second secret');
  await form.save();
  await secret.getByText('Set. It cannot be shown.').waitFor();
  expect(await sealed(id, 'oauth2_client_secret')).toBe('the second secret');
  expect(await page.content()).not.toContain('the second secret');

  await secret.getByRole('button', { name: 'Clear' }).click();
  await secret.getByText('Will be removed when you save.').waitFor();
  await secret.getByRole('button', { name: 'Keep it' }).click();
  await secret.getByRole('button', { name: 'Clear' }).click();
  await form.save();
  await secret.waitFor({ state: 'detached' });
  expect(await sealed(id, 'oauth2_client_secret')).toBeNull();
});

it('replaces an API key, which cannot be cleared', async () => {
  const open = await startMcpServer();
  try {
    const id = await openServer({ url: open.url, authType: 'API_KEY', apiKeyValue: 'the first key' });
    const key = page.getByRole('group', { name: 'Key' });
    expect(await key.getByRole('button').allInnerTexts()).toEqual(['Replace']);
    await key.getByRole('button', { name: 'Replace' }).click();
    await page.locator('input[type=password]').fill('the second key');
    await form.save();
    expect(await sealed(id, 'api_key_value')).toBe('the second key');
  } finally {
    await open.close();
  }
});

it('replaces the headers as a whole, from the names that are set', async () => {
  await openServer({
    authType: 'CUSTOM_HEADERS',
    customHeaders: [
      { name: 'X-Key', value: 'a first value' },
      { name: 'X-Tenant', value: 'a tenant' },
    ],
  });
  const headers = page.getByRole('group', { name: 'Headers' });
  await headers.getByText('Set: X-Key, X-Tenant. Their values cannot be shown.').waitFor();
  await headers.getByRole('button', { name: 'Replace' }).click();
  expect(await headers.getByLabel('Name').nth(1).inputValue()).toBe('X-Tenant');
  expect(await headers.getByLabel('Value').nth(1).inputValue()).toBe('');
  await headers.getByRole('button', { name: 'Remove header X-Tenant' }).click();
  await headers.getByLabel('Value').fill('a second value');
  await form.save();
  await headers.getByText('Set: X-Key. Their values cannot be shown.').waitFor();
});

it('picks the rules for tools from those that the server really has', async () => {
  const open = await startMcpServer();
  try {
    const id = await openServer({ url: open.url, authType: 'NONE' });
    await form.button('Load the server’s tools').click();
    const rule = (tool: string) => page.getByRole('combobox', { name: `Rule for ${tool}` });
    const tool = (name: string) => page.getByRole('listitem').filter({ has: rule(name) });
    await tool('add').getByText('May be used').waitFor();
    await rule('add').selectOption('Allow');
    await tool('whoami').getByText('May not be used').waitFor();
    await rule('write').selectOption('Deny');
    await form.field('Another tool').fill('not there yet');
    await page.keyboard.press('Enter');
    await rule('not there yet').waitFor();
    await form.save();
    expect(await stored(id)).toMatchObject({
      toolAllowList: ['add'],
      toolDenyList: ['write', 'not there yet'],
    });
    await page.reload();
    await tool('add').getByText('May be used').waitFor();
    expect(await rule('write').inputValue()).toBe('DENY');
  } finally {
    await open.close();
  }
});

it('offers to reload what somebody else has saved meanwhile, and keeps what was typed until then', async () => {
  const id = await openServer();
  await form.field('Description').fill('Mine.');
  await somebodyElseChanges(id, { displayName: 'Theirs' });
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  const asks = form.dialog('Somebody else has changed this server');
  await form.button('Save').click();
  await asks.getByRole('button', { name: 'Keep my changes on the page' }).click();
  await asks.waitFor({ state: 'detached' });
  expect(await form.field('Description').inputValue()).toBe('Mine.');
  expect(await stored(id)).toMatchObject({ displayName: 'Theirs', description: '' });

  await form.button('Save').click();
  await asks.getByRole('button', { name: 'Reload the server' }).click();
  await page.getByRole('heading', { name: 'Theirs' }).waitFor();
  await asks.waitFor({ state: 'detached' });
  expect(await form.field('Name').inputValue()).toBe('Theirs');
  await form.field('Description').fill('Mine, on top.');
  await form.save();
  expect(await stored(id)).toMatchObject({ displayName: 'Theirs', description: 'Mine, on top.' });
});

it('asks before changes that are not saved are left, and no more once they are saved', async () => {
  await openServer();
  await form.field('Description').fill('Half done.');
  const asks = form.dialog('Leave without saving?');
  await page.getByRole('link', { name: 'Servers' }).click();
  await asks.getByRole('button', { name: 'Stay here' }).click();
  await asks.waitFor({ state: 'detached' });
  expect(await form.field('Description').inputValue()).toBe('Half done.');
  await form.save();
  await form.field('Description').fill('Half done again.');
  await page.getByRole('link', { name: 'Servers' }).click();
  await asks.getByRole('button', { name: 'Stay here' }).click();
  await asks.waitFor({ state: 'detached' });
  await form.save();
  await page.getByRole('link', { name: 'Servers' }).click();
  await page.getByRole('heading', { name: 'Servers', exact: true }).waitFor();
  expect(await asks.count()).toBe(0);
});

it('shows a diagnosis as a timeline, with who has to act and what has changed since all was well', async () => {
  const open = await startMcpServer();
  await openServer({ url: open.url, authType: 'NONE' });
  const diagnosis = page.getByRole('region', { name: 'Diagnosis' });
  await diagnosis.getByText('It has not been diagnosed yet.').waitFor();
  await diagnosis.getByRole('button', { name: 'Diagnose' }).click();
  await diagnosis.getByText(/^Nothing failed/).waitFor();
  expect(await diagnosis.getByRole('listitem').count()).toBeGreaterThan(2);

  await open.close();
  await diagnosis.getByRole('button', { name: 'Diagnose' }).click();
  await diagnosis
    .getByText(/^Connection: /)
    .first()
    .waitFor();
  await diagnosis.getByText(/All was well .* What is different now:/).waitFor();
  await diagnosis.getByText('Failed', { exact: true }).first().waitFor();
});

it('shows who is connected, and ends the connection of one of them', async () => {
  const id = await openServer();
  for (const user of [world.member, world.other]) await connect(world, user, id);
  await page.reload();
  const people = page.getByRole('region', { name: 'Connected people' });
  const row = people.getByRole('row').filter({ hasText: world.member.email });
  await row.getByText('Connected', { exact: true }).waitFor();
  await row.getByRole('button', { name: /^Disconnect/ }).click();
  const asks = page.getByRole('alertdialog');
  await asks.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await asks.getByText('The provider confirms that it is revoked.').waitFor();
  await asks.getByRole('button', { name: 'Done' }).click();
  await row.waitFor({ state: 'detached' });
  expect(await people.getByText(world.other.email).isVisible()).toBe(true);
  expect(await stored(id)).toMatchObject({ accountCount: 1 });
});

it('says how many people a deletion disconnects, and deletes only when told to', async () => {
  const id = await openServer({ displayName: 'Doomed' });
  for (const user of [world.member, world.other]) await connect(world, user, id);
  await page.reload();
  await form.button('Delete…').click();
  const asks = form.dialog('Delete Doomed?');
  await asks.getByText('This disconnects 2 people').waitFor();
  await asks.getByRole('button', { name: 'Keep it' }).click();
  await asks.waitFor({ state: 'detached' });
  expect(await stored(id)).toMatchObject({ accountCount: 2 });
  await form.button('Delete…').click();
  await asks.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Doomed is deleted.').first().waitFor();
  await page.getByRole('heading', { name: 'Servers', exact: true }).waitFor();
  expect(await stored(id)).toBeNull();
});
