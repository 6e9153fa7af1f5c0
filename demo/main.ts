// `npm run demo`: starts Switchboard with its own provider and two MCP servers on this machine, in a temporary folder that is
// removed at the end.
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startAuthorizationServer } from '../test/support/oauth/authorization-server.js';
import { startMcpServer } from '../test/support/mcp/mcp-server.js';
import { almanac, notebook } from './mcp-tools.js';
import { providerPages } from './provider-pages.js';
import { seedUsers, seedServers, signInLinks, type Administrator, type DemoUser } from './seed.js';
import { startSwitchboard, type Switchboard } from './switchboard.js';

const cleanUp: (() => Promise<void>)[] = [];
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interruption.abort());
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-demo-'));
  cleanUp.unshift(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  // For root, PostgreSQL runs as another system user, which needs to reach its folder in here.
  await chmod(folder, 0o711);
  return folder;
}

/** Starts the provider and the MCP servers. Returns the URLs of the MCP servers. */
async function startRemoteServers(): Promise<{ notebook: string; almanac: string }> {
  const provider = await startAuthorizationServer({ pages: providerPages });
  cleanUp.unshift(() => provider.close());
  const notes = await startMcpServer({ authorizationServer: provider, createTools: notebook() });
  cleanUp.unshift(() => notes.close());
  const dates = await startMcpServer({ createTools: almanac });
  cleanUp.unshift(() => dates.close());
  return { notebook: notes.url, almanac: dates.url };
}

function welcome(url: string, urls: { notebook: string; almanac: string }, links: string): string {
  return `
Switchboard demo: ${url}
All data is sample data. It stays on this machine and is removed when the demo ends. Your data/ folder isn't used.

Sign-in links (each works once, for 15 minutes; use a private window to sign in as a second user):
${links}

Servers:
  Notebook  OAuth with a consent page  ${urls.notebook}
  Almanac   no authorization           ${urls.almanac}

Connect Notebook as a member. As the administrator, add another server with one of these URLs.
${process.stdin.isTTY ? 'Enter prints new sign-in links. ' : ''}Ctrl-C ends the demo and removes its data.
`;
}

/** Prints new sign-in links each time Enter is pressed. */
function printLinksOnEnter(administrator: Administrator, users: DemoUser[]): void {
  if (!process.stdin.isTTY) return;
  const lines = createInterface({ input: process.stdin });
  cleanUp.unshift(async () => lines.close());
  lines.on('line', () => {
    void signInLinks(administrator, users).then(console.log, (error: Error) => console.error(error.message));
  });
}

async function run(): Promise<void> {
  console.log('Starting the Switchboard demo …');
  const folder = await makeFolder();
  const urls = await startRemoteServers();
  const switchboard: Switchboard = await startSwitchboard(path.join(folder, 'data'));
  cleanUp.unshift(() => switchboard.stop());
  const { token } = await switchboard.command<{ token: string }>('create-api-token', {
    email: 'admin@localhost',
    name: 'demo',
    scope: 'ADMIN',
  });
  const administrator = { url: switchboard.url, token };
  const users = await seedUsers(administrator);
  await seedServers(administrator, urls);
  console.log(welcome(switchboard.url, urls, await signInLinks(administrator, users)));
  printLinksOnEnter(administrator, users);
  if (interruption.signal.aborted) return;
  await Promise.race([switchboard.ended, once(interruption.signal, 'abort')]);
}

try {
  await run();
} catch (error) {
  // Ctrl-C ends the child processes too, and pending calls to them fail.
  if (!interruption.signal.aborted) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
} finally {
  for (const step of cleanUp) await step();
  console.log('The demo has ended and removed its data.');
}
