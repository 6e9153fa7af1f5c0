// npm run demo: Switchboard with a provider and two MCP servers of its own, all on this machine and in a folder that is
// thrown away at the end.
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startAuthorizationServer } from '../test/support/oauth/authorization-server.js';
import { startMcpServer } from '../test/support/mcp/mcp-server.js';
import { almanac, notebook } from './mcp-tools.js';
import { providerPages } from './provider-pages.js';
import { seedSignedInUsers, seedServers, signInLinks, type Administrator, type DemoUser } from './seed.js';
import { startSwitchboard, type Switchboard } from './switchboard.js';

const cleanUp: (() => Promise<void>)[] = [];
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interruption.abort());
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-demo-'));
  cleanUp.unshift(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  // As root, PostgreSQL runs as another account, which must be able to reach its own folder in here.
  await chmod(folder, 0o711);
  return folder;
}

/** @returns the addresses of the two MCP servers */
async function startOtherSide(): Promise<{ notebook: string; almanac: string }> {
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
Everything here is made up, stays on this machine, and is gone when it ends. Your own data/ folder is not touched.

Sign in (each link works once, within 15 minutes; two people need two browser profiles or a private window):
${links}

In the catalogue:
  Notebook  OAuth, with a consent page   ${urls.notebook}
  Almanac   open to everybody            ${urls.almanac}

Try: connect Notebook as a member; as the administrator, add a server with one of these addresses again.
${process.stdin.isTTY ? 'Enter prints fresh links. ' : ''}Ctrl-C ends the demo and removes what it stored.
`;
}

/** Prints fresh links whenever somebody presses Enter. */
function offerLinks(administrator: Administrator, people: DemoUser[]): void {
  if (!process.stdin.isTTY) return;
  const lines = createInterface({ input: process.stdin });
  cleanUp.unshift(async () => lines.close());
  lines.on('line', () => {
    void signInLinks(administrator, people).then(console.log, (error: Error) => console.error(error.message));
  });
}

async function run(): Promise<void> {
  console.log('Starting the Switchboard demo …');
  const folder = await makeFolder();
  const urls = await startOtherSide();
  const switchboard: Switchboard = await startSwitchboard(path.join(folder, 'data'));
  cleanUp.unshift(() => switchboard.stop());
  const { token } = await switchboard.command<{ token: string }>('create-api-token', {
    email: 'admin@localhost',
    name: 'demo',
    scope: 'ADMIN',
  });
  const administrator = { url: switchboard.url, token };
  const people = await seedSignedInUsers(administrator);
  await seedServers(administrator, urls);
  console.log(welcome(switchboard.url, urls, await signInLinks(administrator, people)));
  offerLinks(administrator, people);
  if (interruption.signal.aborted) return;
  await Promise.race([switchboard.ended, once(interruption.signal, 'abort')]);
}

try {
  await run();
} catch (error) {
  // Ctrl-C ends the other processes too, and whatever waited for them.
  if (!interruption.signal.aborted) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
} finally {
  for (const step of cleanUp) await step();
  console.log('The demo has ended; nothing of it is left.');
}
