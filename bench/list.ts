// `npm run bench`: the list query beside a bare server with the same answer, alternating in one run.
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbedded } from '../src/database/embedded.js';
import { openDatabase } from '../src/database/orm.js';
import { listQuery, seedCatalogue, serverCount, userCount } from './catalogue.js';
import type { Load, Observed } from './load.js';
import type { Usage } from './usage.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const seconds = Number(process.env.BENCH_SECONDS ?? 4);
const connections = 16;

/** One server's part of one round. */
interface Measured {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuMsPerRequest: number;
  rssMiB: number;
}

function start(file: string, ...args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    env: { ...process.env, NODE_ENV: 'production' },
    // The log is written, as in production; nobody reads it here.
    stdio: ['ignore', 'ignore', process.env.BENCH_STDERR ? 'inherit' : 'ignore', 'ipc'],
  });
}

function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`A process of the benchmark ended with ${code}; BENCH_STDERR=1 shows why.`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as Message);
    });
  });
}

function ask<Answer>(child: ChildProcess, question: Load | 'usage'): Promise<Answer> {
  const answer = nextMessage<Answer>(child);
  child.send(question);
  return answer;
}

async function startServer(file: string, databaseUrl: string) {
  const child = start(file, databaseUrl);
  const { port } = await nextMessage<{ port: number }>(child);
  return { child, port };
}

async function fetchList(port: number, session: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: `switchboard_session=${session}` },
    body: JSON.stringify({ query: listQuery }),
  });
  return response.json();
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function medians(measured: Measured[]): Measured {
  const of = (key: keyof Measured) => median(measured.map((one) => one[key]));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuMsPerRequest: of('cpuMsPerRequest'),
    rssMiB: of('rssMiB'),
  };
}

async function measure(databaseUrl: string, session: string): Promise<void> {
  const bare = await startServer('./bare-server.ts', databaseUrl);
  const switchboard = await startServer('./switchboard-server.ts', databaseUrl);
  const generator = start('./load.ts');
  try {
    const [bareList, list] = [
      await fetchList(bare.port, session),
      await fetchList(switchboard.port, session),
    ];
    assert.deepEqual(list, bareList, 'The two servers have to give the same answer.');

    const runRound = async ({ child, port }: typeof bare, forSeconds: number): Promise<Measured> => {
      const before = await ask<Usage>(child, 'usage');
      const load: Load = { port, session, query: listQuery, connections, seconds: forSeconds };
      const { requests, seconds: elapsed, p50Ms, p99Ms } = await ask<Observed>(generator, load);
      const after = await ask<Usage>(child, 'usage');
      return {
        requestsPerSecond: requests / elapsed,
        p50Ms,
        p99Ms,
        cpuMsPerRequest: (after.cpuMs - before.cpuMs) / requests,
        rssMiB: after.rssMiB,
      };
    };
    for (const server of [bare, switchboard]) await runRound(server, 3);
    const results = { bare: [] as Measured[], switchboard: [] as Measured[] };
    for (let round = 1; round <= rounds; round += 1) {
      results.bare.push(await runRound(bare, seconds));
      results.switchboard.push(await runRound(switchboard, seconds));
    }
    report(medians(results.bare), medians(results.switchboard));
  } finally {
    for (const child of [bare.child, switchboard.child, generator]) child.disconnect();
  }
}

function report(bare: Measured, switchboard: Measured): void {
  console.log(
    `list of ${serverCount} servers, 20 fields, ${(serverCount * userCount).toLocaleString('en')} grants; ` +
      `${connections} connections, medians of ${rounds} rounds of ${seconds} s, node ${process.version}`,
  );
  const rows = (Object.keys(bare) as (keyof Measured)[]).map((key) => ({
    measure: key,
    bare: Number(bare[key].toFixed(3)),
    switchboard: Number(switchboard[key].toFixed(3)),
    'switchboard / bare': Number((switchboard[key] / bare[key]).toFixed(2)),
  }));
  console.table(rows);
}

const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-bench-'));
// As root, PostgreSQL runs as another account, which must be able to reach its own folder in here.
await chmod(folder, 0o711);
const postgres = await startEmbedded(path.join(folder, 'postgres'), 'bench');
try {
  const orm = await openDatabase(postgres.url);
  await orm.migrator.up();
  await orm.close();
  await measure(postgres.url, await seedCatalogue(postgres.url));
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
