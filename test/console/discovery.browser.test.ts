import type { Browser, Page } from 'playwright-core';
import { startWorld, type World } from '../accounts/world.js';
import { launchChromium } from '../support/browser/chromium.js';
import { openBrowser, type ConsoleBrowser } from '../support/browser/console.js';
import { startHandcraftedServer } from '../support/handcrafted-server.js';
import { startMcpServer } from '../support/mcp/mcp-server.js';
import { answering } from '../support/mcp/scripted-answers.js';
import { startSseMcpServer } from '../support/mcp/sse-mcp-server.js';
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
  await page.goto(`${world.app.publicUrl}/servers/new`);
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

/** A name in camel case or in capitals with underscores. */
const apiName = /[a-z][A-Z]|[A-Z]_[A-Z]/;

async function discover(url: string): Promise<void> {
  await form.field('URL').fill(url);
  await form.button('Discover').click();
}

async function add(name: string): Promise<Record<string, unknown> | undefined> {
  await form.field('Name').fill(name);
  await form.button('Add server').click();
  await page.getByText(`${name} added.`).first().waitFor();
  const [row] = await world.app.sql(
    'select url, transport, auth_type from mcp_server_configs where display_name = $1',
    [name],
  );
  return row;
}

it.each([
  ['follows', 308],
  ['does not follow', 303],
])('enters the address of a redirect that discovery %s, and saves it', async (_what, status) => {
  const server = await startHandcraftedServer();
  try {
    const name = `Redirecting with ${status}`;
    server.answer('/mcp', { status, headers: { location: '/mcp/' } });
    server.answer('/mcp/', answering({ 'tools/list': () => ({ tools: [] }) }));
    await discover(`${server.origin}/mcp`);
    await page.getByText(`The server redirects to ${server.origin}/mcp/.`).waitFor();
    await form.button('Use this URL').click();
    expect(await form.field('URL').inputValue()).toBe(`${server.origin}/mcp/`);
    await form.button('Discover').click();
    await page.getByText('This server requires no authorization.').waitFor();
    expect(await form.button('Use this URL').count()).toBe(0);
    expect(await add(name)).toMatchObject({ url: `${server.origin}/mcp/`, auth_type: 'NONE' });
  } finally {
    await server.close();
  }
});

it('offers an API key for a server without OAuth metadata, and loads its tools with the entered key', async () => {
  const server = await startMcpServer({ requiredHeader: { name: 'authorization', value: 'Bearer the-key' } });
  try {
    await discover(server.url);
    const advice = 'Set the type to “API key” (or “Custom headers”) and enter the API key';
    await page.getByRole('alert').getByText(advice).waitFor();
    expect(await page.getByRole('alert').innerText()).not.toMatch(apiName);
    await form.button('Use an API key').click();
    expect(await page.getByRole('radio', { name: /^API key/ }).isChecked()).toBe(true);
    await page.getByLabel('Key', { exact: true }).fill('Bearer the-key');
    expect(await add('Keyed')).toMatchObject({ auth_type: 'API_KEY' });
    await form.button('Load tools').click();
    await page.getByRole('combobox', { name: 'Rule for add' }).waitFor();
  } finally {
    await server.close();
  }
});

it('selects the transport of a server that speaks only the older one', async () => {
  const server = await startSseMcpServer();
  try {
    await discover(server.url);
    await page.getByText('The server speaks only the older transport').waitFor();
    expect(await page.getByRole('combobox', { name: 'Transport' }).inputValue()).toBe('SSE');
    expect(await add('Older')).toMatchObject({ transport: 'SSE', auth_type: 'NONE' });
  } finally {
    await server.close();
  }
});

it('suggests a compatibility setting by its label and its choice', async () => {
  const server = await startHandcraftedServer();
  const { origin } = server;
  try {
    const challenge = `Bearer resource_metadata="${origin}/resource"`;
    server.answer('/mcp', { status: 401, headers: { 'www-authenticate': challenge } });
    server.answer('/resource', { json: { resource: `${origin}/mcp`, authorization_servers: [origin] } });
    server.answer('/.well-known/oauth-authorization-server', {
      json: {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        response_types_supported: ['code'],
      },
    });
    await discover(`${origin}/mcp`);
    const alert = page.getByRole('alert');
    const suggestion = 'Or set “PKCE” to “Assume that the provider supports S256” for this server.';
    await alert.getByText(suggestion).waitFor();
    await page.getByRole('listitem').getByText(suggestion).waitFor();
    expect(await form.page.getByRole('form').innerText()).not.toMatch(/oauth2[A-Z]|ASSUME_S256/);
  } finally {
    await server.close();
  }
});
