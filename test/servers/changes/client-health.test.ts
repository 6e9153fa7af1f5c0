import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { seedSignedInUser } from '../../support/seed.js';
import {
  endBackOff,
  failureOf,
  accountOf,
  openTokenAccess,
  seedRefreshable,
  setSecondsLeft,
  type TokenAccess,
} from '../../accounts/token-access.js';
import {
  begin,
  connect,
  createServer,
  startWorld,
  visit,
  type SignedInUser,
  type World,
} from '../../accounts/world.js';

let world: World;
let instances: TokenAccess[];
let provider: HandcraftedServer;
let serverId: string;

beforeAll(async () => {
  world = await startWorld();
  instances = await Promise.all([1, 2, 3].map(() => openTokenAccess(world.app)));
  provider = await startHandcraftedServer();
});
afterAll(async () => {
  await Promise.all(instances.map((each) => each.close()));
  await world.close();
  await provider.close();
});
beforeEach(async () => {
  serverId = await createServer(world);
});

/** Stores a client id that the provider does not know. */
const forgetClient = () =>
  world.app.sql(`update mcp_server_configs set oauth2_client_id = 'forgotten' where id = $1`, [serverId]);

interface ListedServer {
  oauth2ClientId: string;
  oauth2ClientFailure: string | null;
  oauth2ClientFailureAt: string | null;
}

/** Reads the failure of a client as administrators see it in the list. */
async function clientHealthOf(id: string): Promise<ListedServer | undefined> {
  const { mcpServerConfigs } = await world.admin.graphql.data<{
    mcpServerConfigs: (ListedServer & { id: string })[];
  }>('{ mcpServerConfigs { id oauth2ClientId oauth2ClientFailure oauth2ClientFailureAt } }');
  return mcpServerConfigs.find((server) => server.id === id);
}

const auditOf = async (id: string) =>
  (
    await world.app.sql<{ action: string; actor_kind: string; changed_fields: string[]; detail: object }>(
      `select action, actor_kind, changed_fields, detail from audit_events where subject_id = $1 and actor_kind = 'BACKGROUND'
       order by id`,
      [id],
    )
  ).filter(({ action }) => action === 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED');

const askAll = (users: readonly SignedInUser[], callers: number) =>
  Promise.all(
    Array.from({ length: callers }, (_, caller) =>
      failureOf(
        (instances[caller % instances.length] as TokenAccess).accessToken(
          users[caller % users.length] as SignedInUser,
          serverId,
        ),
      ),
    ),
  );

describe('a dynamically registered client that the provider has forgotten', () => {
  test('is registered again once, for 200 callers of ten users in three processes', async () => {
    const users = await Promise.all(Array.from({ length: 10 }, () => seedSignedInUser(world.app)));
    for (const user of users) {
      await connect(world, user, serverId);
      await setSecondsLeft(world.app, user, -1);
    }
    await forgetClient();
    const registrations = world.provider.count('/reg');

    const errors = await askAll(users, 200);
    expect(world.provider.count('/reg') - registrations).toBe(1);
    const codes = new Set(errors.map(({ code }) => code));
    expect([...codes].filter((code) => !['NEEDS_AUTHORIZATION', 'UPSTREAM_ERROR'].includes(code))).toEqual(
      [],
    );

    const listed = await clientHealthOf(serverId);
    expect(listed).toMatchObject({ oauth2ClientFailure: null, oauth2ClientFailureAt: null });
    expect(listed?.oauth2ClientId).not.toBe('forgotten');
    expect(await auditOf(serverId)).toEqual([
      {
        action: 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED',
        actor_kind: 'BACKGROUND',
        changed_fields: expect.arrayContaining(['oauth2ClientId', 'oauth2ClientSecret']),
        detail: { disconnected: 0 },
      },
    ]);
    // Their tokens are tried with the new client. This provider binds them to the old one, and refuses each by itself.
    for (const user of users) {
      expect(await accountOf(world.app, user)).toMatchObject({ failure_code: 'INVALID_CLIENT' });
      await endBackOff(world.app, user);
    }
    for (const { code } of await askAll(users, 10)) expect(code).toBe('NEEDS_AUTHORIZATION');
    for (const user of users) {
      expect(await accountOf(world.app, user)).toMatchObject({ failure_code: 'INVALID_GRANT' });
    }
    expect(world.provider.count('/reg') - registrations).toBe(1);
    const [user] = users as [SignedInUser];
    await connect(world, user, serverId);
    await setSecondsLeft(world.app, user, 20);
    await expect(instances[0]?.accessToken(user, serverId)).resolves.toMatchObject({
      generation: expect.any(Number),
    });
  });

  test('is registered again when a code exchange fails, and connecting again works', async () => {
    const user = await seedSignedInUser(world.app);
    const callback = await world.provider.approve(await begin(world, user, '', serverId));
    await forgetClient();
    await world.app.sql(`update oauth2_flows set client_id = 'forgotten' where user_id = $1`, [user.id]);
    const registrations = world.provider.count('/reg');
    const page = await visit(world.app, user, callback);
    expect(page.status).toBe(409);
    expect(await page.text()).toMatch(/has now registered there again.*Try again/s);
    expect(world.provider.count('/reg') - registrations).toBe(1);
    expect((await clientHealthOf(serverId))?.oauth2ClientFailure).toBeNull();
    expect((await connect(world, user, serverId)).status).toBe(200);
  });

  test('is not registered again twice within an hour, and administrators see the failure', async () => {
    const user = await seedSignedInUser(world.app);
    await connect(world, user, serverId);
    await setSecondsLeft(world.app, user, -1);
    await forgetClient();
    await world.app.sql('update mcp_server_configs set oauth2_client_renewal_at = now() where id = $1', [
      serverId,
    ]);
    const registrations = world.provider.count('/reg');
    await askAll([user], 20);
    expect(world.provider.count('/reg')).toBe(registrations);
    expect(await clientHealthOf(serverId)).toMatchObject({
      oauth2ClientFailure: 'INVALID_CLIENT',
      oauth2ClientFailureAt: expect.any(String),
    });
    expect(await accountOf(world.app, user)).toMatchObject({ status: 'CONNECTED' });

    await world.admin.graphql.data(
      'mutation ($id: ID!) { registerMcpServerOAuth2Client(id: $id) { server { id } } }',
      { id: serverId },
    );
    expect((await clientHealthOf(serverId))?.oauth2ClientFailure).toBeNull();
  });
});

const invalidClient = { status: 401, json: { error: 'invalid_client' } };
const invalidGrant = { status: 400, json: { error: 'invalid_grant' } };
const success = { json: { access_token: 'access-2', token_type: 'Bearer', expires_in: 3_600 } };

test('unauthorized_client on one user’s refresh does not mark a client that the provider accepts', async () => {
  const { user, serverId: id } = await seedRefreshable(world.app, `${provider.origin}/one-user`);
  const refusal = { status: 403, json: { error: 'unauthorized_client' } };
  provider.answer('/one-user', (body) => (body.includes('refresh_token') ? refusal : invalidGrant));
  const { code, message } = await failureOf(instances[0]!.accessToken(user, id));
  expect(code).toBe('NEEDS_AUTHORIZATION');
  expect(message).toContain('Connect again. If that fails too, an administrator must check the client');
  expect((await clientHealthOf(id))?.oauth2ClientFailure).toBeNull();
});

test('401 with a Bearer challenge on one user’s refresh is no reason to check the client', async () => {
  const { user, serverId: id } = await seedRefreshable(world.app, `${provider.origin}/challenge`);
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
  provider.answer('/challenge', { status: 401, headers });
  expect((await failureOf(instances[0]!.accessToken(user, id))).code).toBe('NEEDS_AUTHORIZATION');
  expect(provider.count('/challenge')).toBe(1);
  expect((await clientHealthOf(id))?.oauth2ClientFailure).toBeNull();
});

test('a temporary refusal ends no account and registers no client', async () => {
  const { user, serverId: id } = await seedRefreshable(world.app, `${provider.origin}/passing`, {
    server: { oauth2Registration: 'DYNAMIC', url: `${provider.origin}/mcp` },
  });
  provider.answer('/passing', (body) => (body.includes('refresh_token') ? invalidClient : invalidGrant));
  expect((await failureOf(instances[0]!.accessToken(user, id))).code).toBe('NEEDS_AUTHORIZATION');
  expect(provider.count('/passing')).toBe(2);
  expect((await clientHealthOf(id))?.oauth2ClientFailure).toBeNull();
  const account = await accountOf(world.app, user);
  expect([account?.access_token, account?.refresh_token]).toEqual([expect.any(String), expect.any(String)]);
  expect(await auditOf(id)).toEqual([]);
});

describe.each(['MANUAL', 'METADATA_DOCUMENT'] as const)('a client of the registration %s', (registration) => {
  test('is only marked, until it is accepted again', async () => {
    const path = `/${registration}`;
    const { user, serverId: id } = await seedRefreshable(world.app, provider.origin + path, {
      server: { oauth2Registration: registration },
    });
    provider.answer(path, invalidClient);
    await failureOf(instances[0]!.accessToken(user, id));
    // The refresh, and the check of the client.
    expect(provider.count(path)).toBe(2);
    expect(await clientHealthOf(id)).toMatchObject({
      oauth2ClientId: 'client',
      oauth2ClientFailure: 'INVALID_CLIENT',
    });
    expect(await accountOf(world.app, user)).toMatchObject({ status: 'CONNECTED' });

    await endBackOff(world.app, user);
    provider.answer(path, success);
    await instances[0]!.accessToken(user, id);
    expect(await clientHealthOf(id)).toMatchObject({
      oauth2ClientFailure: null,
      oauth2ClientFailureAt: null,
    });
  });
});

test('a new client secret clears the failure, and an unrelated edit keeps it', async () => {
  const { user, serverId: id } = await seedRefreshable(world.app, `${provider.origin}/edited`);
  provider.answer('/edited', invalidClient);
  await failureOf(instances[0]!.accessToken(user, id));
  const edit = (input: object) =>
    world.admin.graphql.data(
      `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
        updateMcpServerConfig(id: $id, input: $input) { server { id } }
      }`,
      { id, input },
    );
  await edit({ displayName: 'Renamed' });
  expect((await clientHealthOf(id))?.oauth2ClientFailure).toBe('INVALID_CLIENT');
  await edit({ oauth2ClientSecret: 'another' });
  expect((await clientHealthOf(id))?.oauth2ClientFailure).toBeNull();
});

test('does not show members the failure of a client', async () => {
  const answer = await world.member.graphql.data<{ mcpServerConfigs: object[] }>(
    '{ mcpServerConfigs { oauth2ClientFailure oauth2ClientFailureAt } }',
  );
  for (const server of answer.mcpServerConfigs) {
    expect(server).toEqual({ oauth2ClientFailure: null, oauth2ClientFailureAt: null });
  }
});
