import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startWorld, type SignedInUser, type World } from '../accounts/world.js';
import { launchChromium } from '../support/browser/chromium.js';
import { sessionCookieName } from '../support/graphql.js';
import { close, listen } from '../support/http-listener.js';
import { seedSignedInUser } from '../support/seed.js';

const file = new URL('../../docs/examples/connect.ts', import.meta.url);

let world: World;
let chromium: Browser;
let frontend: Server;
let origin: string;
let example: string;
let user: SignedInUser;
let context: BrowserContext;
let page: Page;

/** A frontend on another origin, with a button and the state of the account. */
const frontendPage = (switchboard: string) => `<!doctype html>
<title>Frontend</title>
<button disabled>Connect</button>
<p role="status"></p>
<script type="module">
  import { connect } from './connect.js';
  const query = '{ mcpServerConfigs { id authConnected connectUrl } }';
  async function refetch() {
    window.requests = (window.requests ?? 0) + 1;
    const response = await fetch('${switchboard}/graphql', {
      method: 'POST',
      credentials: 'include',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const [server] = (await response.json()).data.mcpServerConfigs;
    document.querySelector('[role=status]').textContent = server.authConnected ? 'Connected' : 'Not connected';
    return server;
  }
  const server = await refetch();
  const button = document.querySelector('button');
  button.addEventListener('click', () => connect(server, refetch));
  button.disabled = false;
</script>`;

beforeAll(async () => {
  example = stripTypeScriptTypes(await readFile(file, 'utf8'));
  frontend = createServer((req, res) => {
    const isScript = req.url === '/connect.js';
    res.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    res.end(isScript ? example : frontendPage(world.app.publicUrl));
  });
  origin = (await listen(frontend)).replace('127.0.0.1', 'localhost');
  world = await startWorld({ app: { allowedOrigins: [origin] } });
  chromium = await launchChromium();
});
afterAll(async () => {
  await chromium.close();
  await world.close();
  await close(frontend);
});
beforeEach(async () => {
  user = await seedSignedInUser(world.app);
  context = await chromium.newContext();
  await context.addCookies([
    { name: sessionCookieName(world.app), value: user.session, url: world.app.publicUrl, sameSite: 'Lax' },
  ]);
  page = await context.newPage();
  await page.goto(`${origin}/settings?tab=servers`);
});
afterEach(() => context.close());

const click = () => page.getByRole('button', { name: 'Connect' }).click();
const says = (state: string) => page.getByRole('status').getByText(state, { exact: true }).waitFor();

async function consent(popup: Page, decision = 'Allow'): Promise<void> {
  await popup.fill('input[name=login]', 'ada');
  await popup.getByRole('button', { name: 'Sign in' }).click();
  await popup.getByRole('button', { name: decision }).click();
}

async function openPopup(): Promise<Page> {
  const [popup] = await Promise.all([context.waitForEvent('page'), click()]);
  return popup;
}

test('shows the tested example in the README', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${await readFile(file, 'utf8')}\`\`\``);
});

test('opens the popup on the click, shows the result, and stops polling', async () => {
  await says('Not connected');
  const popup = await openPopup();
  const closed = popup.waitForEvent('close');
  await consent(popup);
  await closed;
  await says('Connected');
  const requests = await page.evaluate('window.requests');
  await page.evaluate(`new Promise((resolve) => setTimeout(resolve, 2500))`);
  expect(await page.evaluate('window.requests')).toBe(requests);
});

test('shows the result after the opener is lost', async () => {
  const popup = await openPopup();
  await popup.locator('input[name=login]').waitFor();
  // A provider's Cross-Origin-Opener-Policy has this effect.
  await popup.evaluate('window.opener = null');
  await popup.context().route(/\/oauth2\/callback/, async (route) => {
    const answer = await route.fetch({ maxRedirects: 0 });
    const headers = { ...answer.headers(), 'cross-origin-opener-policy': 'same-origin' };
    await route.fulfill({ response: answer, headers });
  });
  await consent(popup);
  await popup.getByText('You can close this window').waitFor();
  await says('Connected');
});

test('navigates the page and returns when popups are blocked', async () => {
  await page.evaluate('window.open = () => null');
  await click();
  await page.waitForURL((url) => url.origin !== origin);
  await consent(page);
  await page.waitForURL(`${origin}/settings?tab=servers`);
  await says('Connected');
});

test('leaves the page unchanged after a denied consent, and connects on a second attempt', async () => {
  const popup = await openPopup();
  await consent(popup, 'Deny');
  await popup.getByRole('heading', { name: 'Not connected' }).waitFor();
  await popup.close();
  await says('Not connected');
  const again = await openPopup();
  // The user is still signed in at the provider.
  await again.getByRole('button', { name: 'Allow' }).click();
  await says('Connected');
});

test('ignores a forged message', async () => {
  // Without the interval, only messages and focus cause requests.
  await page.evaluate('window.setInterval = () => 0');
  const popup = await openPopup();
  await popup.locator('input[name=login]').waitFor();
  await page.evaluate(`
    window.heard = 0;
    addEventListener('message', () => (window.heard += 1));
    window.before = window.requests;
  `);
  const forged = { type: 'mcp-oauth2-complete', serverId: world.serverId, status: 'success' };
  await popup.evaluate(`window.opener.postMessage(${JSON.stringify(forged)}, '*')`);
  await page.waitForFunction('window.heard === 1');
  expect(await page.evaluate('window.requests - window.before')).toBe(0);
  await consent(popup);
  await says('Connected');
});
