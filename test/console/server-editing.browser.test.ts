import type { Browser, Page } from 'playwright-core';
import { connect, createServer, startWorld, type World } from '../accounts/world.js';
import { launchChromium } from '../support/browser/chromium.js';
import { openBrowser, type ConsoleBrowser } from '../support/browser/console.js';
import { startHandcraftedServer } from '../support/handcrafted-server.js';
import { answering } from '../support/mcp/scripted-answers.js';
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

/** Adds a server through GraphQL and opens its form. */
async function openServer(input: Record<string, unknown> = {}): Promise<string> {
  const id = await createServer(world, input);
  await page.goto(`${world.app.publicUrl}/servers/${id}`);
  await form.field('Slug').waitFor();
  return id;
}

/** A manually registered client, whose secret can be set. */
const manualClient = () => ({
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

const anotherUserChanges = (id: string, input: Record<string, unknown>) =>
  world.admin.graphql.data(
    `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
       updateMcpServerConfig(id: $id, input: $input) { server { id } }
     }`,
    { id, input },
  );

async function sealed(
  id: string,
  column: 'api_key_value' | 'custom_headers' | 'oauth2_client_secret',
): Promise<string | null> {
  const [row] = await world.app.sql<Record<string, string | null>>(
    `select ${column} from mcp_server_configs where id = $1`,
    [id],
  );
  const value = row?.[column];
  return value ? world.app.vault.open(value, { table: 'mcp_server_configs', column, row: id }) : null;
}

it('says how many users an edit disconnects before saving, and disconnects none before', async () => {
  const another = await startMcpServer({ authorizationServer: world.provider });
  try {
    const id = await openServer();
    for (const user of [world.member, world.other]) await connect(world, user, id);
    await form.field('URL').fill(another.url);
    const dialog = form.dialog('Save changes?');
    await form.button('Save changes').click();
    await dialog.getByText('This disconnects 2 users').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await stored(id)).toMatchObject({ url: world.mcp.url, accountCount: 2 });
    expect(await form.field('URL').inputValue()).toBe(another.url);

    await form.button('Save changes').click();
    await dialog.getByRole('button', { name: 'Save changes', exact: true }).click();
    await page.getByText('Another saved.').first().waitFor();
    expect(await stored(id)).toMatchObject({ url: another.url, accountCount: 0 });
    await page.getByText('No connected accounts').waitFor();
  } finally {
    await another.close();
  }
});

it('replaces, removes and keeps the secret of a client, and never shows it', async () => {
  const id = await openServer(manualClient());
  const secret = page.getByRole('group', { name: 'Client secret' });
  const typed = page.locator('input[type=password]');
  await secret.getByRole('button', { name: 'Replace' }).click();
  await typed.fill('never saved');
  await form.button('Keep current value').click();
  await form.field('Description').fill('Kept.');
  await form.save();
  expect(await sealed(id, 'oauth2_client_secret')).toBe('the first secret');

  await secret.getByRole('button', { name: 'Replace' }).click();
  await typed.fill('the second secret');
  await form.save();
  await secret.getByText('Set. The value can’t be displayed.').waitFor();
  expect(await sealed(id, 'oauth2_client_secret')).toBe('the second secret');
  expect(await page.content()).not.toContain('the second secret');

  await secret.getByRole('button', { name: 'Remove' }).click();
  await secret.getByText('Removed when you save.').waitFor();
  await secret.getByRole('button', { name: 'Undo' }).click();
  await secret.getByRole('button', { name: 'Remove' }).click();
  await form.save();
  await secret.waitFor({ state: 'detached' });
  expect(await sealed(id, 'oauth2_client_secret')).toBeNull();
});

it('replaces an API key, which cannot be removed', async () => {
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

it('replaces all headers, starting from the current names', async () => {
  await openServer({
    authType: 'CUSTOM_HEADERS',
    customHeaders: [
      { name: 'X-Key', value: 'a first value' },
      { name: 'X-Tenant', value: 'a tenant' },
    ],
  });
  const headers = page.getByRole('group', { name: 'Headers' });
  await headers.getByText('Headers set: X-Key, X-Tenant. Values can’t be displayed.').waitFor();
  await headers.getByRole('button', { name: 'Replace' }).click();
  expect(await headers.getByLabel('Name').nth(1).inputValue()).toBe('X-Tenant');
  expect(await headers.getByLabel('Value').nth(1).inputValue()).toBe('');
  await headers.getByRole('button', { name: 'Remove header X-Tenant' }).click();
  await headers.getByLabel('Value').fill('a second value');
  await form.save();
  await headers.getByText('Headers set: X-Key. Values can’t be displayed.').waitFor();
});

it('adds headers to a server whose users have accounts', async () => {
  const id = await openServer({
    authType: 'OAUTH2',
    oauth2ClientId: 'client',
    oauth2AuthUrl: 'https://auth.example.com/authorize',
    oauth2TokenUrl: 'https://auth.example.com/token',
  });
  await form.button('Add headers').click();
  const headers = page.getByRole('group', { name: 'Headers' });
  await headers.getByLabel('Name').fill('X-Goog-User-Project');
  await headers.getByLabel('Value').fill('acme-42');
  await form.save();
  await headers.getByText('Headers set: X-Goog-User-Project. Values can’t be displayed.').waitFor();
  expect(await sealed(id, 'custom_headers')).toBe('[{"name":"X-Goog-User-Project","value":"acme-42"}]');
});

it('sets tool access for the tools of the server', async () => {
  const open = await startMcpServer();
  try {
    const id = await openServer({ url: open.url, authType: 'NONE' });
    await form.button('Load tools').click();
    const rule = (tool: string) => page.getByRole('combobox', { name: `Rule for ${tool}` });
    const tool = (name: string) => page.getByRole('listitem').filter({ has: rule(name) });
    await tool('add').getByText('Allowed').waitFor();
    await rule('add').selectOption('Allow');
    await tool('whoami').getByText('Blocked').waitFor();
    await rule('write').selectOption('Deny');
    await form.field('Add a tool by name').fill('not there yet');
    await page.keyboard.press('Enter');
    await rule('not there yet').waitFor();
    await form.save();
    expect(await stored(id)).toMatchObject({
      toolAllowList: ['add'],
      toolDenyList: ['write', 'not there yet'],
    });
    await page.reload();
    await tool('add').getByText('Allowed').waitFor();
    expect(await rule('write').inputValue()).toBe('DENY');
  } finally {
    await open.close();
  }
});

it('names the mistakes in the server’s list of tools', async () => {
  const rough = await startHandcraftedServer();
  try {
    rough.answer('/mcp', answering({ 'tools/list': () => ({ tools: [{ name: 'odd' }, { title: 'x' }] }) }));
    await openServer({ url: `${rough.origin}/mcp`, authType: 'NONE' });
    await form.button('Load tools').click();
    await page.getByRole('combobox', { name: 'Rule for odd' }).waitFor();
    await page.getByText('The server’s list has 2 mistakes').click();
    await page.getByText('Its inputSchema is missing. Repaired.').waitFor();
    await page.getByText('Tool 2: It has no name. Left out.').waitFor();
  } finally {
    await rough.close();
  }
});

it('offers to reload a server that another user has saved, and keeps the input until then', async () => {
  const id = await openServer();
  await form.field('Description').fill('Mine.');
  await anotherUserChanges(id, { displayName: 'Theirs' });
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  const dialog = form.dialog('This server has changed');
  await form.button('Save changes').click();
  await dialog.getByRole('button', { name: 'Keep editing' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await form.field('Description').inputValue()).toBe('Mine.');
  expect(await stored(id)).toMatchObject({ displayName: 'Theirs', description: '' });

  await form.button('Save changes').click();
  await dialog.getByRole('button', { name: 'Discard changes and reload' }).click();
  await page.getByRole('heading', { name: 'Theirs' }).waitFor();
  await dialog.waitFor({ state: 'detached' });
  expect(await form.field('Name').inputValue()).toBe('Theirs');
  await form.field('Description').fill('Mine, on top.');
  await form.save();
  expect(await stored(id)).toMatchObject({ displayName: 'Theirs', description: 'Mine, on top.' });
});

it('shows at the field that another server has the slug', async () => {
  await createServer(world, { slug: 'taken-by-another' });
  await openServer();
  const slug = form.field('Slug');
  await slug.fill('taken-by-another');
  await form.button('Save changes').click();
  await page.getByRole('alert').filter({ hasText: 'Another MCP server has this slug.' }).waitFor();
  expect(await slug.getAttribute('aria-invalid')).toBe('true');
  expect(await slug.evaluate('document.activeElement.labels[0].textContent')).toContain('Slug');
});

it('asks before unsaved changes are discarded, and does not ask after saving', async () => {
  await openServer();
  await form.field('Description').fill('Half done.');
  const dialog = form.dialog('Discard changes?');
  await page.getByRole('link', { name: 'Servers' }).click();
  await dialog.getByRole('button', { name: 'Keep editing' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await form.field('Description').inputValue()).toBe('Half done.');
  await form.save();
  await form.field('Description').fill('Half done again.');
  await page.getByRole('link', { name: 'Servers' }).click();
  await dialog.getByRole('button', { name: 'Keep editing' }).click();
  await dialog.waitFor({ state: 'detached' });
  await form.save();
  await page.getByRole('link', { name: 'Servers' }).click();
  await page.getByRole('heading', { name: 'Servers', exact: true }).waitFor();
  expect(await dialog.count()).toBe(0);
});

it('shows a diagnosis as a timeline, with the responsible party and the changes since the last success', async () => {
  const open = await startMcpServer();
  await openServer({ url: open.url, authType: 'NONE' });
  const diagnosis = page.getByRole('region', { name: 'Diagnosis' });
  await diagnosis.getByText('No diagnosis yet').waitFor();
  await diagnosis.getByRole('button', { name: 'Run diagnosis' }).click();
  await diagnosis.getByText('All checks passed').waitFor();
  expect(await diagnosis.getByRole('listitem').count()).toBeGreaterThan(2);

  await open.close();
  await diagnosis.getByRole('button', { name: 'Run diagnosis' }).click();
  await diagnosis
    .getByText(/^Network: /)
    .first()
    .waitFor();
  await diagnosis.getByText(/Last successful diagnosis: .* Changes since then:/).waitFor();
  await diagnosis.getByText('Failed', { exact: true }).first().waitFor();
});

it('shows connected accounts, and disconnects one of them', async () => {
  const id = await openServer();
  for (const user of [world.member, world.other]) await connect(world, user, id);
  await page.reload();
  const accounts = page.getByRole('region', { name: 'Connected accounts' });
  const row = accounts.getByRole('row').filter({ hasText: world.member.email });
  await row.getByText('Connected', { exact: true }).waitFor();
  await row.getByRole('button', { name: /^Disconnect/ }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('button', { name: 'Disconnect', exact: true }).click();
  await dialog.getByText('The provider confirmed that it’s revoked.').waitFor();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await row.waitFor({ state: 'detached' });
  expect(await accounts.getByText(world.other.email).isVisible()).toBe(true);
  expect(await stored(id)).toMatchObject({ accountCount: 1 });
});

it('says how many users a deletion disconnects, and deletes only after a confirmation', async () => {
  const id = await openServer({ displayName: 'Doomed' });
  for (const user of [world.member, world.other]) await connect(world, user, id);
  await page.reload();
  await form.button('Delete server').click();
  const dialog = form.dialog('Delete Doomed?');
  await dialog.getByText('This disconnects 2 users').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await stored(id)).toMatchObject({ accountCount: 2 });
  await form.button('Delete server').click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Doomed deleted.').first().waitFor();
  await page.getByRole('heading', { name: 'Servers', exact: true }).waitFor();
  expect(await stored(id)).toBeNull();
});
