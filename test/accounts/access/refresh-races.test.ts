import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenPlaces } from '../../../src/accounts/store/account-tokens.js';
import { KeyRing } from '../../../src/secrets/vault.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { seedAccount, seedSignedInUser } from '../../support/seed.js';
import { startProcess, type RefreshProcess } from './processes.js';
import {
  failureOf,
  accountOf,
  openTokenAccess,
  seedRefreshable,
  setSecondsLeft,
  type TokenAccess,
} from '../token-access.js';
import {
  connect,
  createServer,
  disconnect,
  openAccount,
  startWorld,
  type SignedInUser,
  type World,
} from '../world.js';

let world: World;
let access: TokenAccess;
let fastProvider: HandcraftedServer;
/** Another process that refreshes while this one invalidates. */
let refresher: RefreshProcess;

const keys = `test:${randomBytes(32).toString('base64')}`;

beforeAll(async () => {
  world = await startWorld({ app: { keys: KeyRing.parse(keys) } });
  access = await openTokenAccess(world.app);
  const { databaseUrl, publicUrl } = world.app;
  refresher = await startProcess({ databaseUrl, publicUrl, keys });
  fastProvider = await startHandcraftedServer();
  fastProvider.answer('/token', {
    json: { access_token: 'access-2', token_type: 'Bearer', refresh_token: 'refresh-2', expires_in: 3_600 },
  });
}, 120_000);
afterAll(async () => {
  await refresher.kill();
  await access.close();
  await world.close();
  await fastProvider.close();
});

interface Place {
  user: SignedInUser;
  serverId: string;
}

const edit = (serverId: string, input: Record<string, unknown>) =>
  world.admin.graphql.data(
    `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
      updateMcpServerConfig(id: $id, input: $input) { server { id } }
    }`,
    { id: serverId, input },
  );

const invalidations: [string, (place: Place) => Promise<unknown>][] = [
  ['a disconnect', ({ user, serverId }) => disconnect(user, serverId)],
  ['an edit of the client id', ({ serverId }) => edit(serverId, { oauth2ClientId: 'another' })],
  ['an edit of the url', ({ serverId }) => edit(serverId, { url: 'https://elsewhere.example.com/mcp' })],
  [
    'deleting the server',
    ({ serverId }) =>
      world.admin.graphql.data('mutation ($id: ID!) { deleteMcpServerConfig(id: $id) { deletedServerId } }', {
        id: serverId,
      }),
  ],
  [
    'disabling the user',
    ({ user }) =>
      world.admin.graphql.data(
        'mutation ($id: ID!) { updateUser(id: $id, input: {disabled: true}) { user { id } } }',
        { id: user.id },
      ),
  ],
];

describe.each(invalidations)('%s', (_what, invalidate) => {
  test('during the request: the account stays gone, and the new tokens are revoked', async () => {
    const place: Place = { user: await seedSignedInUser(world.app), serverId: await createServer(world) };
    const { user, serverId } = place;
    await connect(world, user, serverId);
    await setSecondsLeft(world.app, user, -1);
    const held = world.provider.holdToken();
    const asked = access.accessToken(user, serverId);
    await held.reached;
    await invalidate(place);
    const revocations = world.provider.count('/token/revocation');
    held.release();

    expect(['NEEDS_AUTHORIZATION', 'NOT_FOUND']).toContain((await failureOf(asked)).code);
    expect(await accountOf(world.app, user)).toBeNull();
    const revoked = world.provider.requests
      .filter(({ path }) => path.endsWith('/token/revocation'))
      .slice(revocations)
      .map(({ body }) => new URLSearchParams(body).get('token') ?? '');
    expect(revoked.length).toBeGreaterThan(0);
    for (const token of revoked) expect((await world.provider.introspect(token)).active).toBe(false);
  });

  test('racing a refresh of another process 50 times: no token is stored again', async () => {
    const before = fastProvider.count('/token');
    for (let round = 0; round < 50; round += 1) {
      const place = await seedRefreshable(world.app, `${fastProvider.origin}/token`);
      const asked = refresher.ask(place.user, place.serverId, 1);
      await sleep(Math.random() * 15);
      await invalidate(place);
      await asked;
      expect(await accountOf(world.app, place.user)).toBeNull();
    }
    const presented = fastProvider.count('/token') - before;
    // At least one refresh was sent, or nothing was raced.
    expect(presented).toBeGreaterThan(0);
    expect(presented).toBeLessThanOrEqual(50);
  }, 120_000);
});

describe('connecting again', () => {
  test('during a refresh of the earlier tokens: the new ones stay, and still work', async () => {
    const user = await seedSignedInUser(world.app);
    await connect(world, user);
    const before = await accountOf(world.app, user);
    await setSecondsLeft(world.app, user, -1);
    const held = world.provider.holdToken();
    const asked = access.accessToken(user, world.serverId);
    await held.reached;
    await connect(world, user);
    const { accessToken } = await openAccount(world, user);
    const row = await accountOf(world.app, user);
    expect(row).toMatchObject({ id: before?.id, generation: 2 });
    held.release();

    await expect(asked).resolves.toMatchObject({ accessToken });
    expect(await accountOf(world.app, user)).toMatchObject({
      id: row?.id,
      generation: 2,
      access_token: row?.access_token,
    });
    expect((await world.provider.introspect(accessToken)).active).toBe(true);
  });

  test('racing a refresh of another process 50 times: the new tokens stay', async () => {
    const before = fastProvider.count('/token');
    for (let round = 0; round < 50; round += 1) {
      const { user, serverId } = await seedRefreshable(world.app, `${fastProvider.origin}/token`);
      const first = await accountOf(world.app, user);
      const asked = refresher.ask(user, serverId, 1);
      await sleep(Math.random() * 8);
      await seedAccount(
        world.app,
        { userId: user.id, serverId: serverId },
        { accessToken: `reconnected-${round}` },
      );
      const { tokens, errors } = await asked;
      expect(errors).toEqual([]);
      expect([`reconnected-${round}`, 'access-2']).toContain(tokens[0]);
      const row = await accountOf(world.app, user);
      // One more if the refresh was stored before.
      expect([2, 3]).toContain(row?.generation);
      expect(row?.id).toBe(first?.id);
      const stored = world.app.vault.open(row?.access_token ?? '', tokenPlaces(row?.id ?? '').accessToken);
      await expect(stored).resolves.toBe(`reconnected-${round}`);
    }
    expect(fastProvider.count('/token')).toBeGreaterThan(before);
  }, 120_000);
});

test('disabling the server during a refresh keeps the account and its new tokens', async () => {
  const { user, serverId } = { user: await seedSignedInUser(world.app), serverId: await createServer(world) };
  await connect(world, user, serverId);
  await setSecondsLeft(world.app, user, -1);
  const held = world.provider.holdToken();
  const asked = access.accessToken(user, serverId);
  await held.reached;
  await edit(serverId, { enabled: false });
  held.release();
  expect((await failureOf(asked)).code).toBe('NOT_FOUND');
  await edit(serverId, { enabled: true });
  await expect(access.accessToken(user, serverId)).resolves.toMatchObject({ generation: 2 });
});
