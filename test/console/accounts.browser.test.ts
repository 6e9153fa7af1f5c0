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
let strangerServer: Server;
/** A page of another origin of the same site, so that cookies are no obstacle to it. */
let stranger: string;
let user: SignedInUser;
let browser: ConsoleBrowser;
let page: Page;

beforeAll(async () => {
  strangerServer = createServer((_req, res) => {
    res.setHeader('content-type', 'text/html').end('<!doctype html><title>Stranger</title>');
  });
  stranger = (await listen(strangerServer)).replace('127.0.0.1', 'localhost');
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
  await close(strangerServer);
});

const row = (name: string, of = page) =>
  of.getByRole('listitem').filter({ has: of.getByRole('heading', { name, exact: true }) });
const button = (name: string, of = page) => of.getByRole('button', { name, exact: true });
const says = (name: string, words: string | RegExp, of = page) => row(name, of).getByText(words).waitFor();

async function openConsole(of = page): Promise<void> {
  await of.goto(`${world.app.publicUrl}/connections`);
  await row('Notes', of).waitFor();
}

async function openPopup(name: string): Promise<Page> {
  const [popup] = await Promise.all([browser.context.waitForEvent('page'), button(name).click()]);
  return popup;
}

/** Signs in at the provider, unless this browser has already, and answers its consent page. */
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

/** The fault-free run of a page: what every test but those of a lost session ends with. */
function expectNoComplaints(): void {
  expect([browser.complaints, browser.foreignRequests]).toEqual([[], []]);
}

it('connects in a popup through the consent page, and the page shows it by itself', async () => {
  await openConsole();
  await says('Notes', 'Not connected');
  const popup = await openPopup('Connect Notes');
  await says('Notes', 'Waiting for you to finish in the other window');
  const closed = popup.waitForEvent('close');
  await answerProvider(popup);
  await closed;
  await says('Notes', 'Connected just now');
  await page.getByText('Notes is connected.').first().waitFor();
  const time = row('Notes').getByRole('time');
  expect(await time.getAttribute('title')).toMatch(/\d{4} at \d+:\d\d:\d\d.* /);
  expect(Date.parse((await time.getAttribute('datetime')) ?? '')).toBeGreaterThan(Date.now() - 600_000);
  expect(await button('Disconnect Notes').evaluate((it) => it.matches(':focus'))).toBe(true);
  expectNoComplaints();
});

it('disconnects after asking, says what became of the grant, and gives the focus back', async () => {
  await openConsole();
  await answerProvider(await openPopup('Connect Notes'));
  await button('Disconnect Notes').click();
  const asks = page.getByRole('alertdialog', { name: 'Disconnect Notes?' });
  await asks.getByRole('button', { name: 'Keep it' }).click();
  await asks.waitFor({ state: 'detached' });
  await says('Notes', /^Connected/);
  await button('Disconnect Notes').click();
  await asks.getByRole('button', { name: 'Disconnect' }).click();
  const told = page.getByRole('dialog', { name: 'Notes is disconnected' });
  await told.getByText('the provider confirms that it is revoked').waitFor();
  await told.getByRole('button', { name: 'Done' }).click();
  await says('Notes', 'Not connected');
  expectNoComplaints();
});

it('is used by the keyboard alone, and the focus never gets lost', async () => {
  await openConsole();
  const hasFocus = (name: string) => button(name).evaluate((it) => it.matches(':focus'));
  while (!(await hasFocus('Connect Notes'))) await page.keyboard.press('Tab');
  const [popup] = await Promise.all([browser.context.waitForEvent('page'), page.keyboard.press('Enter')]);
  await answerProvider(popup);
  await says('Notes', /^Connected/);
  expect(await hasFocus('Disconnect Notes')).toBe(true);
  const asks = page.getByRole('alertdialog', { name: 'Disconnect Notes?' });
  await page.keyboard.press('Enter');
  await asks.waitFor();
  await page.keyboard.press('Escape');
  await asks.waitFor({ state: 'detached' });
  await button('Disconnect Notes').and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  const confirm = asks.getByRole('button', { name: 'Disconnect' });
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

it('a refusal at the provider stays to be read, and the page stops waiting', async () => {
  await openConsole();
  const popup = await openPopup('Connect Notes');
  await answerProvider(popup, 'Deny');
  await popup.getByRole('heading', { name: 'Not connected' }).waitFor();
  await says('Notes', 'Not connected: the other window says why');
  await answerProvider(await openPopupAgain('Connect Notes', popup));
  await says('Notes', /^Connected/);
  expectNoComplaints();
});

/** The same window is used again: it has the server's name. */
async function openPopupAgain(name: string, popup: Page): Promise<Page> {
  await button(name).click();
  await popup.waitForURL(/interaction/);
  return popup;
}

it('concludes nothing from a popup that is closed: one opens it again, or stops waiting', async () => {
  await openConsole();
  const first = await openPopup('Connect Notes');
  await first.locator('input[name=login]').waitFor();
  await first.close();
  await says('Notes', 'Waiting for you to finish');
  const second = await openPopup('Open again Notes');
  await second.locator('input[name=login]').waitFor();
  await second.close();
  await button('Stop waiting for Notes').click();
  await says('Notes', 'Not connected');
  await answerProvider(await openPopup('Connect Notes'));
  await says('Notes', /^Connected/);
  expectNoComplaints();
});

it('goes there with the whole page where popups are blocked, and comes back by itself', async () => {
  await browser.context.addInitScript('window.open = () => null');
  await openConsole();
  await button('Connect Notes').click();
  await answerProvider(page);
  await page.waitForURL(`${world.app.publicUrl}/connections`);
  await says('Notes', /^Connected/);
  expectNoComplaints();
});

it('connects two servers at once in two popups', async () => {
  await openConsole();
  const notes = await openPopup('Connect Notes');
  await notes.locator('input[name=login]').waitFor();
  const tickets = await openPopup('Connect Tickets');
  await answerProvider(tickets);
  await says('Tickets', /^Connected/);
  await says('Notes', 'Waiting for you to finish');
  await answerProvider(notes);
  await says('Notes', /^Connected/);
  expectNoComplaints();
});

it('hears of a popup that has lost its opener', async () => {
  await openConsole();
  const popup = await openPopup('Connect Notes');
  await popup.addInitScript('window.opener = null');
  await answerProvider(popup);
  await popup.getByText('You may close this window').waitFor();
  await says('Notes', /^Connected/);
  expectNoComplaints();
});

it('shows what a popup did that can tell nobody, because it asks while one is open', async () => {
  await openConsole();
  const popup = await openPopup('Connect Notes');
  await popup.addInitScript('window.opener = null; delete window.BroadcastChannel');
  await answerProvider(popup);
  await says('Notes', /^Connected/);
});

it('shows it to whoever went elsewhere meanwhile and came back', async () => {
  await openConsole();
  const popup = await openPopup('Connect Notes');
  await page.goto(`${world.app.publicUrl}/auth/sign-in`);
  const closed = popup.waitForEvent('close');
  await answerProvider(popup);
  await closed;
  await page.getByRole('link', { name: 'Open the console' }).click();
  await says('Notes', /^Connected/);
  expectNoComplaints();
});

it('another tab sees it at once, and another device when somebody looks there', async () => {
  const elsewhere = await openBrowser(chromium, world.app, {
    session: await seedSession(world.app, user.id),
  });
  await openConsole(elsewhere.page);
  const tab = await browser.context.newPage();
  await openConsole(tab);
  await openConsole();
  await page.bringToFront();
  await answerProvider(await openPopup('Connect Notes'));
  await says('Notes', /^Connected/, tab);
  await elsewhere.page.evaluate(`dispatchEvent(new Event('focus'))`);
  await says('Notes', /^Connected/, elsewhere.page);
  expectNoComplaints();
  await elsewhere.close();
});

it('a session that ends while a popup is open is renewed, and connecting goes on', async () => {
  await openConsole();
  const popup = await openPopup('Connect Notes');
  await popup.locator('input[name=login]').waitFor();
  await world.app.authentication.endSession(user.session);
  await page.getByRole('alertdialog', { name: 'You are signed out' }).waitFor();
  await answerProvider(popup);
  await popup.getByText("You're not signed in any more").waitFor();
  await signIn(browser.context, world.app, await seedSession(world.app, user.id));
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  await popup.close();
  await answerProviderUntilClosed(await openPopup('Connect Notes'));
  await says('Notes', /^Connected/);
});

/** The provider knows this browser by now: it may ask nothing, or twice for its consent. */
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

it('forged messages of another origin change nothing and ask nothing', async () => {
  const intruder = await browser.context.newPage();
  await intruder.goto(stranger);
  const [victim] = await Promise.all([
    browser.context.waitForEvent('page'),
    intruder.evaluate(`void (window.victim = window.open(${JSON.stringify(world.app.publicUrl)}))`),
  ]);
  page = victim;
  await row('Notes').waitFor();
  const popup = await openPopup('Connect Notes');
  await says('Notes', 'Waiting for you to finish');
  await victim.evaluate(`window.heard = 0; addEventListener('message', () => (window.heard += 1));`);
  for (const status of ['success', 'error', 'constructor']) {
    const message = { type: 'mcp-oauth2-complete', serverId: world.serverId, status };
    await intruder.evaluate(`window.victim.postMessage(${JSON.stringify(message)}, '*')`);
  }
  while ((await victim.evaluate('window.heard')) !== 3) await sleep(20);
  await victim.waitForResponse((response) => response.url().endsWith('/graphql'));
  await says('Notes', 'Waiting for you to finish');
  await popup.close();
  expectNoComplaints();
});

it('a message of this origin that is not true changes nothing either: the server says who is connected', async () => {
  await openConsole();
  await openPopup('Connect Notes');
  await says('Notes', 'Waiting for you to finish');
  const asked = page.waitForResponse((response) => response.url().endsWith('/graphql'));
  const message = { type: 'mcp-oauth2-complete', serverId: world.serverId, status: 'success' };
  const tab = await browser.context.newPage();
  await tab.goto(`${world.app.publicUrl}/auth/sign-in`);
  await tab.evaluate(`new BroadcastChannel('mcp-oauth2-complete').postMessage(${JSON.stringify(message)})`);
  await asked;
  await says('Notes', 'Waiting for you to finish');
  expectNoComplaints();
});

it('says why a connection has to be made again, and makes it', async () => {
  await openConsole();
  await answerProvider(await openPopup('Connect Notes'));
  await says('Notes', /^Connected/);
  await world.app.sql(
    `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null, refresh_token = null,
       failure_code = 'INVALID_GRANT', failure_reason = 'The provider has ended this connection.', failure_at = now()
     where user_id = $1`,
    [user.id],
  );
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  await says('Notes', 'Needs to be connected again: The provider has ended this connection.');
  await answerProviderUntilClosed(await openPopup('Reconnect Notes'));
  await says('Notes', /^Connected/);
  expectNoComplaints();
});

it('shows a server’s tools when asked, and which of them are allowed', async () => {
  await openConsole();
  await button('Tools of Notes').click();
  await row('Notes').getByText('Connect your account first').waitFor();
  await answerProvider(await openPopup('Connect Notes'));
  await row('Notes').getByText('whoami', { exact: true }).waitFor();
  await row('Notes')
    .getByText(/^\d+ tools, all allowed$/)
    .waitFor();
  await world.admin.graphql.data(
    `mutation ($id: UUID!) { updateMcpServerConfig(id: $id, input: { toolDenyList: ["whoami"] }) { config { id } } }`,
    { id: world.serverId },
  );
  await button('Tools of Notes').click();
  await page.reload();
  await button('Tools of Notes').click();
  await row('Notes').getByText('Not allowed: blocked by your team').waitFor();
  await row('Notes')
    .getByText(/of them allowed$/)
    .waitFor();
  expectNoComplaints();
});

it('finds servers by name and description, and says when nothing matches', async () => {
  await openConsole();
  await says('Weather', 'Ready: needs no account');
  const search = page.getByRole('searchbox', { name: 'Search servers' });
  await search.fill('  WHO does ');
  await row('Notes').waitFor({ state: 'detached' });
  expect(await row('Tickets').isVisible()).toBe(true);
  await search.fill('nothing like it');
  await page.getByRole('heading', { name: 'Nothing matches “nothing like it”' }).waitFor();
  expectNoComplaints();
});

it('lets go of a connection to a server that was switched off', async () => {
  const id = await addServer(world, { displayName: 'Legacy' });
  const enable = (enabled: boolean) =>
    world.admin.graphql.data(
      `mutation ($id: UUID!, $enabled: Boolean!) {
         updateMcpServerConfig(id: $id, input: { enabled: $enabled }) { config { id } }
       }`,
      { id, enabled },
    );
  await openConsole();
  await answerProvider(await openPopup('Connect Legacy'));
  await says('Legacy', /^Connected/);
  await enable(false);
  await page.evaluate(`dispatchEvent(new Event('focus'))`);
  await page.getByRole('heading', { name: 'Switched off' }).waitFor();
  await button('Disconnect Legacy').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
  await page.getByRole('dialog', { name: 'Legacy is disconnected' }).getByRole('button').click();
  await page.getByRole('heading', { name: 'Switched off' }).waitFor({ state: 'detached' });
  expectNoComplaints();
});
