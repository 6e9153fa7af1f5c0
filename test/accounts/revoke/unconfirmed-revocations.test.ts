import { startAuthorizationServer } from '../../support/oauth/authorization-server.js';
import { startMcpServer } from '../../support/mcp/mcp-server.js';
import {
  startHandcraftedServer,
  type HandcraftedAnswer,
  type HandcraftedServer,
} from '../../support/handcrafted-server.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser } from '../../support/seed.js';
import { makeDue, openOutbox, outboxRows, pauseBackgroundTask, type Outbox } from './outbox.js';
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
/** Another process that works on the outbox. */
let outbox: Outbox;
/** Each test has its own server and user, because it breaks them. */
let user: SignedInUser;
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
  user = await seedSignedInUser(world.app);
  serverId = await createServer(world);
});
afterEach(async () => {
  world.provider.troubleRevocation(null);
  await world.app.sql('delete from oauth2_revocations');
});

/** Returns the tokens that the provider has processed since. */
const revokedSince = (from: number) =>
  world.provider
    .revocations()
    .slice(from)
    .filter(({ succeeded }) => succeeded)
    .map(({ token }) => token);

describe('connecting again before the provider has confirmed', () => {
  beforeEach(async () => {
    await connect(world, user, serverId);
    world.provider.troubleRevocation({ status: 503 });
  });

  test('revokes the earlier tokens first, so that no later revocation ends the new ones', async () => {
    const { accessToken, refreshToken } = await openAccount(world, user);
    await disconnect(user, serverId);
    world.provider.troubleRevocation(null);
    const from = world.provider.revocations().length;
    await begin(world, user, '', serverId);
    expect(revokedSince(from)).toEqual([refreshToken, accessToken]);
    expect(await outboxRows(world.app)).toEqual([]);
  });

  test('marks the earlier revocation as given up when that fails, because a later one might end the new tokens', async () => {
    const other = await seedSignedInUser(world.app);
    await connect(world, other, serverId);
    await disconnect(user, serverId);
    await disconnect(other, serverId);
    await connect(world, user, serverId);
    expect(await outboxRows(world.app)).toMatchObject([
      {
        user_id: user.id,
        status: 'GIVEN_UP',
        refresh_token: null,
        access_token: null,
        client_secret: null,
        failure_reason: expect.stringContaining('connected again'),
      },
      { user_id: other.id, status: 'PENDING' },
    ]);
    world.provider.troubleRevocation(null);
    await makeDue(world.app);
    expect(await outbox.workDue()).toBe(1);
    const { accessToken } = await openAccount(world, user);
    expect((await world.provider.introspect(accessToken)).active).toBe(true);
  });

  test('keeps the revocation when the callback is refused', async () => {
    const callback = await world.provider.approve(await begin(world, user, '', serverId));
    await disconnect(user, serverId);
    expect((await visit(world.app, user, callback)).status).toBe(400);
    expect(await outboxRows(world.app)).toMatchObject([{ status: 'PENDING' }]);
  });
});

describe('revocations that cannot complete', () => {
  test('an unreadable revocation stops no other, is attempted again, and succeeds when its key is available', async () => {
    const other = await seedSignedInUser(world.app);
    world.provider.troubleRevocation({ status: 503 });
    for (const each of [user, other]) {
      await connect(world, each, serverId);
      await disconnect(each, serverId);
    }
    world.provider.troubleRevocation(null);
    const poisoned = (await outboxRows(world.app)).find(({ user_id }) => user_id === user.id);
    await world.app.sql(
      `update oauth2_revocations set refresh_token = 'gone.' || refresh_token, next_attempt_at = now() - interval '1 hour'
       where user_id = $1`,
      [user.id],
    );
    await world.app.sql('update oauth2_revocations set next_attempt_at = now() where user_id = $1', [
      other.id,
    ]);
    expect(await outbox.workDue()).toBe(2);
    const left = await outboxRows(world.app);
    expect(left).toMatchObject([
      { id: poisoned?.id, status: 'PENDING', failure_reason: expect.stringContaining('cannot be read') },
    ]);
    expect(left[0]?.wait).toBeGreaterThan(10);

    await world.app.sql('update oauth2_revocations set refresh_token = $1', [poisoned?.refresh_token]);
    await makeDue(world.app);
    await outbox.workDue();
    expect(await outboxRows(world.app)).toEqual([]);
  });

  test('tokens that belong to another row do not open', async () => {
    const other = await seedSignedInUser(world.app);
    world.provider.troubleRevocation({ status: 503 });
    for (const each of [user, other]) {
      await connect(world, each, serverId);
      await disconnect(each, serverId);
    }
    world.provider.troubleRevocation(null);
    const from = world.provider.revocations().length;
    await world.app.sql(
      `update oauth2_revocations r set refresh_token = o.refresh_token, access_token = o.access_token
       from oauth2_revocations o where o.id <> r.id`,
    );
    await makeDue(world.app);
    await outbox.workDue();
    expect(world.provider.revocations().slice(from)).toEqual([]);
    expect(await outboxRows(world.app)).toHaveLength(2);
  });

  test('a revocation that has failed for seven days is attempted once more, and given up without its secrets', async () => {
    await connect(world, user, serverId);
    world.provider.troubleRevocation('DOWN');
    await disconnect(user, serverId);
    await world.app.sql(`update oauth2_revocations set created_at = now() - interval '6 days 23 hours'`);
    await makeDue(world.app);
    await outbox.workDue();
    expect(await outboxRows(world.app)).toMatchObject([{ status: 'PENDING' }]);
    await world.app.sql(`update oauth2_revocations set created_at = now() - interval '7 days 1 minute'`);
    await makeDue(world.app);
    const from = world.provider.revocations().length;
    await outbox.workDue();
    expect(world.provider.revocations().slice(from)).toHaveLength(1);
    expect(await outboxRows(world.app)).toMatchObject([
      {
        status: 'GIVEN_UP',
        refresh_token: null,
        access_token: null,
        client_secret: null,
        failure_reason: expect.stringContaining('could not be reached'),
      },
    ]);
  });

  test('a revocation that no process attempted for 30 days is attempted, not given up', async () => {
    await connect(world, user, serverId);
    world.provider.troubleRevocation('DOWN');
    await disconnect(user, serverId);
    await world.app.sql(`update oauth2_revocations set created_at = now() - interval '30 days'`);
    world.provider.troubleRevocation(null);
    await makeDue(world.app);
    await outbox.workDue();
    expect(await outboxRows(world.app)).toEqual([]);
  });

  test('at a provider that revokes no access tokens, the revoked refresh token counts, with a remark', async () => {
    const provider = await startAuthorizationServer({ accessTokenFormat: 'jwt' });
    const mcp = await startMcpServer({ authorizationServer: provider });
    try {
      const id = await createServer({ ...world, mcp });
      await connect({ ...world, provider }, user, id);
      const { disconnectMcpServer } = await user.graphql.data<{ disconnectMcpServer: unknown }>(
        `mutation ($id: ID!) {
           disconnectMcpServer(id: $id) { revoked revocationPending revocationError revocationRemark } }`,
        { id },
      );
      expect(disconnectMcpServer).toEqual({
        revoked: true,
        revocationPending: false,
        revocationError: null,
        revocationRemark: expect.stringContaining('stays valid until it expires'),
      });
      expect(provider.revocations().map(({ hint }) => hint)).toEqual(['refresh_token', 'access_token']);
      expect(await outboxRows(world.app)).toEqual([]);
    } finally {
      await mcp.close();
      await provider.close();
    }
  });

  describe('whose provider refuses the access token', () => {
    let provider: HandcraftedServer;
    let id: string;
    const answerAccessToken = (answer: HandcraftedAnswer) =>
      provider.answer('/revoke', (body) => (body.includes('hint=access_token') ? answer : {}));
    beforeEach(async () => {
      provider = await startHandcraftedServer();
      const { origin } = provider;
      ({ id } = await seedOAuth2Server(world.app, {
        oauth2TokenUrl: `${origin}/token`,
        oauth2RevocationUrl: `${origin}/revoke`,
      }));
    });
    afterEach(() => provider.close());
    const hints = () => provider.requests.map(({ body }) => new URLSearchParams(body).get('token_type_hint'));

    test.each([
      ['unsupported_token_type', { status: 400, json: { error: 'unsupported_token_type' } }],
      ['invalid_request', { status: 400, json: { error: 'invalid_request' } }],
      ['a page', { status: 404, text: 'Not found' }],
    ])('by %s, the account is revoked', async (_what, answer) => {
      answerAccessToken(answer);
      await seedAccount(world.app, { userId: user.id, serverId: id }, { refreshToken: 'rt' });
      expect(await disconnect(user, id)).toMatchObject({ revoked: true, revocationPending: false });
      expect(hints()).toEqual(['refresh_token', 'access_token']);
      expect(await outboxRows(world.app)).toEqual([]);
    });

    test('after an outage between both, the account is revoked later', async () => {
      answerAccessToken({ status: 503 });
      await seedAccount(world.app, { userId: user.id, serverId: id }, { refreshToken: 'rt' });
      expect(await disconnect(user, id)).toMatchObject({ revoked: false, revocationPending: true });
      answerAccessToken({ status: 400, json: { error: 'unsupported_token_type' } });
      await makeDue(world.app);
      await outbox.workDue();
      expect(hints()).toEqual(['refresh_token', 'access_token', 'access_token']);
      expect(await outboxRows(world.app)).toEqual([]);
    });

    test('and has issued no refresh token, the account is not revoked', async () => {
      answerAccessToken({ status: 400, json: { error: 'unsupported_token_type' } });
      await seedAccount(world.app, { userId: user.id, serverId: id });
      expect(await disconnect(user, id)).toMatchObject({ revoked: false, revocationPending: false });
      expect(await outboxRows(world.app)).toMatchObject([{ status: 'GIVEN_UP', access_token: null }]);
    });
  });
});
