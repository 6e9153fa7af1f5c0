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
/** A frontend of the team on another origin of the same site, and the same page on a foreign site. */
let frontend: string;
let foreignSite: string;
let user: SignedInUser;
let context: BrowserContext;
let opener: Page;
let connectUrl: string;

beforeAll(async () => {
  frontendServer = createServer((_req, res) => {
    res.setHeader('content-type', 'text/html').end('<!doctype html><title>Frontend</title><p>Frontend</p>');
  });
  foreignSite = await listen(frontendServer);
  frontend = foreignSite.replace('127.0.0.1', 'localhost');
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

// As text, because the tests' types have no DOM.
const listening = `
  window.received = [];
  addEventListener('message', ({ data, origin }) => window.received.push({ data, origin }));
  window.channel = new BroadcastChannel('mcp-oauth2-complete');
  window.channel.onmessage = ({ data }) => window.received.push({ data, origin: 'channel' });
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

const received = () => opener.evaluate('window.received');
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

test('the popup of another origin goes straight to the provider, messages its opener and closes', async () => {
  const popup = await openPopup(frontend, `${connectUrl}?origin=${encodeURIComponent(frontend)}`);
  const closed = popup.waitForEvent('close');
  await answerProvider(popup);
  await closed;
  expect(await received()).toEqual([{ data: ended('success'), origin: world.app.publicUrl }]);
  expect(await isConnected()).toBe(true);
});

test('a popup without an opener messages the windows of its origin, and says that it can be closed', async () => {
  const popup = await openPopup(`${world.app.publicUrl}/auth/sign-in`, connectUrl, 'noopener');
  await answerProvider(popup);
  await popup.getByText('You can close this window').waitFor();
  expect(popup.url()).toBe(connectUrl.replace(/connect$/, 'callback'));
  expect(await received()).toEqual([{ data: ended('success'), origin: 'channel' }]);
  expect(popup.isClosed()).toBe(false);
});

test('a failed popup stays open, and messages its opener', async () => {
  const popup = await openPopup(frontend, `${connectUrl}?origin=${encodeURIComponent(frontend)}`);
  await answerProvider(popup, 'Deny');
  await popup.getByRole('heading', { name: 'Not connected' }).waitFor();
  expect(await received()).toEqual([{ data: ended('error'), origin: world.app.publicUrl }]);
  expect(await isConnected()).toBe(false);
  expect(popup.url()).toBe(connectUrl.replace(/connect$/, 'callback'));
  // The history holds no code or state either, and another attempt begins on this page.
  await popup.getByRole('link', { name: 'Try again' }).click();
  await popup.getByRole('button', { name: 'Allow' }).waitFor();
  await popup.goBack();
  expect(popup.url()).not.toContain('state=');
});

test('a foreign site makes the popup ask the user first, and receives no message', async () => {
  const asked = world.provider.count('/auth');
  const popup = await openPopup(foreignSite, connectUrl);
  await popup.getByText(user.email).waitFor();
  expect(world.provider.count('/auth')).toBe(asked);
  const closed = popup.waitForEvent('close');
  await popup.getByRole('button', { name: 'Connect' }).click();
  await answerProvider(popup);
  await closed;
  expect(await received()).toEqual([]);
});

test('a full-page connect returns after it succeeds', async () => {
  const query = new URLSearchParams({ origin: frontend, return: '/settings' });
  await opener.goto(frontend);
  await opener.evaluate(`location.assign(${JSON.stringify(`${connectUrl}?${query}`)})`);
  await answerProvider(opener);
  await opener.waitForURL(`${frontend}/settings`);
  expect(await isConnected()).toBe(true);
});

test('a full-page connect works with the keyboard, and breaks no policy', async () => {
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
  await opener.keyboard.press('Tab');
  await opener.keyboard.press('Enter');
  await opener.getByText('Frontend').waitFor();
  expect(opener.url()).toBe(`${frontend}/settings?tab=servers`);
  // The status of the error page is not a violation.
  expect(complaints.filter((text) => !text.includes('403'))).toEqual([]);
});
