import { Browser } from '../browser/browser.js';
import type { SignedInUser } from '../seed.js';
import { ProviderBrowser } from './provider-browser.js';
import { apply, fromSettings, type ServerInSetup, type Suggestion } from './suggestions.js';
import type { Visit } from './visit.js';

/** Connects as a user's browser does. Applies what the report of a failure suggests. */
export async function connect(
  { app, admin, stack }: Visit,
  server: ServerInSetup,
  connectUrl: string,
): Promise<void> {
  for (let attempts = 0; ; attempts += 1) {
    const mine = new Browser(app, admin);
    const provider = new ProviderBrowser(stack);
    const begun = await mine.get(connectUrl, { 'sec-fetch-site': 'same-origin' });
    const page =
      begun.location === null
        ? begun
        : await mine.open(await provider.authorize(begun.location, new URL(app.publicUrl).origin), {
            'sec-fetch-site': 'cross-site',
          });
    if (page.status === 200 && page.url.includes('/oauth2/callback')) break;
    const suggestion = await suggestionFor(admin, page.text);
    if (!suggestion || attempts === 2) throw new Error(`${page.status} at ${page.url}: ${plain(page.text)}`);
    await apply(admin, server, suggestion);
  }
  const { mcpServerConfig } = await admin.graphql.data<{ mcpServerConfig: { authConnected: boolean } }>(
    `query ($id: ID!) { mcpServerConfig(id: $id) { authConnected } }`,
    { id: server.id },
  );
  if (!mcpServerConfig.authConnected) throw new Error('The server is not connected after a success.');
}

/** Reads the report of the failure that a page names. */
async function suggestionFor({ graphql }: SignedInUser, page: string): Promise<Suggestion | null> {
  const reference = /<strong>([^<]+)<\/strong>/.exec(page)?.[1];
  if (reference === undefined) return null;
  const { failureReport } = await graphql.data<{
    failureReport: { suggestedSettings: { setting: string }[] };
  }>(
    `query ($reference: String!) { failureReport(reference: $reference) { suggestedSettings { setting } } }`,
    { reference },
  );
  return fromSettings(failureReport.suggestedSettings);
}

function plain(page: string): string {
  return page
    .replaceAll(/<(style|script)[\s\S]*?<\/\1>/g, ' ')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
