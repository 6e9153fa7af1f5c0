import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from './support/command-line.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';
import { makeTestFolder } from './support/postgres.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const keys = `k1:${randomBytes(32).toString('base64')}`;

let database: TestDatabase;
let folder: string;
let child: ChildProcess | undefined;

beforeAll(async () => {
  await build();
  database = await createTestDatabase();
  folder = await makeTestFolder();
}, 120_000);
afterEach(() => child?.kill('SIGKILL'));
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts the server with these outputs, and returns its URL when it serves. */
async function serve(outputs: StdioOptions): Promise<{ server: ChildProcess; url: string }> {
  const port = await freePort();
  const server = spawn(process.execPath, [main, 'serve'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      DATA_DIR: folder,
      PORT: String(port),
      DATABASE_URL: database.url,
      SWITCHBOARD_ENCRYPTION_KEYS: keys,
      LOG_LEVEL: 'debug',
    },
    stdio: outputs,
  });
  child = server;
  server.stdout?.destroy();
  server.stderr?.destroy();
  const url = `http://localhost:${port}`;
  while (server.exitCode === null) {
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    if (ready?.ok) return { server, url };
    await sleep(50);
  }
  throw new Error(`The server ended with ${server.exitCode}.`);
}

test.each([
  ['the disk is full', () => openSync('/dev/full', 'w')],
  ['their reader has ended', () => 'pipe' as const],
])('serves and ends although it cannot write its log and its messages, because %s', async (_why, open) => {
  const output = open();
  const { server, url } = await serve(['ignore', output, output]);
  if (typeof output === 'number') closeSync(output);
  // Each refused request writes lines of the log, more than one batch.
  const statuses = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ viewer { id } }' }),
      });
      return response.status;
    }),
  );
  expect(new Set(statuses)).toEqual(new Set([401]));
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  server.kill('SIGTERM');
  expect(await once(server, 'exit')).toEqual([0, null]);
});
