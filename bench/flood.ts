// `npm run bench:flood`: compares the latency of a user's list query while another address floods /graphql with unknown
// tokens with the latency without the flood, alternating in one run. The negative control is the same flood without a limit.
import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { listQuery, seedCatalogue } from './catalogue.js';
import type { Observed } from './load.js';
import { ask, median, onFreshDatabase, start, startServer } from './processes.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const connections = 4;
const floodConnections = 50;

/** Sends requests with unknown tokens from 127.0.0.2, each connection its next one after an answer, until `stop`. */
function beginFlood(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: floodConnections, localAddress: '127.0.0.2' });
  const statuses = new Map<number | undefined, number>();
  const over = new AbortController();
  const once = () =>
    new Promise<void>((resolve) => {
      const headers = {
        authorization: `Bearer swb_${randomBytes(32).toString('base64url')}`,
        'content-type': 'application/json',
        'content-length': 2,
      };
      const req = request(
        { agent, host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers },
        (res) => {
          statuses.set(res.statusCode, (statuses.get(res.statusCode) ?? 0) + 1);
          res.resume().once('end', resolve);
        },
      );
      req.once('error', () => resolve());
      req.end('{}');
    });
  const senders = Array.from({ length: floodConnections }, async () => {
    while (!over.signal.aborted) await once();
  });
  return async () => {
    over.abort();
    await Promise.all(senders);
    agent.destroy();
    return statuses;
  };
}

async function measure(databaseUrl: string): Promise<void> {
  const { administrator: session } = await seedCatalogue(databaseUrl);
  const generator = start('./load.ts');
  const rows = [];
  for (const limit of ['20', '0']) {
    process.env.RATE_LIMIT = limit;
    const { child, port } = await startServer('./switchboard-server.ts', databaseUrl);
    const run = () =>
      ask<Observed>(generator, { port, sessions: [session], query: listQuery, connections, seconds });
    await run();
    const without: Observed[] = [];
    const beside: Observed[] = [];
    let refusedPerSecond = 0;
    for (let round = 0; round < rounds; round += 1) {
      without.push(await run());
      const stop = beginFlood(port);
      // The burst of the address is over before the measurement.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      beside.push(await run());
      const statuses = await stop();
      refusedPerSecond = [...statuses.values()].reduce((sum, count) => sum + count, 0) / (seconds + 1.5);
    }
    child.disconnect();
    for (const key of ['p50Ms', 'p99Ms'] as const) {
      const [alone = 0, flooded = 0] = [without, beside].map((half) => median(half.map((one) => one[key])));
      rows.push({
        limit: limit === '0' ? 'off' : 'on',
        measure: key,
        without: Number(alone.toFixed(2)),
        'with a flood': Number(flooded.toFixed(2)),
        ratio: Number((flooded / alone).toFixed(2)),
        'flood per second': Math.round(refusedPerSecond),
      });
    }
  }
  generator.disconnect();
  console.log(
    `${floodConnections} connections of one address send unknown tokens; ${connections} connections of a user send the list query, ` +
      `medians of ${rounds} rounds of ${seconds} s, node ${process.version}`,
  );
  console.table(rows);
}

await onFreshDatabase(measure);
