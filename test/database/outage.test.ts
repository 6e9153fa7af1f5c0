import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { startEmbedded, type Embedded } from '../../src/database/embedded/embedded.js';
import { openDatabase } from '../../src/entities.js';
import { createTestDatabase } from '../support/database.js';
import { startApp, type TestApp } from '../support/app.js';
import { makeTestFolder } from '../support/postgres.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';

const run = promisify(execFile);

let folder: string;
let postgres: Embedded;
let app: TestApp;
let admin: SignedInUser;

beforeAll(async () => {
  folder = await makeTestFolder();
  // With fsync, unlike the database of the other tests: confirmed writes must survive a crash.
  postgres = await startEmbedded(path.join(folder, 'data'), 'outage');
  const orm = await openDatabase(postgres.url);
  await orm.migrator.up();
  await orm.close();
  app = await startApp({ databaseUrl: postgres.url });
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
}, 60_000);
afterAll(async () => {
  await app.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}, 120_000);

async function postmasterPid(): Promise<number> {
  return Number.parseInt(await readFile(path.join(folder, 'data/postgres/postmaster.pid'), 'utf8'), 10);
}

/** Returns the process ids of the server and its children. */
async function postgresPids(): Promise<number[]> {
  const postmaster = await postmasterPid();
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return [postmaster, ...pairs.filter(([, parent]) => parent === postmaster).map(([pid]) => pid ?? 0)];
}

async function signal(name: NodeJS.Signals): Promise<void> {
  for (const pid of await postgresPids()) process.kill(pid, name);
}

/** Waits until the database accepts connections. */
async function untilDatabaseAnswers(): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: postgres.url, connectionTimeoutMillis: 500 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('select 1');
      return;
    } catch {
      await sleep(20);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

interface Answered {
  kind: 'read' | 'write';
  email: string;
  /** null if the request succeeded */
  failure: { status: number; text: string; code: string } | null;
  ms: number;
  endedAt: number;
}

/** Starts users who read and write without a pause until `end`. */
function startLoad(users: number) {
  const answers: Answered[] = [];
  const over = new AbortController();
  const isOver = () => over.signal.aborted;
  const work = async (user: number) => {
    while (!isOver()) {
      const kind = user % 2 === 0 ? 'read' : 'write';
      const email = `${randomUUID()}@example.com`;
      const began = performance.now();
      const { status, text } = await admin.graphql.query(
        kind === 'read'
          ? '{ users { edges { node { email } } } mcpServerConfigs { id authConnected } }'
          : `mutation ($email: String!) { createUser(input: { email: $email }) { user { id } } }`,
        { email },
      );
      const { errors } = JSON.parse(text) as { errors?: { extensions: { code: string } }[] };
      answers.push({
        kind,
        email,
        failure: errors ? { status, text, code: errors[0]?.extensions.code ?? '' } : null,
        ms: performance.now() - began,
        endedAt: performance.now(),
      });
      if (errors) await sleep(50);
    }
  };
  const working = Promise.all(Array.from({ length: users }, (_, user) => work(user)));
  return {
    answers,
    /** Waits for the first such answer after the given moment. */
    async until(kind: Answered['kind'], isFailure: boolean, since: number): Promise<Answered> {
      for (;;) {
        const found = answers.find(
          (one) => one.kind === kind && (one.failure !== null) === isFailure && one.endedAt > since,
        );
        if (found) return found;
        await sleep(10);
      }
    },
    async end() {
      over.abort();
      await working;
    },
  };
}

async function expectNothingLost(answers: readonly Answered[]): Promise<void> {
  const confirmed = answers.filter(({ kind, failure }) => kind === 'write' && failure === null);
  expect(confirmed.length).toBeGreaterThan(0);
  const found = await app.sql<{ email: string }>('select email from users where email = any($1)', [
    confirmed.map(({ email }) => email),
  ]);
  expect(found.map(({ email }) => email).toSorted()).toEqual(confirmed.map(({ email }) => email).toSorted());
}

function expectClear(answers: readonly Answered[]): void {
  const failures = answers.flatMap(({ failure }) => failure ?? []);
  expect(failures.length).toBeGreaterThan(0);
  expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['DATABASE_UNAVAILABLE']));
  for (const { text } of failures) {
    expect(text).toContain("The database isn't answering. Try again in a few seconds.");
    expect(text).not.toMatch(/postgres|socket|ECONN|ENOENT|terminat|select|insert/i);
  }
}

/** Waits until both reads and writes succeed again. @returns the time it took, in ms */
async function recovery(load: ReturnType<typeof startLoad>): Promise<number> {
  const back = performance.now();
  await load.until('read', false, back);
  await load.until('write', false, back);
  return performance.now() - back;
}

test('recovers within seconds from a database that crashes under load, with clear errors and without losing confirmed writes', async () => {
  const load = startLoad(20);
  await load.until('write', false, 0);
  const crashedAt = performance.now();
  // The signal of `pg_ctl restart -m immediate`. The processes that use the embedded database restart it.
  process.kill(await postmasterPid(), 'SIGQUIT');
  await load.until('read', true, crashedAt);
  await untilDatabaseAnswers();
  expect(await recovery(load)).toBeLessThan(5_000);
  await load.end();
  expectClear(load.answers);
  await expectNothingLost(load.answers);
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
}, 120_000);

test('fails within seconds while a database hangs under load, and recovers without losing confirmed writes', async () => {
  const load = startLoad(20);
  await load.until('write', false, 0);
  await signal('SIGSTOP');
  const stoppedAt = performance.now();
  try {
    await load.until('read', true, stoppedAt);
    await load.until('write', true, stoppedAt);
    expect((await fetch(`${app.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  } finally {
    await signal('SIGCONT');
  }
  await untilDatabaseAnswers();
  expect(await recovery(load)).toBeLessThan(5_000);
  await load.end();
  expectClear(load.answers);
  // Five seconds each for a place in the pool, a connection and an answer. The rest allows for a slow machine.
  expect(Math.max(...load.answers.map(({ ms }) => ms))).toBeLessThan(30_000);
  await expectNothingLost(load.answers);
}, 120_000);

test('answers without a database: a page as a page, GraphQL as 503 with Retry-After', async () => {
  const database = await createTestDatabase();
  const other = await startApp({ databaseUrl: database.url });
  const { session } = await seedSignedInUser(other);
  await database.drop();
  const headers = { cookie: `switchboard_session=${session}`, 'content-type': 'application/json' };
  const answer = await fetch(`${other.url}/graphql`, {
    method: 'POST',
    headers,
    body: '{"query":"{ viewer { email } }"}',
  });
  const page = await fetch(`${other.url}/graphiql`, { headers });
  await other.close();
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  expect(page.status).toBe(503);
  expect(await page.text()).toContain('The database isn&#39;t answering.');
});
