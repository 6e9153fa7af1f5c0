import { HotReads } from '../../../src/database/hot-reads.js';
import { createLog } from '../../../src/log.js';
import { UpstreamSessions } from '../../../src/mcp/sessions/upstream-sessions.js';
import { createGuardedFetch } from '../../../src/net/guarded-fetch.js';
import { disconnect } from '../../accounts/world.js';
import { startApp, type TestApp } from '../../support/app.js';
import { client } from '../../support/graphql.js';
import { startMcpServer } from '../../support/mcp/mcp-server.js';
import { startStatefulMcpServer, type StatefulMcpServer } from '../../support/mcp/stateful-mcp-server.js';
import {
  seedAccount,
  seedOAuth2Server,
  seedServer,
  seedSession,
  seedSignedInUser,
  type SignedInUser,
} from '../../support/seed.js';
import { callTool, text } from '../../tools/tool-calls.js';

let app: TestApp;
/** Another process with the same database. */
let other: TestApp;
let admin: SignedInUser;
let mcp: StatefulMcpServer;

beforeAll(async () => {
  app = await startApp();
  other = await startApp({ databaseUrl: app.databaseUrl, keys: app.keys });
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
});
afterAll(async () => {
  await other.close();
  await app.close();
});
beforeEach(async () => {
  mcp = await startStatefulMcpServer();
});
afterEach(() => mcp.close());

const serverAt = async (url: string) => (await seedServer(app, { url })).id;
const count = async (user: Pick<SignedInUser, 'graphql'>, id: string) =>
  text(await callTool(user, id, 'count'));
const rowsOf = (serverId: string) =>
  app.sql<{ era: string | null; session: string | null }>(
    'select era, session from mcp_upstream_sessions where mcp_server_config_id = $1',
    [serverId],
  );
const methods = () => mcp.requests.map(({ method }) => method);
const handshake = ['server/discover', 'initialize', 'notifications/initialized'];

/** Returns the same user in the other process. */
async function elsewhere(user: SignedInUser): Promise<Pick<SignedInUser, 'graphql'>> {
  return { graphql: client(other, { session: await seedSession(app, user.id) }) };
}

/** Connects a user to a server with OAUTH2. */
async function connectedUser(serverId: string): Promise<SignedInUser> {
  const user = await seedSignedInUser(app);
  await seedAccount(app, { userId: user.id, serverId });
  return user;
}

/** Delays `initialize` until the returned function is called. */
function hold(): { begun: Promise<void>; release: () => void } {
  let release = () => {};
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const held = new Promise<void>((resolve) => (release = resolve));
  mcp.beforeInitialize = () => {
    begin();
    return held;
  };
  return { begun, release };
}

describe('a session', () => {
  test('continues in later calls of its user, in any process, with one request each', async () => {
    const user = await seedSignedInUser(app);
    const id = await serverAt(mcp.url);
    expect(await count(user, id)).toBe('1');
    expect(await count(await elsewhere(user), id)).toBe('2');
    expect(await count(user, id)).toBe('3');
    expect(methods()).toEqual([...handshake, 'tools/call', 'tools/call', 'tools/call']);
  });

  test('is sealed in the database', async () => {
    const id = await serverAt(mcp.url);
    await count(admin, id);
    const session = mcp.requests.at(-1)?.session ?? '';
    const rows = await rowsOf(id);
    expect(rows).toEqual([{ era: 'LEGACY', session: expect.stringMatching(/^test\.eyJ/) }]);
    expect(JSON.stringify(rows)).not.toContain(session);
  });

  test('is never shared by users', async () => {
    const [one, two] = [await seedSignedInUser(app), await seedSignedInUser(app)];
    const id = await serverAt(mcp.url);
    await count(one, id);
    expect(await count(two, id)).toBe('1');
    // Even if a row is moved to another user.
    await app.sql('delete from mcp_upstream_sessions where user_id = $1', [two.id]);
    await app.sql('update mcp_upstream_sessions set user_id = $2 where user_id = $1', [one.id, two.id]);
    expect(await count(two, id)).toBe('1');
    expect(mcp.count('initialize')).toBe(3);
  });

  test.each([404, 400] as const)('that the server answers with %s is begun again once', async (status) => {
    mcp.unknownStatus = status;
    const id = await serverAt(mcp.url);
    expect(await count(admin, id)).toBe('1');
    expect(await count(admin, id)).toBe('2');
    mcp.forget();
    expect(await count(admin, id)).toBe('1');
    expect(mcp.count('initialize')).toBe(2);
    // The server forgets again before the repeated request.
    mcp.forget();
    mcp.beforeInitialize = async () => void setImmediate(() => mcp.forget());
    await callTool(admin, id, 'count').catch(() => {});
    expect(mcp.count('initialize')).toBeLessThanOrEqual(3);
  });

  test('is used with refreshed tokens, and not after a reconnect', async () => {
    const { id } = await seedOAuth2Server(app, { url: mcp.url });
    const user = await connectedUser(id);
    expect(await count(user, id)).toBe('1');
    await app.sql('update mcp_server_user_tokens set created_at = now() where mcp_server_config_id = $1', [
      id,
    ]);
    expect(await count(user, id)).toBe('1');
    expect(mcp.count('initialize')).toBe(2);
  });
});

describe('concurrent first calls', () => {
  test('of one user in two processes begin one session', async () => {
    const user = await seedSignedInUser(app);
    const there = await elsewhere(user);
    const id = await serverAt(mcp.url);
    mcp.beforeInitialize = () => new Promise((resolve) => setTimeout(resolve, 100));
    const counts = await Promise.all(
      Array.from({ length: 10 }, (_, index) => count(index % 2 ? user : there, id)),
    );
    expect(counts.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 10 }, (_, index) => String(index + 1)),
    );
    expect(mcp.count('initialize')).toBe(1);
  });

  test('of several users begin one session each', async () => {
    const id = await serverAt(mcp.url);
    const users = await Promise.all(Array.from({ length: 4 }, () => seedSignedInUser(app)));
    mcp.beforeInitialize = () => new Promise((resolve) => setTimeout(resolve, 100));
    expect(await Promise.all(users.map((user) => count(user, id)))).toEqual(['1', '1', '1', '1']);
    expect(mcp.count('initialize')).toBe(4);
  });

  test('begin a session after the one that held the lease has failed', async () => {
    const user = await seedSignedInUser(app);
    const id = await serverAt(mcp.url);
    let isFirst = true;
    mcp.beforeInitialize = async () => {
      if (!isFirst) return;
      isFirst = false;
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new Error('The connection breaks.');
    };
    const outcomes = await Promise.allSettled([count(user, id), count(user, id)]);
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await rowsOf(id)).toHaveLength(1);
  });
});

describe('an ended account', () => {
  test('takes its sessions along, here and on the server', async () => {
    const { id } = await seedOAuth2Server(app, { url: mcp.url });
    const user = await connectedUser(id);
    await count(user, id);
    const { session, authorization } = mcp.requests.at(-1) ?? {};
    expect(await rowsOf(id)).toHaveLength(1);
    await disconnect(user, id);
    expect(await rowsOf(id)).toEqual([]);
    expect(mcp.requests.at(-1)).toEqual({ method: 'DELETE', session, authorization });
  });

  test.each([
    [
      0,
      'keeps a call in progress from storing its session',
      (user: SignedInUser, id: string) => disconnect(user, id),
    ],
    [1, 'is the reason: without it, the call stores its session', async () => {}],
  ])('leaves %i sessions: %s', async (rows, _what, end) => {
    const { id } = await seedOAuth2Server(app, { url: mcp.url });
    const user = await connectedUser(id);
    const { begun, release } = hold();
    const call = count(user, id);
    await begun;
    await end(user, id);
    release();
    await call;
    expect(await rowsOf(id)).toHaveLength(rows);
    expect(mcp.count('DELETE')).toBe(1 - rows);
  });
});

test.each([
  [
    'a disabled user',
    'mutation ($user: ID!) { updateUser(id: $user, input: { disabled: true }) { user { id } } }',
  ],
  [
    'an edited server',
    'mutation ($server: ID!) { updateMcpServerConfig(id: $server, input: { displayName: "Another" }) { server { id } } }',
  ],
])('%s has no sessions', async (_what, mutation) => {
  const user = await seedSignedInUser(app);
  const id = await serverAt(mcp.url);
  await count(user, id);
  const needed = /\$user/.test(mutation) ? { user: user.id } : { server: id };
  await admin.graphql.data(mutation, needed);
  expect(await rowsOf(id)).toEqual([]);
  for (const until = Date.now() + 5_000; mcp.count('DELETE') === 0 && Date.now() < until;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(mcp.count('DELETE')).toBe(1);
});

test('a sweep ends sessions that were idle for ten minutes, and no others', async () => {
  const [idle, busy] = [await seedSignedInUser(app), await seedSignedInUser(app)];
  const id = await serverAt(mcp.url);
  for (const user of [idle, busy]) await count(user, id);
  await app.sql(
    `update mcp_upstream_sessions set last_used_at = now() - interval '11 minutes' where user_id = $1`,
    [idle.id],
  );
  const log = createLog('silent');
  const outbound = createGuardedFetch({ allowedPrivateCidrs: ['127.0.0.0/8'] });
  const { vault, orm } = app;
  const sessions = new UpstreamSessions({ em: orm.em, reads: new HotReads({ log }), vault, outbound, log });
  await sessions.sweep(new AbortController().signal);
  await outbound.close();
  expect(await rowsOf(id)).toHaveLength(1);
  expect(mcp.count('DELETE')).toBe(1);
  expect(await count(busy, id)).toBe('2');
  expect(await count(idle, id)).toBe('1');
});

describe('the era of a server', () => {
  test('is stored, so that a call of a modern server is one request', async () => {
    const modern = await startMcpServer();
    const user = await seedSignedInUser(app);
    const id = await serverAt(modern.url);
    const there = await elsewhere(user);
    for (const caller of [user, there, user])
      expect(text(await callTool(caller, id, 'whoami'))).toBe('nobody');
    const sent = modern.requests.map(({ body }) => (JSON.parse(body || '{}') as { method?: string }).method);
    expect(sent).toEqual(['server/discover', 'tools/call', 'tools/call', 'tools/call']);
    await modern.close();
  });

  test('is stored for a server without sessions too', async () => {
    mcp.isStateless = true;
    const id = await serverAt(mcp.url);
    for (let calls = 0; calls < 3; calls++) await count(admin, id);
    expect(methods()).toEqual([...handshake, 'tools/call', 'tools/call', 'tools/call']);
    expect(await rowsOf(id)).toEqual([{ era: 'LEGACY', session: null }]);
  });

  test('is negotiated again when the server has lost it, and expires when it is an older one', async () => {
    const id = await serverAt(mcp.url);
    const claim = (era: string, age: string) =>
      app.sql(
        `update mcp_upstream_sessions set era = $2, session = null, negotiated_at = now() - $3::interval
         where mcp_server_config_id = $1`,
        [id, era, age],
      );
    expect(await count(admin, id)).toBe('1');
    await claim('MODERN', '1 minute');
    expect(await count(admin, id)).toBe('1');
    expect(mcp.count('server/discover')).toBe(2);
    await claim('LEGACY', '2 hours');
    expect(await count(admin, id)).toBe('1');
    expect(mcp.count('server/discover')).toBe(3);
  });
});
