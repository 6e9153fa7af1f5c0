// `npm run bench:hang`: compares the latency of requests while many other callers wait for a server that hangs with the
// latency without them, alternating in one run.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { KeyRing } from '../src/secrets/vault.js';
import { startApp, type TestApp } from '../test/support/app.js';
import { startHandcraftedServer } from '../test/support/handcrafted-server.js';
import { close, listen } from '../test/support/http-listener.js';
import { startMcpServer } from '../test/support/mcp/mcp-server.js';
import {
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  seedServer,
  type SignedInUser,
} from '../test/support/seed.js';
import { listQuery, seedCatalogue } from './catalogue.js';
import type { Observed } from './load.js';
import { ask, median, onFreshDatabase, start, startServer } from './processes.js';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
/** Per kind of request and half of a round. All kinds together must end before the timeout of a provider: 15 s. */
const seconds = Number(process.env.BENCH_SECONDS ?? 3);
const connections = 4;
/** More users than database connections. Each has as many calls in progress as one user may have. */
const waitingUsers = 12;
const callsPerUser = 10;

interface Kind {
  name: string;
  sessions: string[];
  query: string;
}

const callTool = (serverId: string) =>
  `mutation { callMcpServerTool(id: "${serverId}", input: { name: "whoami" }) { isError } }`;

/** Starts a server that accepts every request and answers none: an MCP server at /mcp, a token endpoint at /token. */
async function startHanging() {
  const paths: string[] = [];
  const http = createServer((req) => {
    req.resume();
    paths.push(req.url ?? '');
  });
  return {
    origin: await listen(http),
    count: (path: string) => paths.filter((one) => one === path).length,
    dropAll: () => http.closeAllConnections(),
    close: () => close(http),
  };
}
type Hanging = Awaited<ReturnType<typeof startHanging>>;

/** Seeds a user whose token for this server has expired, so that each use waits for a refresh. */
async function seedExpired(app: TestApp, serverId: string): Promise<SignedInUser> {
  const user = await seedSignedInUser(app);
  const expiresAt = new Date(Date.now() - 60_000);
  await seedAccount(app, { userId: user.id, serverId }, { refreshToken: 'refresh', expiresAt });
  return user;
}

/** Seeds the measured requests and the waiting users: new ones in each round, because a failed account backs off. */
async function seed(databaseUrl: string, keys: string, hanging: Hanging) {
  const mcp = await startMcpServer();
  const provider = await startHandcraftedServer();
  // The token expires at once, so each use is a refresh.
  provider.answer('/token', { json: { access_token: 'access', token_type: 'Bearer', expires_in: 0.001 } });
  const { administrator } = await seedCatalogue(databaseUrl);
  const app = await startApp({ databaseUrl, keys: KeyRing.parse(keys) });
  const oauth2Server = async (origin: string) =>
    (await seedOAuth2Server(app, { url: mcp.url, oauth2TokenUrl: `${origin}/token` })).id;
  const open = await seedServer(app, { url: mcp.url });
  const refreshing = await oauth2Server(provider.origin);
  const hangingMcp = await seedServer(app, { url: `${hanging.origin}/mcp` });
  const hangingProvider = await oauth2Server(hanging.origin);
  const busy: SignedInUser[] = [];
  while (busy.length < connections) busy.push(await seedExpired(app, refreshing));
  const waiting: SignedInUser[][] = [];
  while (waiting.length < rounds) {
    waiting.push(
      await Promise.all(Array.from({ length: waitingUsers }, () => seedExpired(app, hangingProvider))),
    );
  }
  await app.close();
  const sessions = busy.map(({ session }) => session);
  const kinds: Kind[] = [
    { name: 'list', sessions: [administrator], query: listQuery },
    { name: 'tool call', sessions, query: callTool(open.id) },
    { name: 'tool call with a refresh', sessions, query: callTool(refreshing) },
  ];
  return {
    kinds,
    waiting,
    waitFor: [callTool(hangingMcp.id), callTool(hangingProvider)],
    refreshes: () => provider.count('/token'),
    async end() {
      await mcp.close();
      await provider.close();
    },
  };
}

/** Sends calls of these users to the server that hangs. Returns when all of them wait, with a function that ends them. */
async function beginWaiting(port: number, users: SignedInUser[], queries: string[], hanging: Hanging) {
  const before = { mcp: hanging.count('/mcp'), token: hanging.count('/token') };
  let waiting = users.length * callsPerUser;
  const over = new AbortController();
  const calls = users.flatMap(({ session }) =>
    Array.from({ length: callsPerUser }, async (_, index) => {
      try {
        await fetch(`http://127.0.0.1:${port}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', cookie: `switchboard_session=${session}` },
          body: JSON.stringify({ query: queries[index % queries.length] }),
          signal: over.signal,
        });
      } finally {
        waiting -= 1;
      }
    }),
  );
  const all = calls.length;
  const settled = Promise.allSettled(calls);
  while (
    hanging.count('/mcp') - before.mcp < all / 2 ||
    hanging.count('/token') - before.token < users.length
  ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return async () => {
    assert.equal(waiting, all, 'A call ended early. Run with fewer BENCH_SECONDS.');
    over.abort();
    await settled;
  };
}

async function measure(databaseUrl: string): Promise<void> {
  const keys = `bench:${randomBytes(32).toString('base64')}`;
  const hanging = await startHanging();
  const { kinds, waiting, waitFor, refreshes, end } = await seed(databaseUrl, keys, hanging);
  const { child, port } = await startServer('./switchboard-server.ts', databaseUrl, keys);
  const generator = start('./load.ts');
  const run = ({ sessions, query }: Kind, forSeconds: number) =>
    ask<Observed>(generator, { port, sessions, query, connections, seconds: forSeconds });
  const observed = kinds.map(() => ({ without: [] as Observed[], beside: [] as Observed[] }));
  try {
    for (const kind of kinds) await run(kind, 3);
    for (const users of waiting) {
      for (const [index, kind] of kinds.entries()) observed[index]!.without.push(await run(kind, seconds));
      const endWaiting = await beginWaiting(port, users, waitFor, hanging);
      for (const [index, kind] of kinds.entries()) observed[index]!.beside.push(await run(kind, seconds));
      await endWaiting();
      // A refresh continues after its callers have gone. This ends it.
      hanging.dropAll();
    }
    const refreshed = observed[2]!;
    const uses = [...refreshed.without, ...refreshed.beside].reduce((sum, { requests }) => sum + requests, 0);
    assert.ok(refreshes() >= uses, 'Each of these tool calls must refresh a token.');
  } finally {
    child.disconnect();
    generator.disconnect();
    await hanging.close();
    await end();
  }
  console.log(
    `${waitingUsers * callsPerUser} calls of ${waitingUsers} users wait for a server that hangs, half of them for an MCP server, half for ` +
      `a token endpoint; ${connections} connections of other users, medians of ${rounds} rounds of ${seconds} s, node ${process.version}`,
  );
  console.table(
    kinds.flatMap(({ name }, index) =>
      (['p50Ms', 'p99Ms'] as const).map((key) => {
        const [without = 0, beside = 0] = (['without', 'beside'] as const).map((half) =>
          median(observed[index]![half].map((one) => one[key])),
        );
        return {
          request: name,
          measure: key,
          without: Number(without.toFixed(2)),
          'with a hanging server': Number(beside.toFixed(2)),
          ratio: Number((beside / without).toFixed(2)),
        };
      }),
    ),
  );
}

await onFreshDatabase(measure);
