// Measures the contestants of one scenario in alternating rounds.
import { strict as assert } from 'node:assert';
import type { ChildProcess } from 'node:child_process';
import type pg from 'pg';
import type { Sessions } from './catalogue.js';
import {
  contestants,
  listQueryOf,
  type Contestant,
  type ContestantName,
  type RunningServer,
} from './contestants.js';
import { ask, median } from './processes.js';
import { readCpuMs, readRssMb } from './process-usage.js';
import type { Scenario } from './scenarios.js';

const warmUpSeconds = 1;
const firstWarmUpSeconds = 3;

/** An order to the load generator: send one request over a number of connections. */
export interface Burst {
  port: number;
  session: string;
  query: string;
  connections: number;
  seconds: number;
}

export interface Observed {
  requests: number;
  /** Responses with another status than 2xx, and failed connections. */
  failures: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
}

/** The running servers, and what measures them. */
export interface Bench {
  servers: ReadonlyMap<ContestantName, RunningServer>;
  sessions: Sessions;
  generator: ChildProcess;
  database: pg.Client;
  postmasterPid: number;
}

export interface RoundSettings {
  rounds: number;
  seconds: number;
  connections: number;
}

/** The values of one contestant in one round, or their medians. */
export interface Measured {
  requestsPerSecond: number;
  /** The requests per second, divided by those of `raw` in the same round. */
  ofRaw: number;
  p50Ms: number;
  p99Ms: number;
  /** Per request. */
  cpuMs: number;
  /** Per request, of all processes of PostgreSQL. */
  postgresCpuMs: number;
  rssMb: number;
}

/** @throws Error if a contestant returns other data than `raw`, fails a request, or reads the secrets */
export async function runRounds(
  bench: Bench,
  scenario: Scenario,
  names: readonly ContestantName[],
  { rounds, seconds, connections }: RoundSettings,
): Promise<Map<ContestantName, Measured>> {
  const burst = (name: ContestantName, forSeconds: number) =>
    ask<Observed>(bench.generator, {
      port: bench.servers.get(name)!.port,
      session: bench.sessions[scenario.session],
      query: queryOf(contestants[name], scenario),
      connections,
      seconds: forSeconds,
    } satisfies Burst);
  for (const name of names) await burst(name, firstWarmUpSeconds);
  await assertSameData(bench, scenario, names);
  const results = new Map(names.map((name) => [name, [] as Measured[]]));
  for (let round = 0; round < rounds; round += 1) {
    const inOrder = [...names.slice(round % names.length), ...names.slice(0, round % names.length)];
    for (const name of inOrder) {
      await burst(name, warmUpSeconds);
      results.get(name)!.push(await measure(bench, name, () => burst(name, seconds)));
    }
    const raw = results.get('raw')!.at(-1)!.requestsPerSecond;
    for (const values of results.values()) values.at(-1)!.ofRaw = values.at(-1)!.requestsPerSecond / raw;
  }
  await assertSameData(bench, scenario, names);
  return new Map([...results].map(([name, values]) => [name, mediansOf(values)]));
}

async function measure(
  { servers, database, postmasterPid }: Bench,
  name: ContestantName,
  burst: () => Promise<Observed>,
): Promise<Measured> {
  const { pid } = servers.get(name)!;
  const read = async () => ({
    cpuMs: readCpuMs(pid),
    postgresCpuMs: readCpuMs(postmasterPid),
    secretBlocks: await readSecretBlocks(database),
  });
  const before = await read();
  const { requests, failures, seconds, p50Ms, p99Ms } = await burst();
  const after = await read();
  assert.equal(failures, 0, `${name} failed ${failures} of ${requests} requests`);
  assert.ok(after.secretBlocks - before.secretBlocks < requests, `${name} reads the secrets`);
  const measured = {
    requestsPerSecond: requests / seconds,
    ofRaw: 1,
    p50Ms,
    p99Ms,
    cpuMs: (after.cpuMs - before.cpuMs) / requests,
    postgresCpuMs: (after.postgresCpuMs - before.postgresCpuMs) / requests,
    rssMb: readRssMb(pid),
  };
  process.stderr.write(`${name}: ${measured.requestsPerSecond.toFixed(0)} requests/s\n`);
  return measured;
}

/** Returns how many blocks of values that are stored outside of their rows have been read so far. */
async function readSecretBlocks(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ blocks: number }>(
    `select (toast_blks_hit + toast_blks_read)::float8 as blocks from pg_statio_user_tables
     where relname = 'mcp_server_configs'`,
  );
  return rows[0]!.blocks;
}

async function assertSameData(
  bench: Bench,
  scenario: Scenario,
  names: readonly ContestantName[],
): Promise<void> {
  const expected = await readData(bench, scenario, 'raw');
  if (scenario.query === null) assert.ok((expected as unknown[]).length > 0, 'The list is empty');
  for (const name of names) {
    assert.deepEqual(await readData(bench, scenario, name), expected, `${name} returns other data than raw`);
  }
}

/** Sends one request, and returns its data as Switchboard returns it. */
async function readData(
  { servers, sessions }: Bench,
  scenario: Scenario,
  name: ContestantName,
): Promise<unknown> {
  const contestant: Contestant = contestants[name];
  const response = await fetch(`http://127.0.0.1:${servers.get(name)!.port}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: `switchboard_session=${sessions[scenario.session]}`,
    },
    body: JSON.stringify({ query: queryOf(contestant, scenario) }),
  });
  const text = await response.text();
  assert.ok(response.ok && !text.includes('"errors":'), `${name} responds ${response.status}: ${text}`);
  const { data } = JSON.parse(text) as { data: unknown };
  return scenario.query === null ? contestant.rowsOf(data) : data;
}

function queryOf(contestant: Contestant, { query }: Scenario): string {
  return query ?? listQueryOf(contestant);
}

function mediansOf(values: readonly Measured[]): Measured {
  const of = (key: keyof Measured) => median(values.map((value) => value[key]));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    ofRaw: of('ofRaw'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    cpuMs: of('cpuMs'),
    postgresCpuMs: of('postgresCpuMs'),
    rssMb: of('rssMb'),
  };
}
