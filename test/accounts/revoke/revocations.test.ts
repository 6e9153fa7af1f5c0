import { seedAccount, seedOAuth2Server, seedSignedInUser } from '../../support/seed.js';
import { makeDue, openOutbox, outboxRows, pauseBackgroundTask, type Outbox } from './outbox.js';
import { openTokenAccess, setSecondsLeft } from '../token-access.js';
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

const edit = (input: Record<string, unknown>) =>
  world.admin.graphql.data(
    `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
      updateMcpServerConfig(id: $id, input: $input) { server { id } }
    }`,
    { id: serverId, input },
  );
const byAdmin = (mutation: string, variables: Record<string, unknown>) =>
  world.admin.graphql.data(mutation, variables);

/** Ways to end an account that has tokens. */
const drops: [string, () => Promise<unknown>][] = [
  ['a disconnect', () => disconnect(user, serverId)],
  ['an edit of the url', () => edit({ url: `${world.mcp.url}/elsewhere` })],
  ['an edit of the auth type', () => edit({ authType: 'NONE' })],
  ['an edit of the client id', () => edit({ oauth2ClientId: 'another' })],
  ['an edit of the token URL', () => edit({ oauth2TokenUrl: `${world.provider.issuer}/other` })],
  ['an edit of the revocation URL', () => edit({ oauth2RevocationUrl: `${world.provider.issuer}/other` })],
  [
    'deleting the server',
    () =>
      byAdmin('mutation ($id: ID!) { deleteMcpServerConfig(id: $id) { deletedServerId } }', {
        id: serverId,
      }),
  ],
  [
    'disabling the user',
    () =>
      byAdmin('mutation ($id: ID!) { updateUser(id: $id, input: {disabled: true}) { user { id } } }', {
        id: user.id,
      }),
  ],
];

/** Returns the revocations that the provider has processed since. */
const workedOn = (from: number) =>
  world.provider
    .revocations()
    .slice(from)
    .filter(({ succeeded }) => succeeded)
    .map(({ token, hint, authorization }) => ({ token, hint, authorization }));

async function clientCredentials(): Promise<string> {
  const [row] = await world.app.sql<{ oauth2_client_id: string; oauth2_client_secret: string }>(
    'select oauth2_client_id, oauth2_client_secret from mcp_server_configs where id = $1',
    [serverId],
  );
  const place = { table: 'mcp_server_configs', column: 'oauth2_client_secret', row: serverId };
  const secret = await world.app.vault.open(row!.oauth2_client_secret, place);
  return `Basic ${btoa(`${row!.oauth2_client_id}:${secret}`)}`;
}

describe.each(drops)('%s', (_what, drop) => {
  test('revokes the refresh token, then the access token, as the client that they were issued to', async () => {
    await connect(world, user, serverId);
    const { accessToken, refreshToken } = await openAccount(world, user);
    const authorization = await clientCredentials();
    const from = world.provider.revocations().length;
    await drop();
    await settled();
    expect(workedOn(from)).toEqual([
      { token: refreshToken, hint: 'refresh_token', authorization },
      { token: accessToken, hint: 'access_token', authorization },
    ]);
    expect(await outboxRows(world.app)).toEqual([]);
  });

  test('while the provider is down, disconnects at once, and revokes as soon as the provider is available again', async () => {
    await connect(world, user, serverId);
    const { accessToken, refreshToken } = await openAccount(world, user);
    const authorization = await clientCredentials();
    world.provider.troubleRevocation('DOWN');
    await drop();
    expect(await world.app.sql('select 1 from mcp_server_user_tokens where user_id = $1', [user.id])).toEqual(
      [],
    );
    expect(await outboxRows(world.app)).toMatchObject([
      {
        status: 'PENDING',
        mcp_server_config_id: serverId,
        user_id: user.id,
        server_name: 'Another',
        failures: 1,
      },
    ]);
    expect((await world.provider.introspect(accessToken)).active).toBe(true);

    world.provider.troubleRevocation(null);
    const from = world.provider.revocations().length;
    await makeDue(world.app);
    expect(await outbox.workDue()).toBe(1);
    expect(workedOn(from)).toEqual([
      { token: refreshToken, hint: 'refresh_token', authorization },
      { token: accessToken, hint: 'access_token', authorization },
    ]);
    expect((await world.provider.introspect(accessToken)).active).toBe(false);
    expect(await outboxRows(world.app)).toEqual([]);
  });
});

describe('tokens that arrive after the account has ended', () => {
  test('of a superseded callback: revoked when the provider is available again', async () => {
    const callback = await world.provider.approve(await begin(world, user, '', serverId));
    const exchange = world.provider.holdToken();
    const answering = visit(world.app, user, callback);
    await exchange.reached;
    world.provider.troubleRevocation({ status: 503 });
    await disconnect(user, serverId);
    exchange.release();
    expect((await answering).status).toBe(409);
    expect(await outboxRows(world.app)).toMatchObject([{ status: 'PENDING', user_id: user.id }]);
    await revokedWhenBack(2);
  });

  test('of a refresh of a deleted account: revoked when the provider is available again', async () => {
    await connect(world, user, serverId);
    await setSecondsLeft(world.app, user, -1);
    const access = await openTokenAccess(world.app);
    try {
      const held = world.provider.holdToken();
      const asked = access.accessToken(user, serverId).catch(() => null);
      await held.reached;
      world.provider.troubleRevocation({ status: 503 });
      await disconnect(user, serverId);
      held.release();
      await asked;
    } finally {
      await access.close();
    }
    // The earlier tokens, from the disconnect, and the new ones.
    expect(await outboxRows(world.app)).toMatchObject([{ status: 'PENDING' }, { status: 'PENDING' }]);
    await revokedWhenBack(4);
  });

  async function revokedWhenBack(count: number): Promise<void> {
    world.provider.troubleRevocation(null);
    const from = world.provider.revocations().length;
    await makeDue(world.app);
    await outbox.workDue();
    const worked = workedOn(from);
    expect(worked).toHaveLength(count);
    for (const { token } of worked) expect((await world.provider.introspect(token)).active).toBe(false);
    expect(await outboxRows(world.app)).toEqual([]);
  }
});

describe('a failing provider', () => {
  beforeEach(() => connect(world, user, serverId));

  test('that does not respond: the disconnect completes', async () => {
    world.provider.troubleRevocation('HANGING');
    expect(await disconnect(user, serverId)).toEqual({
      revoked: false,
      revocationPending: true,
      revocationError: expect.stringContaining('not confirmed it yet'),
    });
    expect(await outboxRows(world.app)).toMatchObject([{ status: 'PENDING', lease_id: expect.any(String) }]);
  });

  test('that sends Retry-After gets no request for as long', async () => {
    world.provider.troubleRevocation({ status: 503, headers: { 'retry-after': '7200' } });
    expect(await disconnect(user, serverId)).toEqual({
      revoked: false,
      revocationPending: true,
      revocationError: expect.stringContaining('HTTP 503'),
    });
    const [row] = await outboxRows(world.app);
    expect(row?.wait).toBeGreaterThan(7_000);
    expect(await outbox.workDue()).toBe(0);
  });

  test('is asked less and less often, but at least once an hour', async () => {
    world.provider.troubleRevocation('DOWN');
    await disconnect(user, serverId);
    const waits: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      waits.push((await outboxRows(world.app))[0]?.wait ?? NaN);
      await makeDue(world.app);
      expect(await outbox.workDue()).toBe(1);
    }
    for (const [index, wait] of waits.entries()) {
      const whole = Math.min(30 * 2 ** index, 3_600);
      expect(wait).toBeGreaterThan(whole / 2 - 5);
      expect(wait).toBeLessThanOrEqual(whole);
    }
  });

  test('that redirects is not followed', async () => {
    const target = `${world.mcp.url}/stolen`;
    world.provider.troubleRevocation({ status: 307, headers: { location: target } });
    const outcome = await disconnect(user, serverId);
    expect(outcome).toMatchObject({ revoked: false, revocationPending: true });
    expect(outcome.revocationError).toContain('redirect');
    expect(world.mcp.requests.filter(({ path }) => path.includes('stolen'))).toEqual([]);
  });

  test('does not receive again what it has confirmed', async () => {
    const { accessToken } = await openAccount(world, user);
    const from = world.provider.revocations().length;
    // It fails between the two tokens.
    world.provider.troubleRevocation({ status: 500 }, 1);
    expect(await disconnect(user, serverId)).toMatchObject({ revocationPending: true });
    expect(await outboxRows(world.app)).toMatchObject([
      { refresh_token: null, access_token: expect.any(String) },
    ]);
    world.provider.troubleRevocation(null);
    await makeDue(world.app);
    await outbox.workDue();
    expect(workedOn(from).map(({ hint }) => hint)).toEqual(['refresh_token', 'access_token']);
    expect(workedOn(from)[1]?.token).toBe(accessToken);
  });

  test('gets one request for all pending revocations, not one for each', async () => {
    const others = await Promise.all([1, 2, 3].map(() => seedSignedInUser(world.app)));
    for (const each of others) await connect(world, each, serverId);
    world.provider.troubleRevocation('HANGING');
    await Promise.all([user, ...others].map((each) => disconnect(each, serverId)));
    world.provider.troubleRevocation({ status: 503, headers: { 'retry-after': '600' } });
    await settled();
    await world.app.sql(`update oauth2_revocations set next_attempt_at = now() + interval '1 minute'`);
    await world.app.sql(`update oauth2_revocations set next_attempt_at = now() where user_id = $1`, [
      user.id,
    ]);
    expect(await outbox.workDue()).toBe(1);
    for (const { wait } of await outboxRows(world.app)) expect(wait).toBeGreaterThan(500);
  });

  test('does not delay revocations at other providers', async () => {
    const { id: unreachable } = await seedOAuth2Server(world.app, {
      oauth2RevocationUrl: 'http://127.0.0.1:9/revoke',
    });
    const others = await Promise.all(Array.from({ length: 12 }, () => seedSignedInUser(world.app)));
    for (const other of others) {
      await seedAccount(world.app, { userId: other.id, serverId: unreachable });
      await disconnect(other, unreachable);
    }
    world.provider.troubleRevocation('DOWN');
    await disconnect(user, serverId);
    world.provider.troubleRevocation(null);
    await makeDue(world.app);
    // The last one in the order of attempts.
    await world.app.sql(
      `update oauth2_revocations set next_attempt_at = now() - interval '1 minute' where user_id <> $1`,
      [user.id],
    );
    await outbox.workDue();
    const left = await outboxRows(world.app);
    expect(left).toHaveLength(12);
    expect(left.map(({ user_id }) => user_id)).not.toContain(user.id);
  });
});

/** Waits until no attempt is in progress. */
async function settled(): Promise<void> {
  while ((await outboxRows(world.app)).some(({ lease_id }) => lease_id !== null)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
