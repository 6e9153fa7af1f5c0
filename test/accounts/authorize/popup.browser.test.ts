import { createServer, type Server } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../../support/browser/chromium.js';
import { sessionCookieName } from '../../support/graphql.js';
import { close, listen } from '../../support/http-listener.js';
import { seedSignedInUser, type SignedInUser } from '../../support/seed.js';
import { startWorld, type World } from '../world.js';

let world: World;
let chromium: Browser;
let frontendServer: Server;
/** A frontend of the team's on another origin of the same site, and the same page as a stranger's site. */
let frontend: string;
let stranger: string;
let user: SignedInUser;
let context: BrowserContext;
let opener: Page;
let connectUrl: string;

beforeAll(async () => {
  frontendServer = createServer((_req, res) => {
    res.setHeader('content-type', 'text/html').end('<!doctype html><title>Frontend</title><p>Frontend</p>');
  });
  stranger = await listen(frontendServer);
  frontend = stranger.replace('127.0.0.1', 'localhost');
  world = await startWorld({ app: { allowedOrigins: [frontend] } });
  connectUrl = `${world.app.publicUrl}/mcp-servers/${world.serverId}/oauth2/connect`;
  chromium = await launchChromium();
});
afterAll(async () => {
  await chromium.close();
  await world.close();
  await close(frontendServer);
});
beforeEach(async () => {
  user = await seedSignedInUser(world.app);
  context = await chromium.newContext({ viewport: { width: 400, height: 700 } });
  await context.addCookies([
    { name: sessionCookieName(world.app), value: user.session, url: world.app.publicUrl, sameSite: 'Lax' },
  ]);
  opener = await context.newPage();
});
afterEach(() => context.close());

// The tests' types know no DOM, so what runs in the page is text.
const listening = `
  window.heard = [];
  addEventListener('message', ({ data, origin }) => window.heard.push({ data, origin }));
  window.channel = new BroadcastChannel('mcp-oauth2-complete');
  window.channel.onmessage = ({ data }) => window.heard.push({ data, origin: 'channel' });
`;

async function openPopup(from: string, url: string, features = 'width=400,height=700'): Promise<Page> {
  await opener.goto(from);
  await opener.evaluate(listening);
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    opener.evaluate(`void window.open(${JSON.stringify(url)}, '_blank', ${JSON.stringify(features)})`),
  ]);
  return popup;
}

async function answerProvider(page: Page, decision: 'Allow' | 'Deny' = 'Allow'): Promise<void> {
  await page.fill('input[name=login]', 'ada');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: decision }).click();
}

const heard = () => opener.evaluate('window.heard');
const ended = (status: 'success' | 'error') => ({
  type: 'mcp-oauth2-complete',
  serverId: world.serverId,
  status,
});
const isConnected = async () => {
  const list = `{ mcpServerConfigs { authConnected } }`;
  const data = await user.graphql.data<{ mcpServerConfigs: { authConnected: boolean }[] }>(list);
  return data.mcpServerConfigs[0]?.authConnected;
};

test('a popup of a frontend elsewhere goes straight to the provider, tells its opener and closes', async () => {
  const popup = await openPopup(frontend, `${connectUrl}?origin=${encodeURIComponent(frontend)}`);
  const closed = popup.waitForEvent('close');
  await answerProvider(popup);
  await closed;
  expect(await heard()).toEqual([{ data: ended('success'), origin: world.app.publicUrl }]);
  expect(await isConnected()).toBe(true);
});

test('a popup that lost its opener tells this origin’s own windows, and says that it may be closed', async () => {
  const popup = await openPopup(`${world.app.publicUrl}/auth/sign-in`, connectUrl, 'noopener');
  await answerProvider(popup);
  await popup.getByText('You may close this window').waitFor();
  expect(await heard()).toEqual([{ data: ended('success'), origin: 'channel' }]);
  expect(popup.isClosed()).toBe(false);
});

test('a refusal stays to be read, and its opener learns that it failed', async () => {
  const popup = await openPopup(frontend, `${connectUrl}?origin=${encodeURIComponent(frontend)}`);
  await answerProvider(popup, 'Deny');
  await popup.getByRole('heading', { name: 'Not connected' }).waitFor();
  expect(await heard()).toEqual([{ data: ended('error'), origin: world.app.publicUrl }]);
  expect(await isConnected()).toBe(false);
});

test('a stranger’s site has the person asked first, and is told nothing', async () => {
  const asked = world.provider.count('/auth');
  const popup = await openPopup(stranger, connectUrl);
  await popup.getByText(user.email).waitFor();
  expect(world.provider.count('/auth')).toBe(asked);
  const closed = popup.waitForEvent('close');
  await popup.getByRole('button', { name: 'Connect' }).click();
  await answerProvider(popup);
  await closed;
  expect(await heard()).toEqual([]);
});

test('the whole page comes back by itself when it has worked', async () => {
  const query = new URLSearchParams({ origin: frontend, return: '/settings' });
  await opener.goto(frontend);
  await opener.evaluate(`location.assign(${JSON.stringify(`${connectUrl}?${query}`)})`);
  await answerProvider(opener);
  await opener.waitForURL(`${frontend}/settings`);
  expect(await isConnected()).toBe(true);
});

test('the whole page can go there and back, by the keyboard and without breaking a rule of its own', async () => {
  const complaints: string[] = [];
  opener.on('console', (message) => void complaints.push(message.text()));
  const query = new URLSearchParams({ origin: frontend, return: '/settings?tab=servers' });
  await opener.goto(`${connectUrl}?${query}`);
  await opener.getByRole('heading', { name: 'Connect Notes?' }).waitFor();
  await opener.keyboard.press('Enter');
  expect(opener.url()).toMatch(connectUrl);
  await opener.keyboard.press('Tab');
  await opener.keyboard.press('Enter');
  await answerProvider(opener, 'Deny');
  await opener.getByRole('heading', { name: 'Not connected' }).waitFor();
  expect(await opener.evaluate('document.documentElement.scrollWidth')).toBe(400);
  await opener.keyboard.press('Tab');
  await opener.keyboard.press('Enter');
  await opener.getByText('Frontend').waitFor();
  expect(opener.url()).toBe(`${frontend}/settings?tab=servers`);
  // The refusal's own status is no rule that was broken.
  expect(complaints.filter((text) => !text.includes('502'))).toEqual([]);
});
