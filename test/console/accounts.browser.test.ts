import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { createServer as addServer, startWorld, type World } from '../accounts/world.js';
import { launchChromium } from '../support/browser/chromium.js';
import { openBrowser, signIn, type ConsoleBrowser } from '../support/browser/console.js';
import { close, listen } from '../support/http-listener.js';
import { seedSignedInUser, seedServer, seedSession, type SignedInUser } from '../support/seed.js';

let world: World;
let chromium: Browser;
let foreignServer: Server;
/** A page of another origin on the same site, so that its requests carry cookies. */
let foreignSite: string;
let user: SignedInUser;
let browser: ConsoleBrowser;
let page: Page;

beforeAll(async () => {
  foreignServer = createServer((_req, res) => {
    res.setHeader('content-type', 'text/html').end('<!doctype html><title>Foreign site</title>');
  });
  foreignSite = (await listen(foreignServer)).replace('127.0.0.1', 'localhost');
  world = await startWorld();
  await addServer(world, { displayName: 'Tickets', description: 'Who does what, and when.' });
  await seedServer(world.app, { displayName: 'Weather', url: 'https://weather.example.com/mcp' });
  chromium = await launchChromium();
});
beforeEach(async () => {
  user = await seedSignedInUser(world.app);
  browser = await openBrowser(chromium, world.app, user);
  page = browser.page;
});
afterEach(() => browser.close());
afterAll(async () => {
  await chromium.close();
  await world.close();
  await close(foreignServer);
});

const row = (name: string, of = page) =>
  of.getByRole('listitem').filter({ has: of.getByRole('heading', { name, exact: true }) });
const button = (name: string, of = page) => of.getByRole('button', { name, exact: true });
const waitForState = (name: string, text: string | RegExp, of = page) =>
  row(name, of).getByText(text).waitFor();

async function openConsole(of = page): Promise<void> {
  await of.goto(`${world.app.publicUrl}/accounts`);
  await row('Notes', of).waitFor();
}

async function openPopup(name: string): Promise<Page> {
  const [popup] = await Promise.all([browser.context.waitForEvent('page'), button(name).click()]);
  return popup;
}

/** Signs in at the provider, unless this browser is signed in, and answers the consent page. */
async function answerProvider(popup: Page, decision: 'Allow' | 'Deny' = 'Allow'): Promise<void> {
  const login = popup.locator('input[name=login]');
  const answer = popup.getByRole('button', { name: decision });
  await login.or(answer).waitFor();
  if (await login.isVisible()) {
    await login.fill('ada');
    await popup.getByRole('button', { name: 'Sign in' }).click();
  }
  await answer.click();
}

/** Expects a run without errors. Tests of a lost session do not end with it. */
function expectNoComplaints(): void {
  expect([browser.complaints, browser.foreignRequests]).toEqual([[], []]);
}

it('connects in a popup through the consent page, and updates the page without a reload', async () => {
  await openConsole();
  await waitForState('Notes', 'Not connected');
  const popup = await openPopup('Connect Notes');
  await waitForState('Notes', 'Finish connecting in the other window');
  const closed = popup.waitForEvent('close');
  await answerProvider(popup);
  await closed;
  await waitForState('Notes', 'Connected just now');
  await page.getByText('Notes connected.').first().waitFor();
  const time = row('Notes').getByRole('time');
  expect(await time.getAttribute('title')).toMatch(/\d{4} at \d+:\d\d:\d\d.* /);
  expect(Date.parse((await time.getAttribute('datetime')) ?? '')).toBeGreaterThan(Date.now() - 600_000);
  expect(await button('Disconnect Notes').evaluate((it) => it.matches(':focus'))).toBe(true);
  expectNoComplaints();
});

it('disconnects after a confirmation, reports the revocation, and returns the focus', async () => {
  await openConsole();
  await answerProvider(await openPopup('Connect Notes'));
  await button('Disconnect Notes').click();
  const dialog = page.getByRole('alertdialog', { name: 'Disconnect Notes?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await waitForState('Notes', /^Connected/);
  await button('Disconnect Notes').click();
  await dialog.getByRole('button', { name: 'Disconnect' }).click();
  const result = page.getByRole('dialog', { name: 'Notes disconnected' });
  await result.getByText('the provider confirmed that it’s revoked').waitFor();
  await result.getByRole('button', { name: 'Done' }).click();
  await waitForState('Notes', 'Not connected');
  expectNoComplaints();
});

it('works with the keyboard alone, and never loses the focus', async () => {
  await openConsole();
  const hasFocus = (name: string) => button(name).evaluate((it) => it.matches(':focus'));
  while (!(await hasFocus('Connect Notes'))) await page.keyboard.press('Tab');
  const [popup] = await Promise.all([browser.context.waitForEvent('page'), page.keyboard.press('Enter')]);
  await answerProvider(popup);
  await waitForState('Notes', /^Connected/);
  expect(await hasFocus('Disconnect Notes')).toBe(true);
  const dialog = page.getByRole('alertdialog', { name: 'Disconnect Notes?' });
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await button('Disconnect Notes').and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  const confirm = dialog.getByRole('button', { name: 'Disconnect' });
  await confirm.waitFor();
  while (!(await confirm.evaluate((it) => it.matches(':focus')))) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const done = page.getByRole('dialog').getByRole('button', { name: 'Done' });
  await done.waitFor();
  while (!(await done.evaluate((it) => it.matches(':focus')))) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await button('Connect Notes').and(page.locator(':focus')).waitFor();
  expectNoComplaints();
});

it('keeps the popup of a denied consent open, and reports it on the page', async () => {
  await openConsole();
  const popup = await openPopup('Connect Notes');
  await answerProvider(popup, 'Deny');
  await popup.getByRole('heading', { name: 'Not connected' }).waitFor();
  await waitForState('Notes', 'Not connected. See the other window for the reason');
  await answerProvider(await openPopupAgain('Connect Notes', popup));
  await waitForState('Notes', /^Connected/);
  expectNoComplaints();
});

/** Reuses the window, which is named after the server. */
async function openPopupAgain(name: string, popup: Page): Promise<Page> {
  await button(name).click();
  await popup.waitForURL(/interaction/);
  return popup;
}

it('concludes nothing from a closed popup: the user reopens it or cancels', async () => {
  await openConsole();
  const first = await openPopup('Connect Notes');
  await first.locator('input[name=login]').waitFor();
  await first.close();
  await waitForState('Notes', 'Finish connecting');
  const second = await openPopup('Reopen window Notes');
  await second.locator('input[name=login]').waitFor();
  await second.close();
  await button('Cancel connecting Notes').click();
  await waitForState('Notes', 'Not connected');
  await answerProvider(await openPopup('Connect Notes'));
  await waitForState('Notes', /^Connected/);
  expectNoComplaints();
});

it('navigates the page itself when popups are blocked, and returns', async () => {
  await browser.context.addInitScript('window.open = () => null');
  await openConsole();
  await button('Connect Notes').click();
  await answerProvider(page);
  await page.waitForURL(`${world.app.publicUrl}/accounts`);
  await waitForState('Notes', /^Connected/);
  expectNoComplaints();
});

it('connects two servers at once in two popups', async () => {
  await openConsole();
  const notes = await openPopup('Connect Notes');
  await notes.locator('input[name=login]').waitFor();
  const tickets = await openPopup('Connect Tickets');
  await answerProvider(tickets);
  await waitForState('Tickets', /^Connected/);
  await waitForState('Notes', 'Finish connecting');
  await answerProvider(notes);
  await waitForState('Notes', /^Connected/);
  expectNoComplaints();
});

it('receives the result of a popup that has lost its opener', async () => {
  await openConsole();
  const popup = await openPopup('Connect Notes');
  await popup.addInitScript('window.opener = null');
  await answerProvider(popup);
  await popup.getByText('You can close this window').waitFor();
  await waitForState('Notes', /^Connected/);
  expectNoComplaints();
});

it('shows the result of a popup that can send no message, because it polls while one is open', async () => {
  await openConsole();
  const popup = await openPopup('Connect Notes');
  await popup.addInitScript('window.opener = null; delete window.BroadcastChannel');
  await answerProvider(popup);
  await waitForState('Notes', /^Connected/);
});

it('shows the result after the user has left the page and returned', async () => {
  await openConsole();
  const popup = await openPopup('Connect Notes');
  await page.goto(`${world.app.publicUrl}/auth/sign-in`);
  const closed = popup.waitForEvent('close');
  await answerProvider(popup);
  await closed;
  await page.getByRole('link', { name: 'Open the console' }).click();
  await waitForState('Notes', /^Connected/);
  expectNoComplaints();
});

it('updates another tab at once, and another device on focus', async () => {
  const elsewhere = await openBrowser(chromium, world.app, {
    session: await seedSession(world.app, user.id),
  });
  await openConsole(elsewhere.page);
  const tab = await browser.context.newPage();
  await openConsole(tab);
  await openConsole();
  await page.bringToFront();
  await answerProvider(await openPopup('Connect Notes'));
  await waitForState('Notes', /^Connected/, tab);
  await elsewhere.page.evaluate(`dispatchEvent(new Event('focus'))`);
  await waitForState('Notes', /^Connected/, elsewhere.page);
  expectNoComplaints();
  await elsewhere.close();
});

it('resumes after a session that ends while a popup is open is renewed', async () => {
  await openConsole();
  const popup = await openPopup('Connect Notes');
  await popup.locator('input[name=login]').waitFor();
  await world.app.authentication.endSession(user.session);
  await page.getByRole('alertdialog', { name: 'You’re signed out' }).waitFor();
  await answerProvider(popup);
  await popup.getByText("You're not signed in any more").waitFor();
  await signIn(browser.context, world.app, await seedSession(world.app, user.id));
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  await popup.close();
  await answerProviderUntilClosed(await openPopup('Connect Notes'));
  await waitForState('Notes', /^Connected/);
});

/** Answers a provider that knows this browser. It may ask nothing, or twice for consent. */
async function answerProviderUntilClosed(popup: Page): Promise<void> {
  const asked = popup.locator('input[name=login]').or(popup.getByRole('button', { name: 'Allow' }));
  while (!popup.isClosed()) {
    await asked
      .waitFor()
      .then(() => answerProvider(popup))
      .catch((error: unknown) => {
        if (!popup.isClosed()) throw error;
      });
  }
}

it('ignores forged messages of another origin', async () => {
  const attacker = await browser.context.newPage();
  await attacker.goto(foreignSite);
  const [victim] = await Promise.all([
    browser.context.waitForEvent('page'),
    attacker.evaluate(`void (window.victim = window.open(${JSON.stringify(world.app.publicUrl)}))`),
  ]);
  page = victim;
  await row('Notes').waitFor();
  const popup = await openPopup('Connect Notes');
  await waitForState('Notes', 'Finish connecting');
  await victim.evaluate(`window.received = 0; addEventListener('message', () => (window.received += 1));`);
  for (const status of ['success', 'error', 'constructor']) {
    const message = { type: 'mcp-oauth2-complete', serverId: world.serverId, status };
    await attacker.evaluate(`window.victim.postMessage(${JSON.stringify(message)}, '*')`);
  }
  while ((await victim.evaluate('window.received')) !== 3) await sleep(20);
  await victim.waitForResponse((response) => response.url().endsWith('/graphql'));
  await waitForState('Notes', 'Finish connecting');
  await popup.close();
  expectNoComplaints();
});

it('trusts only the server after a false message of this origin', async () => {
  await openConsole();
  await openPopup('Connect Notes');
  await waitForState('Notes', 'Finish connecting');
  const asked = page.waitForResponse((response) => response.url().endsWith('/graphql'));
  const message = { type: 'mcp-oauth2-complete', serverId: world.serverId, status: 'success' };
  const tab = await browser.context.newPage();
  await tab.goto(`${world.app.publicUrl}/auth/sign-in`);
  await tab.evaluate(`new BroadcastChannel('mcp-oauth2-complete').postMessage(${JSON.stringify(message)})`);
  await asked;
  await waitForState('Notes', 'Finish connecting');
  expectNoComplaints();
});

it('says why a reconnect is required, and reconnects', async () => {
  await openConsole();
  await answerProvider(await openPopup('Connect Notes'));
  await waitForState('Notes', /^Connected/);
  await world.app.sql(
    `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null, refresh_token = null,
       failure_code = 'INVALID_GRANT', failure_reason = 'The provider has ended this connection.', failure_at = now()
     where user_id = $1`,
    [user.id],
  );
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  await waitForState('Notes', 'Reconnect required. The provider has ended this connection.');
  await answerProviderUntilClosed(await openPopup('Reconnect Notes'));
  await waitForState('Notes', /^Connected/);
  expectNoComplaints();
});

it('offers to reconnect or to disconnect an account whose token cannot be refreshed', async () => {
  await openConsole();
  await answerProvider(await openPopup('Connect Notes'));
  await waitForState('Notes', /^Connected/);
  await world.app.sql(
    `update mcp_server_user_tokens set refresh_refused_at = now(), failure_code = 'REFUSED_BY_PROVIDER',
       failure_reason = 'The provider refused to issue a new token.', failure_at = now() where user_id = $1`,
    [user.id],
  );
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  await waitForState('Notes', /^Connected .*The provider refused to issue a new token\.$/);
  await button('Disconnect Notes').waitFor();
  await world.app.sql(
    `update mcp_server_user_tokens set expires_at = now() - interval '1 second' where user_id = $1`,
    [user.id],
  );
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  await waitForState('Notes', 'Reconnect required. The provider refused to issue a new token.');
  await button('Disconnect Notes').waitFor();
  await answerProviderUntilClosed(await openPopup('Reconnect Notes'));
  await waitForState('Notes', /^Connected/);
  expectNoComplaints();
});

it('shows a server’s tools on demand, and which of them are allowed', async () => {
  await openConsole();
  await button('Tools of Notes').click();
  await row('Notes').getByText('Connect your account to see this server’s tools').waitFor();
  await answerProvider(await openPopup('Connect Notes'));
  await row('Notes').getByText('whoami', { exact: true }).waitFor();
  await row('Notes')
    .getByText(/^\d+ tools, all allowed$/)
    .waitFor();
  await world.admin.graphql.data(
    `mutation ($id: ID!) { updateMcpServerConfig(id: $id, input: { toolDenyList: ["whoami"] }) { server { id } } }`,
    { id: world.serverId },
  );
  await button('Tools of Notes').click();
  await page.reload();
  await button('Tools of Notes').click();
  await row('Notes').getByText('Blocked by your team').waitFor();
  await row('Notes')
    .getByText(/^\d+ tools, \d+ allowed$/)
    .waitFor();
  expectNoComplaints();
});

it('finds servers by name and description, and says when nothing matches', async () => {
  await openConsole();
  await waitForState('Weather', 'Ready. No account required');
  const search = page.getByRole('searchbox', { name: 'Search servers' });
  await search.fill('  WHO does ');
  await row('Notes').waitFor({ state: 'detached' });
  expect(await row('Tickets').isVisible()).toBe(true);
  await search.fill('nothing like it');
  await page.getByRole('heading', { name: 'No servers match “nothing like it”' }).waitFor();
  expectNoComplaints();
});

it('disconnects an account at a disabled server', async () => {
  const id = await addServer(world, { displayName: 'Legacy' });
  const enable = (enabled: boolean) =>
    world.admin.graphql.data(
      `mutation ($id: ID!, $enabled: Boolean!) {
         updateMcpServerConfig(id: $id, input: { enabled: $enabled }) { server { id } }
       }`,
      { id, enabled },
    );
  await openConsole();
  await answerProvider(await openPopup('Connect Legacy'));
  await waitForState('Legacy', /^Connected/);
  await enable(false);
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  await page.getByRole('heading', { name: 'Disabled servers' }).waitFor();
  await button('Disconnect Legacy').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
  await page.getByRole('dialog', { name: 'Legacy disconnected' }).getByRole('button').click();
  await page.getByRole('heading', { name: 'Disabled servers' }).waitFor({ state: 'detached' });
  expectNoComplaints();
});
