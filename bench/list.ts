// `npm run bench`: compares Switchboard with other GraphQL servers and with a bare server, on the same tables and queries.
// All servers run at once. Prints a table for each scenario. Needs Linux.
import { randomBytes } from 'node:crypto';
import { availableParallelism, cpus } from 'node:os';
import pg from 'pg';
import { growCatalogue, seedCatalogue } from './catalogue.js';
import { contestants, type ContestantName, type RunningServer } from './contestants.js';
import { onFreshDatabase, start } from './processes.js';
import { runRounds, type Bench, type Measured } from './rounds.js';
import { scenarios } from './scenarios.js';

const settings = {
  rounds: Number(process.env.BENCH_ROUNDS ?? 5),
  seconds: Number(process.env.BENCH_SECONDS ?? 3),
  connections: Number(process.env.BENCH_CONNECTIONS ?? 16),
};

/** Returns the known names that a comma-separated variable contains, or all of them if it is not set. */
function chosen<Name extends string>(variable: string, known: readonly Name[]): Name[] {
  const given = process.env[variable]?.split(',');
  const unknown = given?.find((name) => !(known as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`${variable}: use some of ${known.join(',')}, not ${unknown}.`);
  return known.filter((name) => !given || given.includes(name));
}

const chosenScenarios = new Set(
  chosen(
    'BENCH_SCENARIOS',
    scenarios.map(({ name }) => name),
  ),
);
const measured = scenarios.filter(({ name }) => chosenScenarios.has(name));
const chosenContestants = new Set<ContestantName>([
  'raw',
  ...chosen('BENCH_ONLY', Object.keys(contestants) as ContestantName[]),
]);
const namesOf = (names: readonly ContestantName[]) => names.filter((name) => chosenContestants.has(name));

async function run(databaseUrl: string): Promise<void> {
  const sessions = await seedCatalogue(databaseUrl);
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  const { rows } = await database.query<{ pid: string; version: string }>(
    `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid, current_setting('server_version') as version`,
  );
  const { pid, version } = rows[0]!;
  const keys = `bench:${randomBytes(32).toString('base64')}`;
  const servers = new Map<ContestantName, RunningServer>();
  const generator = start('./peers/burst.ts');
  try {
    for (const name of new Set(measured.flatMap((scenario) => namesOf(scenario.contestants)))) {
      servers.set(name, await contestants[name].start({ databaseUrl, keys }));
    }
    const bench: Bench = { servers, sessions, generator, database, postmasterPid: Number(pid) };
    const { rounds, seconds, connections } = settings;
    console.log(
      `Medians of ${rounds} rounds of ${seconds} s, ${connections} connections, Node ${process.version}, PostgreSQL ${version}, ` +
        `${availableParallelism()} processors (${cpus()[0]?.model}). CPU times are per request.`,
    );
    for (const scenario of measured) {
      await growCatalogue(databaseUrl, scenario.servers);
      const results = await runRounds(bench, scenario, namesOf(scenario.contestants), settings);
      console.log(`\n### ${scenario.title}\n\n${table(results)}`);
    }
  } finally {
    generator.disconnect();
    for (const server of servers.values()) await server.stop();
    await database.end();
  }
}

function table(results: ReadonlyMap<ContestantName, Measured>): string {
  const lines = [...results]
    .toSorted(([, a], [, b]) => b.requestsPerSecond - a.requestsPerSecond)
    .map(([name, { requestsPerSecond, ofRaw, p50Ms, p99Ms, cpuMs, postgresCpuMs, rssMb }]) =>
      [
        name,
        requestsPerSecond.toFixed(0),
        ofRaw.toFixed(2),
        p50Ms.toFixed(0),
        p99Ms.toFixed(0),
        cpuMs.toFixed(2),
        postgresCpuMs.toFixed(2),
        rssMb.toFixed(0),
      ].join(' | '),
    );
  const head = 'server | requests/s | of raw | p50 ms | p99 ms | CPU ms | PostgreSQL CPU ms | memory MB';
  return [head, '--- | ---: | ---: | ---: | ---: | ---: | ---: | ---:', ...lines]
    .map((line) => `| ${line} |`)
    .join('\n');
}

// Each server has its own pool, and PostGraphile two.
await onFreshDatabase(run, { max_connections: '200' });
