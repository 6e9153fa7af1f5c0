import { client } from '../../support/graphql.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser } from '../../support/seed.js';
import {
  begin,
  connect,
  disconnect,
  openAccount,
  startWorld,
  visit,
  type SignedInUser,
  type World,
} from '../world.js';

const nothing = { revoked: false, revocationPending: false, revocationError: null };
const revoked = { revoked: true, revocationPending: false, revocationError: null };
let world: World;
let user: SignedInUser;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  user = await seedSignedInUser(world.app);
});

const setEnabled = (enabled: boolean) =>
  world.admin.graphql.data(
    `mutation ($id: ID!, $enabled: Boolean!) { updateMcpServerConfig(id: $id, input: {enabled: $enabled}) { server { id } } }`,
    { id: world.serverId, enabled },
  );
const accounts = (userId = user.id) =>
  world.app.sql('select * from mcp_server_user_tokens where user_id = $1', [userId]);
const disconnecting = `mutation ($id: ID!) { disconnectMcpServer(id: $id) { revoked revocationPending revocationError } }`;

test('can be repeated', async () => {
  await connect(world, user);
  expect(await disconnect(user, world.serverId)).toEqual(revoked);
  expect(await disconnect(user, world.serverId)).toEqual(nothing);
  expect(await disconnect(user, world.serverId)).toEqual(nothing);
});

test('asks the provider to revoke the refresh token first', async () => {
  await connect(world, user);
  const { refreshToken } = await openAccount(world, user);
  const already = world.provider.requests.length;
  await disconnect(user, world.serverId);
  const first = world.provider.requests.slice(already).find(({ path }) => path.endsWith('/token/revocation'));
  expect(new URLSearchParams(first?.body).get('token')).toBe(refreshToken);
});

test('works for a disabled server', async () => {
  await connect(world, user);
  await setEnabled(false);
  try {
    expect(await disconnect(user, world.serverId)).toEqual(revoked);
    expect(await accounts()).toHaveLength(0);
  } finally {
    await setEnabled(true);
  }
});

test('a member without an account cannot tell a disabled server from an unknown one', async () => {
  await setEnabled(false);
  try {
    const disabled = await user.graphql.error(disconnecting, { id: world.serverId });
    const unknown = await user.graphql.error(disconnecting, { id: '01900000-0000-7000-8000-000000000000' });
    expect(disabled.extensions.code).toBe('NOT_FOUND');
    expect(disabled).toEqual(unknown);
    expect(await disconnect(world.admin, world.serverId)).toEqual(nothing);
  } finally {
    await setEnabled(true);
  }
});

test('leaves the accounts of other users alone', async () => {
  await connect(world, world.other);
  const { accessToken } = await openAccount(world, world.other);
  expect(await disconnect(user, world.serverId)).toEqual(nothing);
  expect(await disconnect(world.admin, world.serverId)).toEqual(nothing);
  expect(await accounts(world.other.id)).toHaveLength(1);
  expect((await world.provider.introspect(accessToken)).active).toBe(true);
});

test('refuses an API token of the scope READ, and accepts one of the scope USE', async () => {
  await connect(world, user);
  const read = client(world.app, { token: await world.apiToken(user, 'READ') });
  const refusal = await read.error(disconnecting, { id: world.serverId });
  expect(refusal.extensions.code).toBe('FORBIDDEN');
  expect(await accounts()).toHaveLength(1);
  const use = client(world.app, { token: await world.apiToken(user, 'USE') });
  await use.data(disconnecting, { id: world.serverId });
  expect(await accounts()).toHaveLength(0);
});

test('ends flows in progress, even without an account', async () => {
  const callback = await world.provider.approve(await begin(world, user));
  expect(await disconnect(user, world.serverId)).toEqual(nothing);
  expect((await visit(world.app, user, callback)).status).toBe(400);
  expect(await accounts()).toHaveLength(0);
});

test('disconnects and explains why nothing was revoked, when the provider cannot revoke', async () => {
  const { id } = await seedOAuth2Server(world.app, { oauth2RevocationUrl: '' });
  await seedAccount(world.app, { userId: user.id, serverId: id }, { refreshToken: 'refresh' });
  expect(await disconnect(user, id)).toEqual({
    revoked: false,
    revocationPending: false,
    revocationError: expect.stringContaining('no revocation URL'),
  });
  expect(await accounts()).toHaveLength(0);
});

test('disconnects when the provider cannot be reached', async () => {
  const { id } = await seedOAuth2Server(world.app, { oauth2RevocationUrl: 'http://127.0.0.1:9/revoke' });
  await seedAccount(world.app, { userId: user.id, serverId: id });
  expect(await disconnect(user, id)).toEqual({
    revoked: false,
    revocationPending: true,
    revocationError: expect.stringContaining('could not be reached'),
  });
  expect(await accounts()).toHaveLength(0);
});

test('disconnects when the stored token cannot be read', async () => {
  await connect(world, user);
  await world.app.sql(`update mcp_server_user_tokens set refresh_token = 'test.broken' where user_id = $1`, [
    user.id,
  ]);
  const outcome = await disconnect(user, world.serverId);
  expect(outcome).toEqual({
    revoked: false,
    revocationPending: false,
    revocationError: expect.stringMatching(/can no longer be read/),
  });
  expect(await accounts()).toHaveLength(0);
});

test('racing callbacks leave either a working account or none', async () => {
  for (let round = 0; round < 6; round += 1) {
    const callback = await world.provider.approve(await begin(world, user));
    const answers = await Promise.all([
      visit(world.app, user, callback),
      disconnect(user, world.serverId),
      disconnect(user, world.serverId),
    ]);
    const kept = await accounts();
    expect(kept).toHaveLength(answers[0].status === 200 ? kept.length : 0);
    if (kept.length > 0) {
      const { accessToken } = await openAccount(world, user);
      expect((await world.provider.introspect(accessToken)).active).toBe(true);
    }
  }
});

describe('the payload', () => {
  const payload = `mutation ($id: ID!) { disconnectMcpServer(id: $id) {
    server { id authConnected account { id } } account { id } deletedAccountId
  } }`;
  const ownAccount = async () => {
    const query = `query ($id: ID!) { mcpServerConfig(id: $id) { account { id } } }`;
    const { mcpServerConfig } = await user.graphql.data<{ mcpServerConfig: { account: { id: string } } }>(
      query,
      {
        id: world.serverId,
      },
    );
    return mcpServerConfig.account.id;
  };

  test('has the server without its account, and the id of the deleted account', async () => {
    await connect(world, user);
    const deletedAccountId = await ownAccount();
    const server = { id: world.serverId, authConnected: false, account: null };
    const disconnected = await user.graphql.data(payload, { id: world.serverId });
    expect(disconnected).toEqual({ disconnectMcpServer: { server, account: null, deletedAccountId } });
    expect(await user.graphql.data(payload, { id: world.serverId })).toEqual({
      disconnectMcpServer: { server, account: null, deletedAccountId: null },
    });
  });

  test('has no disabled server for a member', async () => {
    await connect(world, user);
    const deletedAccountId = await ownAccount();
    await setEnabled(false);
    try {
      expect(await user.graphql.data(payload, { id: world.serverId })).toEqual({
        disconnectMcpServer: { server: null, account: null, deletedAccountId },
      });
    } finally {
      await setEnabled(true);
    }
  });

  test('of an administrator has the server with the number of users left, and the user', async () => {
    await connect(world, user);
    await connect(world, world.other);
    const deletedAccountId = await ownAccount();
    const ofUser = `mutation ($id: ID!, $userId: ID!) { disconnectUserFromMcpServer(id: $id, userId: $userId) {
      server { id accountCount } user { id } deletedAccountId } }`;
    const variables = { id: world.serverId, userId: user.id };
    expect(await world.admin.graphql.data(ofUser, variables)).toEqual({
      disconnectUserFromMcpServer: {
        server: { id: world.serverId, accountCount: 1 },
        user: { id: user.id },
        deletedAccountId,
      },
    });
    const ofAll = `mutation ($id: ID!) { disconnectAllFromMcpServer(id: $id) { server { id accountCount } } }`;
    expect(await world.admin.graphql.data(ofAll, { id: world.serverId })).toEqual({
      disconnectAllFromMcpServer: { server: { id: world.serverId, accountCount: 0 } },
    });
  });
});
