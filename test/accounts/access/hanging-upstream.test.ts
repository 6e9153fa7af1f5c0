import { CallMcpServerToolDocument } from '../../generated/graphql.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { startMcpServer, type McpServer } from '../../support/mcp/mcp-server.js';
import {
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  seedServer,
  type SignedInUser,
} from '../../support/seed.js';
import { callError, callTool, listTools, text } from '../../tools/tool-calls.js';
import { setSecondsLeft } from '../token-access.js';
import { connect, startWorld, type World } from '../world.js';

/** More users than the application has database connections, each with as many calls as one user may have. */
const patientPeople = 12;
const perPerson = 10;
const databaseConnections = 10;

let world: World;
/** Takes every request and never answers: an MCP server at /mcp, a token endpoint at /token. */
let hanging: HandcraftedServer;
/** Requires no authorization, and responds. */
let open: { mcp: McpServer; id: string };
let patient: SignedInUser[];
/** Responses that are still pending. */
let waiting: number;
let waited: Promise<{ code: string | undefined }[]>;

beforeAll(async () => {
  world = await startWorld();
  hanging = await startHandcraftedServer();
  hanging.answer('/mcp', null);
  hanging.answer('/token', null);
  const { app, mcp } = world;
  const { id: hangingMcp } = await seedServer(app, { url: `${hanging.origin}/mcp` });
  const { id: hangingProvider } = await seedOAuth2Server(app, {
    url: mcp.url,
    oauth2TokenUrl: `${hanging.origin}/token`,
  });
  const openMcp = await startMcpServer();
  open = { mcp: openMcp, id: (await seedServer(app, { url: openMcp.url })).id };
  patient = await Promise.all(Array.from({ length: patientPeople }, () => seedSignedInUser(app)));
  for (const user of patient) {
    await seedAccount(
      app,
      { userId: user.id, serverId: hangingProvider },
      { refreshToken: 'refresh', expiresAt: new Date(Date.now() + 60_000) },
    );
    await setSecondsLeft(app, user, -1);
  }
  await connect(world, world.member);

  const calls = patient.flatMap(({ graphql }) =>
    Array.from({ length: perPerson }, (_, index) =>
      graphql.query(CallMcpServerToolDocument, {
        id: index % 2 === 0 ? hangingMcp : hangingProvider,
        input: { name: 'whoami' },
      }),
    ),
  );
  waiting = calls.length;
  waited = Promise.all(
    calls.map(async (call) => {
      const { errors } = await call.finally(() => (waiting -= 1));
      return { code: errors?.[0]?.extensions.code };
    }),
  );
  waited.catch(() => {});
  // Half of the calls have reached the MCP server, and one per user has reached the token endpoint. The others wait for it.
  await until(() => hanging.count('/mcp') >= calls.length / 2 && hanging.count('/token') >= patientPeople);
}, 60_000);

afterAll(async () => {
  await hanging.close();
  await waited;
  await open.mcp.close();
  await world.close();
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}

const allStillWait = () => expect(waiting).toBe(patientPeople * perPerson);

test('callers that wait for an unresponsive upstream hold no database connection, lock or transaction', async () => {
  // Other work of the application ends in a moment. A resource of a waiting caller would be held as long as it waits.
  await until(async () => {
    const held = await world.app.sql(
      `select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'
       union all
       select 1 from pg_locks l join pg_database d on d.oid = l.database
       where d.datname = current_database() and l.pid <> pg_backend_pid()`,
    );
    return held.length === 0;
  });
  expect(waiting).toBeGreaterThan(databaseConnections);
  allStillWait();
});

test('all other users list, call, refresh and connect at the same time', async () => {
  const { app, provider, member, other, serverId } = world;
  await setSecondsLeft(app, member, -1);
  const refreshes = () =>
    provider.requests.filter(({ body }) => body.includes('grant_type=refresh_token')).length;
  const before = refreshes();
  const [listed, tools, called, connected] = await Promise.all([
    other.graphql.data<{ mcpServerConfigs: unknown[] }>('{ mcpServerConfigs { id authConnected } }'),
    listTools(other, open.id),
    callTool(member, serverId, 'whoami'),
    connect(world, other),
  ]);
  expect(listed.mcpServerConfigs).toHaveLength(4);
  expect(tools.length).toBeGreaterThan(0);
  expect(text(called)).not.toBe('nobody');
  expect(refreshes()).toBe(before + 1);
  expect(connected.status).toBe(200);
  allStillWait();
});

test('users who wait can still read, and get an error at their limit of concurrent calls', async () => {
  const [someone] = patient;
  const list = await someone!.graphql.data<{ mcpServerConfigs: unknown[] }>('{ mcpServerConfigs { id } }');
  expect(list.mcpServerConfigs.length).toBeGreaterThan(0);
  expect((await callError(someone!, world.serverId, 'whoami')).extensions.code).toBe('RATE_LIMITED');
  allStillWait();
});

test('when the upstream disconnects, every waiting caller gets an error', async () => {
  allStillWait();
  await hanging.close();
  const codes = (await waited).map(({ code }) => code);
  expect(new Set(codes)).toEqual(new Set(['UPSTREAM_ERROR']));
});
