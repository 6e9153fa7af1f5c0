// npm run pictures: takes the README's pictures of the demo in a browser. With a folder as the argument, also takes every view
// at three widths in both color schemes: npm run pictures -- docs/pictures/views
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { launchChromium } from '../../test/support/browser/chromium.js';
import { startDemo, type RunningDemo } from './demo.js';

const here = (name: string) => fileURLToPath(new URL(`${name}.png`, import.meta.url));
const widths = [320, 1024, 1600];

async function signedIn(
  chromium: Browser,
  demo: RunningDemo,
  email: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await chromium.newContext({
    viewport: { width: 1280, height: 760 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  await page.goto(demo.link(email));
  await page.getByRole('button', { name: /Sign in/ }).click();
  await page.getByRole('heading', { name: 'Accounts' }).waitFor();
  return page;
}

const row = (page: Page, name: string): Locator =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });

/** Takes a picture without a focus ring. */
async function picture(what: Page | Locator, name: string): Promise<void> {
  const page = 'page' in what ? what.page() : what;
  await page.evaluate('document.activeElement?.blur()');
  await page.mouse.move(0, 0);
  await what.screenshot({ path: here(name) });
}

/** Connects a member's account, and takes the row, the provider's consent page, the row again, and the whole page. */
async function connecting(chromium: Browser, demo: RunningDemo): Promise<void> {
  const page = await signedIn(chromium, demo, 'mia@demo.example', { deviceScaleFactor: 1.5 });
  await picture(row(page, 'Notebook'), 'connect-1');
  const [popup] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('button', { name: 'Connect Notebook' }).click(),
  ]);
  await popup.getByLabel('Your name at Notebook').fill('Mia');
  await popup.getByRole('button', { name: 'Sign in' }).click();
  await popup.getByRole('button', { name: 'Allow' }).waitFor();
  await popup.setViewportSize({ width: 500, height: 400 });
  await picture(popup, 'connect-2');
  await popup.getByRole('button', { name: 'Allow' }).click();
  await row(page, 'Notebook')
    .getByText(/^Connected/)
    .waitFor();
  await picture(row(page, 'Notebook'), 'connect-3');
  await page.getByRole('button', { name: 'Tools of Notebook' }).click();
  await row(page, 'Notebook').getByText('delete_all_notes').waitFor();
  await page.locator('[aria-label="Dismiss"]').waitFor({ state: 'detached' });
  await page.setViewportSize({ width: 1280, height: 690 });
  await picture(page, 'accounts');
  await page.context().close();
}

/** Discovers a server on the page of a new one. */
async function discovering(page: Page, demo: RunningDemo): Promise<void> {
  await page.goto(`${demo.url}/servers/new`);
  await page.getByRole('textbox', { name: 'URL', exact: true }).fill(demo.notebook);
  await page.getByRole('button', { name: 'Discover' }).click();
  await page.getByText('Switchboard registers a client automatically').waitFor();
}

/** Opens each view in the state that shows most of it. */
const views: Record<string, (page: Page, demo: RunningDemo) => Promise<unknown>> = {
  accounts: async (page, { url }) => {
    await page.goto(`${url}/accounts`);
    await page.getByRole('button', { name: 'Tools of Almanac' }).click();
    await page.getByText('days_between', { exact: true }).waitFor();
  },
  servers: async (page, { url }) => {
    await page.goto(`${url}/servers`);
    await page.getByRole('table').waitFor();
  },
  'server-new': discovering,
  'server-errors': async (page, { url }) => {
    await page.goto(`${url}/servers/new`);
    await page.getByRole('button', { name: 'Add server' }).click();
    await page.getByRole('alert').waitFor();
  },
  'server-edit': async (page, { url }) => {
    await page.goto(`${url}/servers`);
    await page.getByRole('link', { name: 'Notebook' }).click();
    await page.getByRole('button', { name: 'Run diagnosis' }).click();
    await page.getByText('All checks passed').waitFor();
  },
  'server-delete': async (page, { url }) => {
    await page.goto(`${url}/servers`);
    await page.getByRole('link', { name: 'Notebook' }).click();
    await page.getByRole('button', { name: 'Delete server' }).click();
    await page.getByRole('alertdialog').waitFor();
  },
  people: async (page, { url }) => {
    await page.goto(`${url}/people`);
    await page.getByText('mia@demo.example').waitFor();
  },
  'people-invite': async (page, { url }) => {
    await page.goto(`${url}/people`);
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
    await page.getByRole('alert').waitFor();
  },
  'token-new': async (page, { url }) => {
    await page.goto(`${url}/tokens`);
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByRole('alert').waitFor();
  },
  tokens: (page, { url }) => page.goto(`${url}/tokens`, { waitUntil: 'networkidle' }),
  audit: (page, { url }) => page.goto(`${url}/audit`, { waitUntil: 'networkidle' }),
  connect: async (page, { url }) => page.goto(`${await notebookOf(page, url)}/connect`),
  'connect-failed': async (page, { url }) =>
    page.goto(`${await notebookOf(page, url)}/callback?state=unknown&code=unknown`),
  'sign-in': async (page, { url }) => {
    await page.context().clearCookies();
    await page.goto(`${url}/auth/sign-in`);
  },
  'link-unknown': (page, { url }) => page.goto(`${url}/auth/link/unknown`),
};

/** Returns the address that the OAuth 2 routes of the demo's Notebook begin with. */
async function notebookOf(page: Page, url: string): Promise<string> {
  await page.goto(`${url}/servers`);
  const address = await page.getByRole('link', { name: 'Notebook' }).getAttribute('href');
  return `${url}/mcp-servers/${address?.split('/').at(-1)}/oauth2`;
}

/** Takes every view at every width in both color schemes. */
async function everything(page: Page, demo: RunningDemo, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, open] of Object.entries(views)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await open(page, demo);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        const file = path.join(folder, `${name}-${width}-${colorScheme}.png`);
        await page.screenshot({ path: file, fullPage: true });
      }
    }
  }
}

const demo = await startDemo();
const chromium = await launchChromium();
try {
  await connecting(chromium, demo);
  const page = await signedIn(chromium, demo, 'admin@localhost');
  await discovering(page, demo);
  await page.setViewportSize({ width: 1280, height: 820 });
  await picture(page, 'servers');
  const [folder] = process.argv.slice(2);
  if (folder) await everything(page, demo, folder);
} finally {
  await chromium.close();
  await demo.stop();
}
