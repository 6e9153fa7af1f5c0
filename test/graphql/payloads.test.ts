import { connect, createServer, startWorld, type World } from '../accounts/world.js';
import { setSecondsLeft } from '../accounts/token-access.js';
import { cleanUp } from '../net/web-server.js';
import { startMcpServer } from '../support/mcp/mcp-server.js';
import { seedServer } from '../support/seed.js';

// Clients that cache by id and type write a payload's entities into their caches. A payload that equals a later read
// needs no refetch.

type Server = Record<string, unknown> & { accountCount: number; account: { id: string } | null };

let world: World;
let serverId: string;
const opened = cleanUp();

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  serverId = await createServer(world);
  for (const user of [world.admin, world.member]) await connect(world, user, serverId);
});
afterEach(() => opened.run());

const fields = `id displayName url version updatedAt oauth2ClientId accountCount authConnected
  account { id status expiresAt lastRefreshedAt } lastDiagnosis { startedAt }`;

async function read(id = serverId, user = world.admin): Promise<Server> {
  const query = `query ($id: ID!) { mcpServerConfig(id: $id) { ${fields} } }`;
  return (await user.graphql.data<{ mcpServerConfig: Server }>(query, { id })).mcpServerConfig;
}

async function payloadOf<Payload = { server: Server | null }>(
  field: string,
  selection: string,
  user = world.admin,
): Promise<Payload> {
  return (await user.graphql.data<{ payload: Payload }>(`mutation { payload: ${field} { ${selection} } }`))
    .payload;
}

test.each<[string, () => string, Partial<Server>]>([
  [
    'a rename',
    () => `updateMcpServerConfig(id: "${serverId}", input: { displayName: "New" })`,
    { displayName: 'New' },
  ],
  [
    'an edit that disconnects all users',
    () => `updateMcpServerConfig(id: "${serverId}", input: { oauth2ClientId: "other" })`,
    { oauth2ClientId: 'other', accountCount: 0, account: null, authConnected: false },
  ],
  [
    'a new registration',
    () => `registerMcpServerOAuth2Client(id: "${serverId}")`,
    { version: 2, accountCount: 2 },
  ],
  [
    'a diagnosis',
    () => `diagnoseMcpServer(id: "${serverId}")`,
    { lastDiagnosis: expect.anything() as unknown },
  ],
  [
    'disconnecting a user',
    () => `disconnectUserFromMcpServer(id: "${serverId}", userId: "${world.member.id}")`,
    { accountCount: 1, authConnected: true },
  ],
  [
    'disconnecting all users',
    () => `disconnectAllFromMcpServer(id: "${serverId}")`,
    { accountCount: 0, account: null, authConnected: false },
  ],
])('the payload of %s has the server as the next query returns it', async (_what, field, changed) => {
  expect(await read()).not.toMatchObject(changed);
  const { server } = await payloadOf(field(), `server { ${fields} }`);
  expect(server).toMatchObject(changed);
  expect(server).toEqual(await read());
});

test('the payload of a creation has the server as the next query returns it', async () => {
  const input = `{ slug: "new", displayName: "New", url: "${world.mcp.url}", authType: OAUTH2 }`;
  const { server } = await payloadOf<{ server: Server & { id: string } }>(
    `createMcpServerConfig(input: ${input})`,
    `server { ${fields} }`,
  );
  expect(server).toEqual(await read(server.id));
});

test('the payload of a deletion has the id of the server', async () => {
  expect(await payloadOf(`deleteMcpServerConfig(id: "${serverId}")`, 'deletedServerId')).toEqual({
    deletedServerId: serverId,
  });
});

test('the payload of disconnecting a user has the user and the id of the deleted account', async () => {
  const { account } = await read(serverId, world.member);
  const disconnect = () =>
    payloadOf<unknown>(
      `disconnectUserFromMcpServer(id: "${serverId}", userId: "${world.member.id}")`,
      'user { id email } deletedAccountId',
    );
  const user = { id: world.member.id, email: world.member.email };
  expect(await disconnect()).toEqual({ user, deletedAccountId: account?.id });
  expect(await disconnect()).toEqual({ user, deletedAccountId: null });
});

test('the payload of a tool call has the account with the token that the call refreshed', async () => {
  const { app, member } = world;
  await setSecondsLeft(app, member, -1);
  const before = await read(serverId, member);
  const { server } = await payloadOf(
    `callMcpServerTool(id: "${serverId}", input: { name: "whoami" })`,
    `server { ${fields} }`,
    member,
  );
  expect(server?.account).not.toEqual(before.account);
  expect(server).toEqual(await read(serverId, member));
});

/** Starts an MCP server that answers when `change` is done, which begins with the first request. */
async function seedSlowServer(change: (id: string) => Promise<unknown>): Promise<string> {
  let changed: Promise<unknown> | null = null;
  const beforeAnswer = async (): Promise<void> => void (await (changed ??= change(id)));
  const mcp = opened.add(await startMcpServer({ beforeAnswer }));
  const { id } = await seedServer(world.app, { url: mcp.url });
  return id;
}

test('a tool call returns its result without the server when the server is disabled meanwhile', async () => {
  const id = await seedSlowServer((id) =>
    world.app.sql('update mcp_server_configs set enabled = false where id = $1', [id]),
  );
  const call = `callMcpServerTool(id: "${id}", input: { name: "whoami" })`;
  expect(await payloadOf(call, 'isError server { id }', world.member)).toEqual({
    isError: false,
    server: null,
  });
});

test('a diagnosis returns its result without the server when the server is deleted meanwhile', async () => {
  const id = await seedSlowServer((id) =>
    world.app.sql('delete from mcp_server_configs where id = $1', [id]),
  );
  expect(await payloadOf(`diagnoseMcpServer(id: "${id}")`, 'diagnosis { succeeded } server { id }')).toEqual({
    diagnosis: { succeeded: true },
    server: null,
  });
});
