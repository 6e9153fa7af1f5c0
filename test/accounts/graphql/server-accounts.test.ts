import { randomUUID } from 'node:crypto';
import type { Disconnections as Disconnected } from '../../../src/accounts/server-accounts.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser } from '../../support/seed.js';
import { makeDue, openOutbox, outboxRows, pauseBackgroundTask, type Outbox } from '../revoke/outbox.js';
import {
  begin,
  connect,
  createServer,
  disconnect,
  openAccount,
  startWorld,
  visit,
  type SignedInUser,
  type World,
} from '../world.js';

let world: World;
let outbox: Outbox;
let users: SignedInUser[];
let serverId: string;

beforeAll(async () => {
  world = await startWorld();
  await pauseBackgroundTask(world.app);
  outbox = await openOutbox(world.app);
});
afterAll(async () => {
  await outbox.close();
  await world.close();
});
beforeEach(async () => {
  users = await Promise.all([1, 2, 3].map(() => seedSignedInUser(world.app)));
  serverId = await createServer(world);
});
afterEach(async () => {
  world.provider.troubleRevocation(null);
  await world.app.sql('delete from oauth2_revocations');
});

type Disconnections = Omit<Disconnected, 'serverId'>;

const counts = `disconnectedCount revokedCount revocationPendingCount revocationFailedCount revocationError revocationRemark`;
const disconnectingUser = `mutation ($serverId: ID!, $userId: ID!) {
  disconnectUserFromMcpServer(id: $serverId, userId: $userId) { ${counts} }
}`;
const disconnectingAll = `mutation ($serverId: ID!) {
  disconnectAllFromMcpServer(id: $serverId) { ${counts} }
}`;
const listing = `query ($id: ID, $status: RevocationStatus, $first: Int! = 50) {
  mcpServerRevocations(serverId: $id, status: $status, first: $first) {
    edges { node { serverId serverName user { id } status reason nextAttemptAt createdAt } }
  }
}`;

async function disconnectUser(userId: string, id = serverId): Promise<Disconnections> {
  const data = await world.admin.graphql.data<{ disconnectUserFromMcpServer: Disconnections }>(
    disconnectingUser,
    { serverId: id, userId },
  );
  return data.disconnectUserFromMcpServer;
}
async function disconnectAll(id = serverId): Promise<Disconnections> {
  const data = await world.admin.graphql.data<{ disconnectAllFromMcpServer: Disconnections }>(
    disconnectingAll,
    { serverId: id },
  );
  return data.disconnectAllFromMcpServer;
}
async function listed(variables: Record<string, unknown> = {}): Promise<Record<string, unknown>[]> {
  const { mcpServerRevocations } = await world.admin.graphql.data<{
    mcpServerRevocations: { edges: { node: Record<string, unknown> }[] };
  }>(listing, variables);
  return mcpServerRevocations.edges.map(({ node }) => node);
}

const outcome = (change: Partial<Disconnections>): Disconnections => ({
  disconnectedCount: 0,
  revokedCount: 0,
  revocationPendingCount: 0,
  revocationFailedCount: 0,
  revocationError: null,
  revocationRemark: null,
  ...change,
});
const connected = () =>
  world.app.sql<{ user_id: string }>(
    'select user_id from mcp_server_user_tokens where mcp_server_config_id = $1',
    [serverId],
  );

test('disconnects one user and no other', async () => {
  const [first, second] = users as [SignedInUser, SignedInUser];
  await connect(world, first, serverId);
  await connect(world, second, serverId);
  await connect(world, first);
  const { accessToken } = await openAccountAt(first);
  expect(await disconnectUser(first.id)).toEqual(outcome({ disconnectedCount: 1, revokedCount: 1 }));
  expect((await world.provider.introspect(accessToken)).active).toBe(false);
  expect(await connected()).toEqual([{ user_id: second.id }]);
  expect((await openAccount(world, first)).accessToken).not.toBe(accessToken);
  expect(await disconnectUser(first.id)).toEqual(outcome({}));
});

test('disconnects all users of a server and deletes their flows', async () => {
  for (const user of users) await connect(world, user, serverId);
  const callback = await world.provider.approve(await begin(world, world.other, '', serverId));
  expect(await disconnectAll()).toEqual(outcome({ disconnectedCount: 3, revokedCount: 3 }));
  expect(await connected()).toEqual([]);
  expect((await visit(world.app, world.other, callback)).status).toBe(400);
  expect(await connected()).toEqual([]);
  expect(await disconnectAll()).toEqual(outcome({}));
});

test('records one audit event each, and none without an account to disconnect', async () => {
  const [first, second] = users as [SignedInUser, SignedInUser];
  await connect(world, first, serverId);
  await connect(world, second, serverId);
  await disconnectUser(first.id);
  await disconnectUser(first.id);
  await disconnectAll();
  await disconnectAll();
  const events = await world.app.sql(
    `select action, actor_user_id, subject_name, affected_user_id, detail from audit_events
     where subject_id = $1 and action in ('USER_DISCONNECTED', 'ALL_DISCONNECTED') order by id`,
    [serverId],
  );
  const common = { actor_user_id: world.admin.id, subject_name: 'Another' };
  expect(events).toEqual([
    { ...common, action: 'USER_DISCONNECTED', affected_user_id: first.id, detail: {} },
    { ...common, action: 'ALL_DISCONNECTED', affected_user_id: null, detail: { disconnected: 1 } },
  ]);
});

test('works for a disabled server and for a disabled user', async () => {
  const [first, second] = users as [SignedInUser, SignedInUser];
  await connect(world, first, serverId);
  await connect(world, second, serverId);
  await world.app.sql('update mcp_server_configs set enabled = false where id = $1', [serverId]);
  await world.app.sql('update users set disabled_at = now() where id = $1', [first.id]);
  expect(await disconnectUser(first.id)).toEqual(outcome({ disconnectedCount: 1, revokedCount: 1 }));
  expect(await disconnectAll()).toEqual(outcome({ disconnectedCount: 1, revokedCount: 1 }));
});

test('answers NOT_FOUND for an unknown server or user', async () => {
  const [{ id: userId }] = users as [SignedInUser];
  const refused = async (document: string, variables: Record<string, unknown>) =>
    (await world.admin.graphql.error(document, variables)).extensions.code;
  expect(await refused(disconnectingUser, { serverId, userId: randomUUID() })).toBe('NOT_FOUND');
  expect(await refused(disconnectingUser, { serverId: randomUUID(), userId })).toBe('NOT_FOUND');
  expect(await refused(disconnectingAll, { serverId: randomUUID() })).toBe('NOT_FOUND');
});

test('disconnects at once while the provider is down, and revokes when it is back', async () => {
  for (const user of users) await connect(world, user, serverId);
  const accounts = await Promise.all(users.map((user) => openAccount(world, user)));
  world.provider.troubleRevocation({ status: 503 });
  expect(await disconnectAll()).toEqual(
    outcome({
      disconnectedCount: 3,
      revocationPendingCount: 3,
      revocationError: expect.stringContaining('3 of 3') as unknown as string,
    }),
  );
  expect(await connected()).toEqual([]);
  for (const entry of await listed({ id: serverId })) {
    expect(entry).toMatchObject({ status: 'PENDING', nextAttemptAt: expect.any(String) });
  }
  world.provider.troubleRevocation(null);
  await makeDue(world.app);
  expect(await outbox.workDue()).toBe(3);
  for (const { accessToken } of accounts) {
    expect((await world.provider.introspect(accessToken)).active).toBe(false);
  }
  expect(await listed({ id: serverId })).toEqual([]);
});

test('lists pending and given-up revocations, also of a deleted server', async () => {
  const [first, second] = users as [SignedInUser, SignedInUser];
  await connect(world, first, serverId);
  world.provider.troubleRevocation({ status: 503 });
  await world.admin.graphql.data(
    'mutation ($id: ID!) { deleteMcpServerConfig(id: $id) { deletedServerId } }',
    {
      id: serverId,
    },
  );
  const { id: cannot } = await seedOAuth2Server(world.app, { displayName: 'Mute', oauth2RevocationUrl: '' });
  await seedAccount(world.app, { userId: second.id, serverId: cannot });
  expect(await disconnectUser(second.id, cannot)).toMatchObject({
    revokedCount: 0,
    revocationFailedCount: 1,
  });

  const pending = {
    serverId: serverId,
    serverName: 'Another',
    user: { id: first.id },
    status: 'PENDING',
    reason: expect.stringContaining('HTTP 503'),
    nextAttemptAt: expect.any(String),
    createdAt: expect.any(String),
  };
  const givenUp = {
    serverId: cannot,
    serverName: 'Mute',
    user: { id: second.id },
    status: 'GIVEN_UP',
    reason: expect.stringContaining('no revocation URL'),
    nextAttemptAt: null,
    createdAt: expect.any(String),
  };
  expect(await listed()).toEqual([givenUp, pending]);
  expect(await listed({ status: 'PENDING' })).toEqual([pending]);
  expect(await listed({ id: cannot })).toEqual([givenUp]);
  expect(await listed({ first: 1 })).toEqual([givenUp]);
  expect((await world.admin.graphql.error(listing, { first: 201 })).extensions.code).toBe('BAD_USER_INPUT');
});

test('does not deadlock when users and administrators disconnect concurrently', async () => {
  for (let round = 0; round < 10; round += 1) {
    for (const user of users) {
      for (const id of [serverId, world.serverId]) {
        await seedAccount(world.app, { userId: user.id, serverId: id });
      }
    }
    const all = await Promise.all([
      disconnectAll(),
      disconnectAll(world.serverId),
      ...users.map((user) => disconnectUser(user.id)),
      ...users.map((user) => disconnect(user, world.serverId)),
      ...users.map((user) =>
        world.admin.graphql.data(
          'mutation ($id: ID!) { updateUser(id: $id, input: {displayName: "Renamed"}) { user { id } } }',
          { id: user.id },
        ),
      ),
    ]);
    expect(all).toHaveLength(11);
    expect(await connected()).toEqual([]);
  }
  expect(await outboxRows(world.app)).toEqual([]);
});

/** Returns the tokens of a user's account at this test's server. */
async function openAccountAt(user: SignedInUser): Promise<{ accessToken: string }> {
  const [row] = await world.app.sql<{ id: string; access_token: string }>(
    'select id, access_token from mcp_server_user_tokens where user_id = $1 and mcp_server_config_id = $2',
    [user.id, serverId],
  );
  const place = { table: 'mcp_server_user_tokens', column: 'access_token', row: row!.id };
  return { accessToken: await world.app.vault.open(row!.access_token, place) };
}
