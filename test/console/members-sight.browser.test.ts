import { randomBytes } from 'node:crypto';
import type { Browser, Response } from 'playwright-core';
import { startApp, type TestApp } from '../support/app.js';
import { launchChromium } from '../support/browser/chromium.js';
import { openBrowser } from '../support/browser/console.js';
import {
  seedApiToken,
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  seedServer,
  type SignedInUser,
} from '../support/seed.js';

const planted = new Map<string, string>();

function plant(name: string): string {
  const sentinel = `sentinel${randomBytes(12).toString('hex')}`;
  planted.set(name, sentinel);
  return sentinel;
}

/** Planted values that administrators see in the console, and members do not. All others are secret for both. */
const forAdministrators = [
  'address of a server',
  'token endpoint',
  'header name',
  'denied tool',
  'client id of a disabled server',
  'name of a disabled server',
  'name of a colleague',
  'address of a colleague',
];

let app: TestApp;
let chromium: Browser;
let admin: SignedInUser;
let member: SignedInUser;
const serverIds: string[] = [];

beforeAll(async () => {
  chromium = await launchChromium();
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  member = await seedSignedInUser(app);
  const colleague = await seedSignedInUser(app, {
    displayName: plant('name of a colleague'),
    email: `${plant('address of a colleague')}@example.com`,
  });
  for (const user of [admin, member]) planted.set(`session of ${user.role}`, user.session);
  const url = `http://127.0.0.1:9/${plant('address of a server')}`;
  const oauth = await seedOAuth2Server(app, {
    displayName: 'Connected',
    url,
    oauth2ClientSecret: plant('client secret'),
    oauth2TokenUrl: `http://127.0.0.1:9/${plant('token endpoint')}`,
    toolDenyList: [plant('denied tool')],
  });
  const others = [
    await seedServer(app, {
      displayName: 'Keyed',
      url,
      authType: 'API_KEY',
      apiKeyHeader: 'X-Key',
      apiKeyValue: plant('key'),
    }),
    await seedServer(app, {
      displayName: 'With headers',
      url,
      authType: 'CUSTOM_HEADERS',
      customHeaders: [{ name: `X-${plant('header name')}`, value: plant('header value') }],
    }),
    await seedOAuth2Server(app, {
      displayName: plant('name of a disabled server'),
      oauth2ClientId: plant('client id of a disabled server'),
      enabled: false,
    }),
  ];
  serverIds.push(oauth.id, ...others.map(({ id }) => id));
  for (const [userId, whose] of [
    [member.id, 'a member'],
    [colleague.id, 'a colleague'],
  ] as const) {
    await seedAccount(
      app,
      { userId, serverId: oauth.id },
      {
        accessToken: plant(`access token of ${whose}`),
        refreshToken: plant(`refresh token of ${whose}`),
        expiresAt: new Date(Date.now() + 3_600_000),
      },
    );
  }
  await seedApiToken(app, colleague.email);
});
afterAll(async () => {
  await chromium.close();
  await app.close();
});

/** Opens every address and every list of tools. Returns everything that the browser received and stored. */
async function walk(user: SignedInUser): Promise<{ text: string; complaints: readonly string[] }> {
  const browser = await openBrowser(chromium, app, user);
  const { context, page } = browser;
  const answers: Promise<string>[] = [];
  context.on('response', (response) => void answers.push(textOf(response)));
  const seen: string[] = [];
  const paths = [
    '/accounts',
    '/servers',
    '/servers/new',
    '/people',
    '/tokens',
    '/audit',
    '/nowhere',
    ...serverIds.map((id) => `/servers/${id}`),
    '/graphiql',
    '/auth/sign-in',
    '/auth/link/unknown',
    ...serverIds.flatMap((id) => [
      `/mcp-servers/${id}/oauth2/connect`,
      `/mcp-servers/${id}/oauth2/callback?state=x&code=y`,
    ]),
  ];
  for (const path of paths) {
    await page.goto(app.publicUrl + path);
    await page.getByRole('heading').or(page.locator('.graphiql-query-editor')).first().waitFor();
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
    const tools = page.getByRole('button', { name: /^Tools of/ });
    for (const button of path === '/accounts' ? await tools.all() : []) await button.click();
    await page.waitForLoadState('networkidle');
    seen.push(await page.content(), await page.evaluate<string>(kept));
  }
  const texts = await Promise.all(answers);
  const complaints = [...browser.complaints, ...browser.foreignRequests];
  await browser.close();
  return { text: [...texts, ...seen].join('\n'), complaints };
}

/** Reads everything that a page can read of the browser's storage. */
const kept = `(async () => JSON.stringify([
  document.cookie, { ...localStorage }, { ...sessionStorage }, await indexedDB.databases(), await caches.keys(),
]))()`;

/** Returns '' when the page was left before the response was complete. */
async function textOf(response: Response): Promise<string> {
  try {
    const headers = JSON.stringify(await response.headersArray());
    // A redirect has no body.
    return headers + (await response.text().catch(() => ''));
  } catch {
    return '';
  }
}

const found = (text: string) =>
  [...planted].filter(([, sentinel]) => text.includes(sentinel)).map(([name]) => name);

it('a member receives no administrators’ data and no secret in any page, response or storage', async () => {
  const { text, complaints } = await walk(member);
  expect(text).toContain('Connected');
  expect(found(text)).toEqual([]);
  expect(complaints).toEqual([]);
}, 180_000);

it('an administrator sees the administrators’ data in the same places, and no secret', async () => {
  const { text, complaints } = await walk(admin);
  expect(found(text).toSorted()).toEqual(forAdministrators.toSorted());
  expect(complaints).toEqual([]);
}, 180_000);
