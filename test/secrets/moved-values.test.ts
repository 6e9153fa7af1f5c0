import { startApp, type TestApp } from '../support/app.js';
import { startMcpServer, type McpServer } from '../support/mcp/mcp-server.js';
import {
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  seedServer,
  type SignedInUser,
} from '../support/seed.js';
import { callError, callTool } from '../tools/tool-calls.js';

// An attacker who can write to the database but has no key.

let app: TestApp;
let mcp: McpServer;
let one: SignedInUser;
let two: SignedInUser;
let serverId: string;
beforeAll(async () => {
  app = await startApp();
  mcp = await startMcpServer();
});
afterAll(async () => {
  await app.close();
  await mcp.close();
});
beforeEach(async () => {
  ({ id: serverId } = await seedOAuth2Server(app, { url: mcp.url }));
  [one, two] = [await seedSignedInUser(app), await seedSignedInUser(app)];
  for (const user of [one, two]) {
    await seedAccount(
      app,
      { userId: user.id, serverId: serverId },
      { accessToken: `access-${user.id}`, refreshToken: `refresh-${user.id}` },
    );
  }
});

const connectAgain = {
  message: 'The stored tokens of your account at this MCP server can no longer be read. Connect again.',
  extensions: expect.objectContaining({ code: 'NEEDS_AUTHORIZATION' }) as unknown,
};

test("another user's token in the user's row does not open, and the user must reconnect", async () => {
  await app.sql(
    `update mcp_server_user_tokens t set access_token = other.access_token
     from mcp_server_user_tokens other
     where t.mcp_server_config_id = $1 and other.mcp_server_config_id = $1 and t.id <> other.id`,
    [serverId],
  );
  for (const user of [one, two]) {
    expect(await callError(user, serverId, 'whoami')).toMatchObject(connectAgain);
  }
});

test('a refresh token in the column of the access token does not open', async () => {
  await app.sql(
    'update mcp_server_user_tokens set access_token = refresh_token, refresh_token = access_token where user_id = $1',
    [one.id],
  );
  expect(await callError(one, serverId, 'whoami')).toMatchObject(connectAgain);
  await expect(callTool(two, serverId, 'whoami')).resolves.toBeTruthy();
});

test("a server's secret in another table, or of another server, does not open", async () => {
  const { id: keyId } = await seedServer(app, {
    authType: 'API_KEY',
    apiKeyHeader: 'X-Key',
    apiKeyValue: 'key',
    url: mcp.url,
  });
  const { id: thiefId } = await seedServer(app, {
    authType: 'API_KEY',
    apiKeyHeader: 'X-Key',
    apiKeyValue: 'other',
    url: mcp.url,
  });
  await app.sql(
    `update mcp_server_configs set api_key_value = (select api_key_value from mcp_server_configs where id = $1) where id = $2`,
    [keyId, thiefId],
  );
  await app.sql(
    `update mcp_server_user_tokens set access_token = (select api_key_value from mcp_server_configs where id = $1) where user_id = $2`,
    [keyId, one.id],
  );
  const refused = await callError(one, thiefId, 'whoami');
  expect(refused.extensions.code).not.toBe('INTERNAL_SERVER_ERROR');
  expect(await callError(one, serverId, 'whoami')).toMatchObject(connectAgain);
  expect(mcp.requests.map(({ headers }) => headers['x-key'])).not.toContain('key');
});

test('an unreadable row does not affect the list of any user, and reconnecting repairs it', async () => {
  const list = '{ mcpServerConfigs { id displayName authConnected } }';
  const before = await Promise.all([one, two].map(({ graphql }) => graphql.data(list)));
  await app.sql(
    `update mcp_server_user_tokens set access_token = 'test.not.a.sealed.value.', refresh_token = '' where user_id = $1`,
    [one.id],
  );
  expect(await Promise.all([one, two].map(({ graphql }) => graphql.data(list)))).toEqual(before);
  expect(await callError(one, serverId, 'whoami')).toMatchObject(connectAgain);
  await expect(callTool(two, serverId, 'whoami')).resolves.toBeTruthy();

  await seedAccount(app, { userId: one.id, serverId: serverId }, { accessToken: 'new' });
  await expect(callTool(one, serverId, 'whoami')).resolves.toBeTruthy();
});
