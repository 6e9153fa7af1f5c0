import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { connect, createServer, startWorld, type World } from '../accounts/world.js';
import { launchChromium } from '../support/browser/chromium.js';
import { openBrowser } from '../support/browser/console.js';
import { startHandcraftedServer, type HandcraftedServer } from '../support/handcrafted-server.js';
import { answering } from '../support/mcp/scripted-answers.js';
import { seedOAuth2Server } from '../support/seed.js';
import { ServerForm } from './server-form.js';

let world: World;
let chromium: Browser;
let keyed: string;
/** A server whose URL uses http, and whose client the provider has lost. */
let outdated: string;
/** A server whose list of tools has a mistake. /moved redirects to it. */
let rough: HandcraftedServer;

beforeAll(async () => {
  world = await startWorld();
  keyed = await createServer(world, {
    displayName: 'Keyed',
    authType: 'CUSTOM_HEADERS',
    customHeaders: [{ name: 'X-Key', value: 'a key' }],
  });
  for (const user of [world.admin, world.member]) await connect(world, user);
  const ended = await createServer(world, { displayName: 'Ended' });
  await connect(world, world.admin, ended);
  await world.app.sql(
    `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null, refresh_token = null,
       failure_code = 'INVALID_GRANT', failure_reason = 'The provider has ended this connection.', failure_at = now()
     where mcp_server_config_id = $1`,
    [ended],
  );
  const plain = { displayName: 'Old times', url: 'http://93.184.215.14/mcp' };
  ({ id: outdated } = await seedOAuth2Server(world.app, plain));
  await world.app.sql(
    `update mcp_server_configs set oauth2_client_failure = 'INVALID_CLIENT', oauth2_client_failure_at = now()
      where id = $1`,
    [outdated],
  );
  rough = await startHandcraftedServer();
  rough.answer('/mcp', answering({ 'tools/list': () => ({ tools: [{ name: 'odd' }] }) }));
  rough.answer('/moved', { status: 303, headers: { location: '/mcp' } });
  chromium = await launchChromium();
});
afterAll(async () => {
  await chromium.close();
  await rough.close();
  await world.close();
});

interface Violation {
  id: string;
  impact: string | null;
  nodes: { html: string; failureSummary: string }[];
}

/** Returns axe's serious and critical violations in the page, at a narrow and a wide viewport. */
async function seriousIn(page: Page, what: string): Promise<string[]> {
  const violations: string[] = [];
  for (const width of [400, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
    const result = await page.evaluate<{ violations: Violation[] }>(
      `axe.run(document, { resultTypes: ['violations'], preload: false })`,
    );
    for (const { id, impact, nodes } of result.violations) {
      if (impact !== 'serious' && impact !== 'critical') continue;
      violations.push(
        ...nodes.map((node) => `${what}, ${width} px: ${id}: ${node.html}: ${node.failureSummary}`),
      );
    }
  }
  return violations;
}

/** Opens each view in the state that shows most of it. */
const states: Record<string, (page: Page, form: ServerForm) => Promise<void>> = {
  'Accounts with tools and the user menu': async (page, form) => {
    await page.goto(`${world.app.publicUrl}/accounts`);
    await form.button('Reconnect Ended').waitFor();
    await form.button('Tools of Notes').click();
    await page.getByText('whoami', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Your account/ }).click();
  },
  Disconnecting: async (page, form) => {
    await page.goto(`${world.app.publicUrl}/accounts`);
    await form.button('Disconnect Notes').click();
    await form.dialog('Disconnect Notes?').waitFor();
  },
  Servers: async (page) => {
    await page.goto(`${world.app.publicUrl}/servers`);
    await page.getByRole('table').waitFor();
    await page.getByRole('region', { name: 'Servers that need https' }).waitFor();
  },
  'A new server, discovered, with mistakes': async (page, form) => {
    await page.goto(`${world.app.publicUrl}/servers/new`);
    await form.field('URL').fill(world.mcp.url);
    await form.button('Discover').click();
    await page.getByText('Users connect at').waitFor();
    await page.evaluate(`document.querySelectorAll('details').forEach((details) => (details.open = true))`);
    await form.button('Add server').click();
    await page.locator('[aria-invalid=true]').first().waitFor();
  },
  'A new server at a redirect, before its address is accepted': async (page, form) => {
    await page.goto(`${world.app.publicUrl}/servers/new`);
    await form.field('URL').fill(`${rough.origin}/moved`);
    await form.button('Discover').click();
    await form.button('Use this URL').waitFor();
  },
  'A server that needs https and whose client is lost': async (page, form) => {
    await page.goto(`${world.app.publicUrl}/servers/${outdated}`);
    await form.button('Change to https').waitFor();
    await form.button('Register again').waitFor();
    await form.button('Add headers').click();
  },
  'A server whose list of tools has a mistake': async (page, form) => {
    const id = await createServer(world, { url: `${rough.origin}/mcp`, authType: 'NONE' });
    await page.goto(`${world.app.publicUrl}/servers/${id}`);
    await form.button('Load tools').click();
    await page.getByText('The server’s list has a mistake').click();
  },
  'Leaving without saving': async (page, form) => {
    await page.goto(`${world.app.publicUrl}/servers/new`);
    await form.field('Name').fill('Half done');
    await page.getByRole('link', { name: 'Accounts' }).click();
    await form.dialog('Discard changes?').waitFor();
  },
  'A server with its diagnosis and connected accounts': async (page, form) => {
    await page.goto(`${world.app.publicUrl}/servers/${world.serverId}`);
    await form.button('Run diagnosis').click();
    await page.getByText('All checks passed').waitFor();
    await form.button('Load tools').click();
    await page.getByRole('combobox', { name: 'Rule for whoami' }).waitFor();
    await page.getByRole('region', { name: 'Connected accounts' }).getByRole('table').waitFor();
  },
  'A server with headers, before it is deleted': async (page, form) => {
    await page.goto(`${world.app.publicUrl}/servers/${keyed}`);
    await form.button('Replace').click();
    await form.button('Delete server').click();
    await form.dialog('Delete Keyed?').waitFor();
  },
  People: async (page) => {
    await page.goto(`${world.app.publicUrl}/people`);
    await page.getByRole('table').waitFor();
  },
  Tokens: async (page) => {
    await page.goto(`${world.app.publicUrl}/tokens`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
  },
  Audit: async (page) => {
    await page.goto(`${world.app.publicUrl}/audit`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
  },
  'Sign-in': async (page) => void (await page.goto(`${world.app.publicUrl}/auth/sign-in`)),
  'A used sign-in link': async (page) => void (await page.goto(`${world.app.publicUrl}/auth/link/unknown`)),
  'An account that was not connected': async (page) =>
    void (await page.goto(
      `${world.app.publicUrl}/mcp-servers/${world.serverId}/oauth2/callback?state=x&code=y`,
    )),
};

it.each(['light', 'dark'] as const)(
  'axe finds nothing serious in any view or dialog in the %s scheme, in a narrow and a wide window',
  async (colorScheme) => {
    const violations: string[] = [];
    const complaints: string[] = [];
    for (const [what, open] of Object.entries(states)) {
      const browser = await openBrowser(chromium, world.app, world.admin, {
        colorScheme,
        reducedMotion: 'reduce',
      });
      await open(browser.page, new ServerForm(browser.page));
      violations.push(...(await seriousIn(browser.page, what)));
      complaints.push(...browser.complaints, ...browser.foreignRequests);
      await browser.close();
    }
    expect(violations).toEqual([]);
    expect(complaints).toEqual([]);
  },
  240_000,
);
