import { startApp, type TestApp } from '../../support/app.js';
import { client } from '../../support/graphql.js';
import { recorded } from '../../support/recorded.js';
import {
  seedApiToken,
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  seedServer,
  type SignedInUser,
} from '../../support/seed.js';

let app: TestApp;
let admin: SignedInUser;
let member: SignedInUser;

beforeAll(async () => {
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  member = await seedSignedInUser(app);
});
afterAll(() => app.close());

const past = new Date(Date.now() - 1000);
const future = new Date(Date.now() + 3_600_000);
const read = `query ($id: ID!) { mcpServerConfig(id: $id) { authConnected connectUrl accountCount } }`;

interface Facts {
  authConnected: boolean;
  connectUrl: string | null;
  accountCount: number | null;
}

async function serverOf(user: Pick<SignedInUser, 'graphql'>, id: string): Promise<Facts> {
  return (await user.graphql.data<{ mcpServerConfig: Facts }>(read, { id })).mcpServerConfig;
}

test.each([
  ['unexpired', { expiresAt: future }, true],
  ['of unknown expiry', { expiresAt: null }, true],
  ['expired but refreshable', { expiresAt: past, refreshToken: 'refresh' }, true],
  ['expired for good', { expiresAt: past }, false],
])('an account that is %s', async (_what, tokens, connected) => {
  const { id } = await seedOAuth2Server(app);
  await seedAccount(app, { userId: member.id, serverId: id }, tokens);
  expect((await serverOf(member, id)).authConnected).toBe(connected);
  expect((await serverOf(admin, id)).authConnected).toBe(false);
});

test('an account that needs authorization again is neither connected nor counted', async () => {
  const { id } = await seedOAuth2Server(app);
  await seedAccount(app, { userId: member.id, serverId: id }, { refreshToken: 'refresh' });
  expect((await serverOf(admin, id)).accountCount).toBe(1);
  await app.sql(
    `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null where mcp_server_config_id = $1`,
    [id],
  );
  expect((await serverOf(member, id)).authConnected).toBe(false);
  expect((await serverOf(admin, id)).accountCount).toBe(0);
});

test.each([
  ['NONE', {}],
  ['API_KEY', { authType: 'API_KEY', apiKeyHeader: 'Authorization', apiKeyValue: 'key' }],
] as const)('a server with auth type %s counts as connected, and has no connect URL', async (_what, seed) => {
  const { id } = await seedServer(app, seed);
  expect(await serverOf(member, id)).toEqual({
    authConnected: true,
    connectUrl: null,
    accountCount: null,
  });
});

test('only administrators see the count, with a session or a token of the scope ADMIN', async () => {
  const { id } = await seedOAuth2Server(app);
  await seedAccount(app, { userId: member.id, serverId: id });
  await seedAccount(app, { userId: admin.id, serverId: id });
  const withToken = async (scope: 'USE' | 'ADMIN') =>
    serverOf({ graphql: client(app, { token: await seedApiToken(app, admin.email, scope) }) }, id);
  expect((await serverOf(admin, id)).accountCount).toBe(2);
  expect((await withToken('ADMIN')).accountCount).toBe(2);
  expect((await withToken('USE')).accountCount).toBeNull();
  expect((await serverOf(member, id)).accountCount).toBeNull();
});

test('facts about a list of any length are one statement after the list, and neither reads a token', async () => {
  const ids = await Promise.all(Array.from({ length: 60 }, async () => (await seedOAuth2Server(app)).id));
  for (const serverId of ids.slice(0, 3)) {
    await seedAccount(app, { userId: admin.id, serverId });
    await seedAccount(app, { userId: member.id, serverId });
  }
  await seedAccount(app, { userId: member.id, serverId: ids[3] ?? '' });

  const list = `{ mcpServerConfigs { id authConnected accountCount account { status } } }`;
  const { result, statements } = await recorded(app, () =>
    admin.graphql.data<{ mcpServerConfigs: { id: string }[] }>(list),
  );
  const ofTokens = statements.filter((sql) => sql.includes('mcp_server_user_tokens'));
  // The list itself reads `authConnected`.
  expect(ofTokens).toHaveLength(2);
  for (const statement of ofTokens) expect(statement).not.toMatch(/access_token|[^_]refresh_token/);

  const facts = new Map<string | undefined, object>(
    result.mcpServerConfigs.map(({ id, ...rest }) => [id, rest]),
  );
  expect(facts.get(ids[0])).toEqual({
    authConnected: true,
    accountCount: 2,
    account: { status: 'CONNECTED' },
  });
  expect(facts.get(ids[3])).toEqual({ authConnected: false, accountCount: 1, account: null });
  expect(facts.get(ids[4])).toEqual({ authConnected: false, accountCount: 0, account: null });
});
