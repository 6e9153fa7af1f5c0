// `npm run bench`: compares the list query with a bare server that returns the same response, alternating in one run.
import assert from 'node:assert/strict';
import { listQuery, seedCatalogue, serverCount, userCount } from './catalogue.js';
import type { Load, Observed } from './load.js';
import { ask, median, onFreshDatabase, start, startServer } from './processes.js';
import type { Usage } from './usage.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const seconds = Number(process.env.BENCH_SECONDS ?? 4);
const connections = 16;

/** The figures of one server in one round. */
interface Measured {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  cpuMsPerRequest: number;
  rssMiB: number;
}

async function fetchList(port: number, session: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: `switchboard_session=${session}` },
    body: JSON.stringify({ query: listQuery }),
  });
  return response.json();
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
    assert.deepEqual(list, bareList, 'The responses of the two servers differ.');

    const runRound = async ({ child, port }: typeof bare, forSeconds: number): Promise<Measured> => {
      const before = await ask<Usage>(child, 'usage');
      const load: Load = { port, sessions: [session], query: listQuery, connections, seconds: forSeconds };
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
    `list of ${serverCount} servers, 20 fields, ${(serverCount * userCount).toLocaleString('en')} accounts; ` +
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

await onFreshDatabase(async (databaseUrl) => measure(databaseUrl, await seedCatalogue(databaseUrl)));
