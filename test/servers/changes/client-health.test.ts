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

/** Lets the provider know nothing of the client that is stored for this server. */
const forgetClient = () =>
  world.app.sql(`update mcp_server_configs set oauth2_client_id = 'forgotten' where id = $1`, [serverId]);

interface Standing {
  oauth2ClientId: string;
  oauth2ClientFailure: string | null;
  oauth2ClientFailureAt: string | null;
}

/** What administrators see in the list. */
async function clientHealthOf(id: string): Promise<Standing | undefined> {
  const { mcpServerConfigs } = await world.admin.graphql.data<{
    mcpServerConfigs: (Standing & { id: string })[];
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

const askAll = (people: readonly SignedInUser[], callers: number) =>
  Promise.all(
    Array.from({ length: callers }, (_, caller) =>
      failureOf(
        (instances[caller % instances.length] as TokenAccess).accessToken(
          people[caller % people.length] as SignedInUser,
          serverId,
        ),
      ),
    ),
  );

describe('a client that registered itself and that the provider has forgotten', () => {
  test('is registered again once, by 200 callers for ten people through three processes', async () => {
    const people = await Promise.all(Array.from({ length: 10 }, () => seedSignedInUser(world.app)));
    for (const user of people) {
      await connect(world, user, serverId);
      await setSecondsLeft(world.app, user, -1);
    }
    await forgetClient();
    const registrations = world.provider.count('/reg');

    const errors = await askAll(people, 200);
    expect(world.provider.count('/reg') - registrations).toBe(1);
    const codes = new Set(errors.map(({ code }) => code));
    expect([...codes].filter((code) => !['NEEDS_AUTHORIZATION', 'UPSTREAM_ERROR'].includes(code))).toEqual(
      [],
    );

    const standing = await clientHealthOf(serverId);
    expect(standing).toMatchObject({ oauth2ClientFailure: null, oauth2ClientFailureAt: null });
    expect(standing?.oauth2ClientId).not.toBe('forgotten');
    expect(await auditOf(serverId)).toEqual([
      {
        action: 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED',
        actor_kind: 'BACKGROUND',
        changed_fields: expect.arrayContaining(['oauth2ClientId', 'oauth2ClientSecret']),
        detail: { disconnected: 10 },
      },
    ]);
    for (const user of people) {
      expect(await accountOf(world.app, user)).toMatchObject({
        status: 'NEEDS_AUTHORIZATION',
        access_token: null,
        refresh_token: null,
        refresh_lease_id: null,
        failure_code: 'INVALID_CLIENT',
      });
    }

    const asked = world.provider.count('/token');
    for (const { code, message } of await askAll(people, 10)) {
      expect(code).toBe('NEEDS_AUTHORIZATION');
      expect(message).toContain('registered itself there again. Connect again.');
    }
    expect(world.provider.count('/token')).toBe(asked);
    const [user] = people as [SignedInUser];
    await connect(world, user, serverId);
    await setSecondsLeft(world.app, user, 20);
    await expect(instances[0]?.accessToken(user, serverId)).resolves.toMatchObject({
      generation: expect.any(Number),
    });
  });

  test('is registered again when a code cannot be redeemed, and connecting again works', async () => {
    const user = await seedSignedInUser(world.app);
    const callback = await world.provider.approve(await begin(world, user, '', serverId));
    await forgetClient();
    await world.app.sql(`update oauth2_flows set client_id = 'forgotten' where user_id = $1`, [user.id]);
    const registrations = world.provider.count('/reg');
    expect((await visit(world.app, user, callback)).status).toBe(502);
    expect(world.provider.count('/reg') - registrations).toBe(1);
    expect((await clientHealthOf(serverId))?.oauth2ClientFailure).toBeNull();
    expect((await connect(world, user, serverId)).status).toBe(200);
  });

  test('is not registered again twice within an hour; the administrators see that it is refused', async () => {
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
      'mutation ($id: UUID!) { registerMcpServerOAuth2Client(id: $id) { id } }',
      { id: serverId },
    );
    expect((await clientHealthOf(serverId))?.oauth2ClientFailure).toBeNull();
  });
});

const invalidClient = { status: 401, json: { error: 'invalid_client' } };
const invalidGrant = { status: 400, json: { error: 'invalid_grant' } };
const success = { json: { access_token: 'access-2', token_type: 'Bearer', expires_in: 3_600 } };

test('a refusal that does not last costs nobody their connection, and registers nothing', async () => {
  const { user, serverId: id } = await seedRefreshable(world.app, `${provider.origin}/passing`, {
    server: { oauth2Registration: 'DYNAMIC', url: `${provider.origin}/mcp` },
  });
  provider.answer('/passing', (body) => (body.includes('refresh_token') ? invalidClient : invalidGrant));
  expect((await failureOf(instances[0]!.accessToken(user, id))).code).toBe('UPSTREAM_ERROR');
  expect(provider.count('/passing')).toBe(2);
  expect((await clientHealthOf(id))?.oauth2ClientFailure).toBeNull();
  expect(await accountOf(world.app, user)).toMatchObject({ status: 'CONNECTED' });
  expect(await auditOf(id)).toEqual([]);
});

describe.each(['MANUAL', 'METADATA_DOCUMENT'] as const)('a client of the registration %s', (registration) => {
  test('is only marked, until it is taken again', async () => {
    const path = `/${registration}`;
    const { user, serverId: id } = await seedRefreshable(world.app, provider.origin + path, {
      server: { oauth2Registration: registration },
    });
    provider.answer(path, invalidClient);
    await failureOf(instances[0]!.accessToken(user, id));
    expect(provider.count(path)).toBe(1);
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

test('the mark goes with a new client secret, and stays with an edit that is about something else', async () => {
  const { user, serverId: id } = await seedRefreshable(world.app, `${provider.origin}/edited`);
  provider.answer('/edited', { status: 400, json: { error: 'unauthorized_client' } });
  await failureOf(instances[0]!.accessToken(user, id));
  const edit = (input: object) =>
    world.admin.graphql.data(
      `mutation ($id: UUID!, $input: UpdateMcpServerConfigInput!) {
        updateMcpServerConfig(id: $id, input: $input) { config { id } }
      }`,
      { id, input },
    );
  await edit({ displayName: 'Renamed' });
  expect((await clientHealthOf(id))?.oauth2ClientFailure).toBe('UNAUTHORIZED_CLIENT');
  await edit({ oauth2ClientSecret: 'another' });
  expect((await clientHealthOf(id))?.oauth2ClientFailure).toBeNull();
});

test('members are not told what the provider holds against the client', async () => {
  const answer = await world.member.graphql.data<{ mcpServerConfigs: object[] }>(
    '{ mcpServerConfigs { oauth2ClientFailure oauth2ClientFailureAt } }',
  );
  for (const server of answer.mcpServerConfigs) {
    expect(server).toEqual({ oauth2ClientFailure: null, oauth2ClientFailureAt: null });
  }
});
