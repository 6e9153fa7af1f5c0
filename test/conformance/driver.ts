// The client that the conformance suite starts for each scenario. The last argument is the URL of the suite's MCP server.
// It starts an application, adds the server as an administrator, and connects to it and uses it as a user does.
import { CallMcpServerToolDocument, McpServerToolsDocument } from '../generated/graphql.js';
import { startApp, type TestApp } from '../support/app.js';
import { Browser } from '../support/browser/browser.js';
import type { AnsweredError } from '../support/graphql.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';

/** The maximum number of authorizations in one scenario. */
const maxConnects = 5;

interface Context {
  client_id?: string;
  client_secret?: string;
}

/** The URL of the metadata document that the suite's authorization server requires. */
const metadataDocument = 'https://conformance-test.local/client-metadata.json';

async function createServer(
  { graphql }: SignedInUser,
  url: string,
  { scenario, context }: { scenario: string; context: Context },
): Promise<string> {
  const data = await graphql.data<{ createMcpServerConfig: { server: { id: string } } }>(
    `mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { id } } }`,
    {
      input: {
        slug: 'conformance',
        displayName: 'Conformance',
        url,
        authType: 'OAUTH2',
        enabled: true,
        ...(context.client_id !== undefined && { oauth2ClientId: context.client_id }),
        ...(context.client_secret !== undefined && { oauth2ClientSecret: context.client_secret }),
        ...(scenario === 'auth/basic-cimd' && {
          oauth2Compatibility: { clientMetadataUrl: metadataDocument },
        }),
      },
    },
  );
  return data.createMcpServerConfig.server.id;
}

/** Lists the server's tools and calls the first one. Returns null on success, else the error. */
async function useTools({ graphql }: SignedInUser, id: string): Promise<AnsweredError | null> {
  const listed = await graphql.query(McpServerToolsDocument, { id });
  if (listed.errors?.[0]) return listed.errors[0];
  const name = listed.data?.mcpServerTools?.[0]?.name;
  if (name === undefined) throw new Error('The server lists no tool.');
  const called = await graphql.query(CallMcpServerToolDocument, { id, input: { name, arguments: {} } });
  return called.errors?.[0] ?? null;
}

/** @throws Error with the page if it does not end at a successful callback */
async function connect(browser: Browser, connectUrl: string): Promise<void> {
  const page = await browser.open(connectUrl, { 'sec-fetch-site': 'same-origin' });
  if (page.status === 200 && new URL(page.url).pathname.endsWith('/oauth2/callback')) return;
  throw new Error(`The authorization ended at ${page.url} with ${page.status}: ${page.text}`);
}

async function drive(app: TestApp, url: string): Promise<void> {
  const user = await seedSignedInUser(app, { role: 'ADMIN' });
  const browser = new Browser(app, user);
  const id = await createServer(user, url, {
    scenario: process.env.MCP_CONFORMANCE_SCENARIO ?? '',
    context: JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}') as Context,
  });
  for (let connects = 0; ; connects += 1) {
    const error = await useTools(user, id);
    if (error === null) return;
    const { code, connectUrl } = error.extensions;
    const canConnect = code === 'NEEDS_AUTHORIZATION' && typeof connectUrl === 'string';
    if (!canConnect || connects === maxConnects) throw new Error(`${code}: ${error.message}`);
    await connect(browser, connectUrl);
  }
}

const url = process.argv.at(-1) ?? '';
const app = await startApp({ allowedPrivateCidrs: ['127.0.0.0/8', '::1/128'] });
try {
  await drive(app, url);
} catch (error) {
  console.error(error);
  for (const line of app.logs) console.error(JSON.stringify(line));
  process.exitCode = 1;
} finally {
  await app.close();
}
