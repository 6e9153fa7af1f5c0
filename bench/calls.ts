// `npm run bench:calls`: compares tool calls through Switchboard with direct calls to the same server, alternating in one
// run: a server of MCP 2026-07-28, and one of the older versions with sessions.
import { randomBytes } from 'node:crypto';
import { KeyRing } from '../src/secrets/vault.js';
import { startApp } from '../test/support/app.js';
import { seedAccount, seedOAuth2Server, seedServer, seedSignedInUser } from '../test/support/seed.js';
import { readCpuMs } from './process-usage.js';
import type { Load, Observed } from './load.js';
import { ask, median, onFreshDatabase, start, startServer } from './processes.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const seconds = Number(process.env.BENCH_SECONDS ?? 3);
/** More than the calls that one user may have in progress: each has some of the connections. */
const users = 8;

interface Kind {
  name: string;
  /** The request that Switchboard sends, for the direct calls. */
  direct: Pick<Load, 'path' | 'body' | 'headers'>;
  serverId: string;
}

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const call = (params: object) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'echo', arguments: {}, ...params },
  });

async function run(databaseUrl: string): Promise<void> {
  const keys = `bench:${randomBytes(32).toString('base64')}`;
  const upstream = await startServer('./mcp-upstream.ts');
  const origin = `http://127.0.0.1:${upstream.port}`;
  const app = await startApp({ databaseUrl, keys: KeyRing.parse(keys) });
  const signedIn = await Promise.all(Array.from({ length: users }, () => seedSignedInUser(app)));
  const sessions = signedIn.map(({ session }) => session);
  const oauth2 = await seedOAuth2Server(app, { url: `${origin}/modern` });
  for (const { id } of signedIn) await seedAccount(app, { userId: id, serverId: oauth2.id });
  const session = await fetch(`${origin}/legacy`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }),
  });
  const modern = {
    path: '/modern',
    body: call({ _meta: meta }),
    headers: {
      ...json,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    },
  };
  const legacy = {
    path: '/legacy',
    body: call({}),
    headers: { ...json, 'mcp-session-id': session.headers.get('mcp-session-id') ?? '' },
  };
  const kinds: Kind[] = [
    { name: 'modern', direct: modern, serverId: (await seedServer(app, { url: `${origin}/modern` })).id },
    {
      name: 'legacy, session',
      direct: legacy,
      serverId: (await seedServer(app, { url: `${origin}/legacy` })).id,
    },
    { name: 'modern, OAUTH2', direct: modern, serverId: oauth2.id },
  ];
  await app.close();
  const server = await startServer('./switchboard-server.ts', databaseUrl, keys);
  const generator = start('./load.ts');
  const load = (port: number, load: Omit<Load, 'port' | 'seconds'>) =>
    ask<Observed>(generator, { port, seconds, ...load } satisfies Load);
  try {
    console.log(`Medians of ${rounds} rounds of ${seconds} s, Node ${process.version}.\n`);
    console.log(
      '| server | direct p50 ms | p50 ms | added ms | direct calls/s, 64 | calls/s, 64 | CPU ms per call |',
    );
    console.log('| --- | --- | --- | --- | --- | --- | --- |');
    for (const { name, direct, serverId } of kinds) {
      const query = `mutation { callMcpServerTool(id: "${serverId}", input: { name: "echo" }) { isError } }`;
      const through = { sessions, query };
      const rows: number[][] = [];
      for (let round = -1; round < rounds; round++) {
        const [directOne, one] = [
          await load(upstream.port, { sessions: [], query: '', connections: 1, ...direct }),
          await load(server.port, { ...through, connections: 1 }),
        ];
        const directMany = await load(upstream.port, { sessions: [], query: '', connections: 64, ...direct });
        const cpuBefore = readCpuMs(server.child.pid ?? 0);
        const many = await load(server.port, { ...through, connections: 64 });
        const cpu = readCpuMs(server.child.pid ?? 0) - cpuBefore;
        // The first round warms up.
        if (round < 0) continue;
        rows.push([
          directOne.p50Ms,
          one.p50Ms,
          one.p50Ms - directOne.p50Ms,
          directMany.requests / directMany.seconds,
          many.requests / many.seconds,
          cpu / many.requests,
        ]);
      }
      const medians = Array.from({ length: 6 }, (_, column) => median(rows.map((row) => row[column] ?? 0)));
      const shown = medians.map((value, column) => value.toFixed(column === 3 || column === 4 ? 0 : 2));
      console.log(`| ${[name, ...shown].join(' | ')} |`);
    }
  } finally {
    generator.disconnect();
    server.child.kill();
    upstream.child.kill();
  }
}

await onFreshDatabase(run);
