import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/browser/chromium.js';
import { build } from '../support/command-line.js';
import { listen } from '../support/http-listener.js';
import { makeTestFolder } from '../support/postgres.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A built demo, started as `npm run demo` does, in its own process group, as in a terminal. */
class Demo {
  readonly ended: Promise<unknown>;
  output = '';
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;

  constructor(folder: string, port: number) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', 'demo/main.ts'], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', TMPDIR: folder, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.ended = once(this.#child, 'close').then(([code]) => code as unknown);
    this.#ready = new Promise((resolve) => {
      for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          this.output += text;
          if (this.output.includes('Ctrl-C ends the demo')) resolve();
        });
      }
    });
  }

  /** Waits until the demo is ready. @throws Error with its output, if it ends instead */
  async ready(): Promise<void> {
    const code = await Promise.race([this.#ready, this.ended]);
    if (code !== undefined) throw new Error(`The demo ended with ${String(code)}: ${this.output}`);
  }

  url(): string {
    return /^Switchboard demo: (\S+)$/m.exec(this.output)?.[1] ?? '';
  }

  link(email: string): string {
    return new RegExp(`${email.replaceAll('.', String.raw`\.`)} +(\\S+)`).exec(this.output)?.[1] ?? '';
  }

  ctrlC(): void {
    process.kill(-this.#child.pid!, 'SIGINT');
  }

  /** Ends a demo that a failed test left running. */
  async remove(): Promise<void> {
    if (this.#child.exitCode === null) process.kill(-this.#child.pid!, 'SIGKILL');
    await this.ended;
  }
}

let chromium: Browser;
let folder: string;
let demo: Demo;

/** Lists the folders of demos in the temporary folder. */
async function demoFolders(): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith('switchboard-demo-'));
}

beforeAll(async () => {
  await build();
  chromium = await launchChromium();
}, 120_000);
beforeEach(async () => {
  folder = await makeTestFolder();
});
afterEach(async () => {
  await demo.remove();
  await rm(folder, { recursive: true, force: true });
});
afterAll(() => chromium.close());

async function signIn(page: Page, link: string): Promise<void> {
  await page.goto(link);
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: /Sign in/ }).click();
  await answered;
}

async function graphql<T>(page: Page, query: string, variables: object = {}): Promise<T> {
  const answer = await page.request.post(`${demo.url()}/graphql`, { data: { query, variables } });
  return ((await answer.json()) as { data: T }).data;
}

test('lets a member connect through the consent page and call tools, and leaves nothing after Ctrl-C', async () => {
  demo = new Demo(folder, 0);
  await demo.ready();
  const page = await chromium.newPage();

  await signIn(page, demo.link('mia@demo.example'));
  type Server = { id: string; slug: string; connectUrl: string | null };
  const { mcpServerConfigs } = await graphql<{ mcpServerConfigs: Server[] }>(
    page,
    '{ mcpServerConfigs { id slug connectUrl } }',
  );
  expect(mcpServerConfigs.map(({ slug }) => slug)).toEqual(['almanac', 'notebook']);
  const notebook = mcpServerConfigs[1]!;
  await page.goto(notebook.connectUrl!);
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.getByLabel('Your name at Notebook').fill('Mia <b>');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('You are signed in as Mia <b>.').waitFor();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('heading', { name: 'Connected' }).waitFor();

  const call = `mutation ($id: ID!, $input: CallMcpServerToolInput!) {
    callMcpServerTool(id: $id, input: $input) { content } }`;
  const added = await graphql<{ callMcpServerTool: { content: { text: string }[] } }>(page, call, {
    id: notebook.id,
    input: { name: 'add_note', arguments: { text: 'Milk' } },
  });
  expect(added.callMcpServerTool.content[0]?.text).toBe('Noted, Mia <b>. You have 2 notes.');
  const tools = 'query ($id: ID!) { mcpServerTools(id: $id) { name allowed } }';
  expect(await graphql(page, tools, { id: notebook.id })).toEqual({
    mcpServerTools: [
      { name: 'list_notes', allowed: true },
      { name: 'add_note', allowed: true },
      { name: 'delete_all_notes', allowed: false },
    ],
  });
  expect(await graphql(page, tools, { id: mcpServerConfigs[0]!.id })).toEqual({
    mcpServerTools: [
      { name: 'today', allowed: true },
      { name: 'days_between', allowed: true },
    ],
  });
  await page.close();

  demo.ctrlC();
  expect(await demo.ended).toBe(0);
  expect(demo.output).toContain('The demo has ended and removed its data.');
  expect(await demoFolders()).toEqual([]);
}, 120_000);

test('signs its administrator in as an administrator, with one sign-in link per user', async () => {
  demo = new Demo(folder, 0);
  await demo.ready();
  const links = ['admin@localhost', 'mia@demo.example', 'omar@demo.example'].map((email) => demo.link(email));
  expect(new Set(links).size).toBe(3);
  const page = await chromium.newPage();
  await signIn(page, links[0]!);
  expect(await graphql(page, '{ viewer { email role } }')).toEqual({
    viewer: { email: 'admin@localhost', role: 'ADMIN' },
  });
  await page.close();
  demo.ctrlC();
  expect(await demo.ended).toBe(0);
}, 120_000);

test('reports a port in use and how to choose another, and leaves nothing', async () => {
  const other = createServer();
  const port = Number(new URL(await listen(other)).port);
  demo = new Demo(folder, port);
  const code = await demo.ended;
  other.close();
  expect(code).toBe(1);
  expect(demo.output).toContain(`PORT`);
  expect(demo.output).toContain('PORT=4001 npm run demo');
  expect(await demoFolders()).toEqual([]);
}, 120_000);

test('leaves nothing after Ctrl-C during its start', async () => {
  demo = new Demo(folder, 0);
  while ((await demoFolders()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  demo.ctrlC();
  expect(await demo.ended).toBe(0);
  expect(await demoFolders()).toEqual([]);
}, 120_000);
