import { setTimeout as sleep } from 'node:timers/promises';
import { takeRefreshLease } from '../../../src/accounts/access/refresh-lease.js';
import { seedSignedInUser } from '../../support/seed.js';
import {
  failureOf,
  accountOf,
  openTokenAccess,
  seedRefreshable,
  setSecondsLeft,
  type TokenAccess,
} from '../token-access.js';
import { connect, openAccount, startWorld, type SignedInUser, type World } from '../world.js';

let world: World;
/** Stand for three processes on one database. Some tests call only the first, `access`. */
let instances: TokenAccess[];
let access: TokenAccess;
let user: SignedInUser;

beforeAll(async () => {
  world = await startWorld();
  instances = await Promise.all([1, 2, 3].map(() => openTokenAccess(world.app)));
  access = instances[0] as TokenAccess;
});
afterAll(async () => {
  await Promise.all(instances.map((each) => each.close()));
  await world.close();
});
beforeEach(async () => {
  user = await seedSignedInUser(world.app);
  await connect(world, user);
});

/** Returns the refresh tokens that the provider has received since `from`, including repetitions. */
function presented(from: number): string[] {
  return world.provider.requests
    .slice(from)
    .filter(({ path }) => path.endsWith('/token'))
    .map(({ body }) => new URLSearchParams(body).get('refresh_token') ?? '');
}

test.each([1, 2, 3])(
  '200 concurrent callers through %d instances present each refresh token exactly once',
  async (processes) => {
    const from = world.provider.requests.length;
    const shown: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      shown.push((await openAccount(world, user)).refreshToken);
      await setSecondsLeft(world.app, user, round === 1 ? 20 : -20);
      const tokens = await Promise.all(
        Array.from({ length: 200 }, (_, caller) =>
          (instances[caller % processes] as TokenAccess).accessToken(user, world.serverId),
        ),
      );
      expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1);
      expect(new Set(tokens.map(({ generation }) => generation))).toEqual(new Set([round + 2]));
      const [token] = tokens;
      expect((await world.provider.introspect(token?.accessToken ?? '')).active).toBe(true);
    }
    expect(presented(from)).toEqual(shown);
  },
);

test('returns the stored token without a request while it is valid for long enough', async () => {
  const from = world.provider.requests.length;
  await setSecondsLeft(world.app, user, 90);
  const { accessToken } = await openAccount(world, user);
  await expect(access.accessToken(user, world.serverId)).resolves.toMatchObject({
    accessToken,
    tokenType: 'Bearer',
    generation: 1,
    scope: 'mcp:tools',
    issuer: world.provider.issuer,
    resource: world.mcp.url,
  });
  expect(presented(from)).toEqual([]);
});

test('requests the same resource, verbatim, and no scope', async () => {
  const from = world.provider.requests.length;
  await setSecondsLeft(world.app, user, 30);
  const { expiresAt } = await access.accessToken(user, world.serverId);
  expect(expiresAt?.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
  const body = new URLSearchParams(world.provider.requests.slice(from).at(-1)?.body);
  expect(body.get('grant_type')).toBe('refresh_token');
  expect(body.getAll('resource')).toEqual([world.mcp.url]);
  expect(body.has('scope')).toBe(false);
});

test('a token with a short lifetime is refreshed in the second half of it, not at every call', async () => {
  const from = world.provider.requests.length;
  await world.app.sql('update mcp_server_user_tokens set expires_in = 40 where user_id = $1', [user.id]);
  await setSecondsLeft(world.app, user, 25);
  await expect(access.accessToken(user, world.serverId)).resolves.toMatchObject({ generation: 1 });
  await setSecondsLeft(world.app, user, 15);
  await expect(access.accessToken(user, world.serverId)).resolves.toMatchObject({ generation: 2 });
  expect(presented(from)).toHaveLength(1);
});

test('a refused token is refreshed once, by however many callers it was refused', async () => {
  const from = world.provider.requests.length;
  const refused = await access.accessToken(user, world.serverId);
  const fresh = await Promise.all(
    instances.map((each) => each.accessToken(user, world.serverId, { after: refused })),
  );
  expect(fresh.map(({ generation }) => generation)).toEqual([2, 2, 2]);
  expect(fresh[0]?.accessToken).not.toBe(refused.accessToken);
  const late = await access.accessToken(user, world.serverId, { after: refused });
  expect(late.accessToken).toBe(fresh[0]?.accessToken);
  expect(presented(from)).toHaveLength(1);
});

test('a caller that finds the lease taken waits without a request, and gets the token of its holder', async () => {
  await setSecondsLeft(world.app, user, -1);
  const from = world.provider.requests.length;
  const held = world.provider.holdToken();
  const first = access.accessToken(user, world.serverId);
  await held.reached;
  const others = instances.map((each) => each.accessToken(user, world.serverId));
  await sleep(500);
  expect(presented(from)).toHaveLength(1);
  held.release();
  const { accessToken } = await first;
  for (const other of await Promise.all(others)) expect(other.accessToken).toBe(accessToken);
  expect(presented(from)).toHaveLength(1);
});

test('when the holder of the lease has crashed, the next caller refreshes as soon as the lease expires', async () => {
  await setSecondsLeft(world.app, user, -1);
  const from = world.provider.requests.length;
  const account = await accountOf(world.app, user);
  expect(await takeRefreshLease(world.app.orm.em, { id: account?.id ?? '', generation: 1 })).not.toBeNull();
  await world.app.sql(
    `update mcp_server_user_tokens set refresh_lease_until = now() + interval '1.5 seconds' where user_id = $1`,
    [user.id],
  );
  const began = performance.now();
  const tokens = await Promise.all(instances.map((each) => each.accessToken(user, world.serverId)));
  expect(performance.now() - began).toBeGreaterThan(1_300);
  expect(performance.now() - began).toBeLessThan(5_000);
  expect(tokens.map(({ generation }) => generation)).toEqual([2, 2, 2]);
  expect(presented(from)).toHaveLength(1);
});

test('a lease lasts for the request timeout and ten seconds more', async () => {
  const account = await accountOf(world.app, user);
  const token = { id: account?.id ?? '', generation: 1 };
  expect(await takeRefreshLease(world.app.orm.em, token)).not.toBeNull();
  expect(await takeRefreshLease(world.app.orm.em, token)).toBeNull();
  const [lease] = await world.app.sql<{ lasts: number }>(
    `select extract(epoch from refresh_lease_until - now())::float8 as lasts
     from mcp_server_user_tokens where user_id = $1`,
    [user.id],
  );
  expect(lease?.lasts).toBeGreaterThan(24);
  expect(lease?.lasts).toBeLessThanOrEqual(25);
});

test('closing waits for a refresh that was sent, and stores its tokens', async () => {
  const ending = await openTokenAccess(world.app);
  await setSecondsLeft(world.app, user, -1);
  const held = world.provider.holdToken();
  const caller = ending.accessToken(user, world.serverId);
  await held.reached;
  let hasEnded = false;
  const end = ending.endRefreshes().then(() => (hasEnded = true));
  await sleep(200);
  expect(hasEnded).toBe(false);
  held.release();
  await end;
  expect(await accountOf(world.app, user)).toMatchObject({ generation: 2, refresh_lease_id: null });
  expect((await caller).generation).toBe(2);
  await ending.close();
});

test('a new token is stored even if the database fails repeatedly', async () => {
  await setSecondsLeft(world.app, user, -1);
  const from = world.provider.requests.length;
  const held = world.provider.holdToken();
  const caller = access.accessToken(user, world.serverId);
  await held.reached;
  await world.app.sql('alter table mcp_server_user_tokens rename to mislaid');
  held.release();
  await sleep(1_000);
  await world.app.sql('alter table mislaid rename to mcp_server_user_tokens');
  const { accessToken, generation } = await caller;
  expect(generation).toBe(2);
  expect((await world.provider.introspect(accessToken)).active).toBe(true);
  expect(presented(from)).toHaveLength(1);
});

test('a valid token is returned within seconds, however long the refresh takes', async () => {
  await setSecondsLeft(world.app, user, 50);
  const held = world.provider.holdToken();
  const began = performance.now();
  await expect(access.accessToken(user, world.serverId)).resolves.toMatchObject({ generation: 1 });
  expect(performance.now() - began).toBeLessThan(6_000);
  held.release();
  await expect(access.accessToken(user, world.serverId)).resolves.toMatchObject({ generation: 2 });
});

test('an unresponsive provider delays no other user, with a pool of two connections and a hundred callers', async () => {
  const narrow = await openTokenAccess(world.app, { poolSize: 2 });
  await setSecondsLeft(world.app, user, -1);
  const held = world.provider.holdToken();
  const stuck = [narrow.accessToken(user, world.serverId)];
  await held.reached;
  for (let caller = 0; caller < 100; caller += 1) {
    stuck.push(narrow.accessToken(user, world.serverId));
  }
  const { user: other, serverId } = await seedRefreshable(world.app, 'http://127.0.0.1:1/token', {
    secondsLeft: 3_000,
  });
  const began = performance.now();
  for (let call = 0; call < 20; call += 1) {
    expect((await narrow.accessToken(other, serverId)).accessToken).toBe('access-1');
  }
  expect(performance.now() - began).toBeLessThan(10_000);
  held.release();
  expect(new Set((await Promise.all(stuck)).map(({ generation }) => generation))).toEqual(new Set([2]));
  await narrow.close();
});

test('tells a missing account from an unknown server, and where to connect', async () => {
  const stranger = await seedSignedInUser(world.app);
  const needed = await failureOf(access.accessToken(stranger, world.serverId));
  expect(needed.code).toBe('NEEDS_AUTHORIZATION');
  expect(needed.details).toEqual({
    connectUrl: `${world.app.publicUrl}/mcp-servers/${world.serverId}/oauth2/connect`,
  });
  const { user: member, serverId } = await seedRefreshable(world.app, 'http://127.0.0.1:1/token', {
    server: { enabled: false },
  });
  for (const id of [serverId, world.member.id, 'nonsense']) {
    expect((await failureOf(access.accessToken(member, id))).code).toBe('NOT_FOUND');
  }
});
