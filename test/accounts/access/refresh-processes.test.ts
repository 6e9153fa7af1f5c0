import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../../src/secrets/vault.js';
import { startHandcraftedServer } from '../../support/handcrafted-server.js';
import { seedSignedInUser } from '../../support/seed.js';
import { startProcess, type ProcessOptions, type RefreshProcess } from './processes.js';
import { accountOf, seedRefreshable, setSecondsLeft } from '../token-access.js';
import { connect, createServer, openAccount, startWorld, type SignedInUser, type World } from '../world.js';

/** Starting processes takes long on a slow machine. No test measures it. */
const whileProcessesStart = 120_000;
const keys = `test:${randomBytes(32).toString('base64')}`;
let world: World;
let processes: RefreshProcess[];
const started: RefreshProcess[] = [];
let user: SignedInUser;

async function startOne(options?: ProcessOptions): Promise<RefreshProcess> {
  const { databaseUrl, publicUrl } = world.app;
  const one = await startProcess({ databaseUrl, publicUrl, keys }, options);
  started.push(one);
  return one;
}

beforeAll(async () => {
  world = await startWorld({ app: { keys: KeyRing.parse(keys) } });
  processes = await Promise.all([1, 2, 3].map(() => startOne()));
}, whileProcessesStart);
afterAll(async () => {
  await Promise.all(started.map((each) => each.kill()));
  await world.close();
});
beforeEach(async () => {
  user = await seedSignedInUser(world.app);
  await connect(world, user);
});

const refreshes = () =>
  world.provider.requests
    .filter(({ path }) => path.endsWith('/token'))
    .map(({ body }) => new URLSearchParams(body).get('refresh_token') ?? '')
    .filter((token) => token !== '');

/** Makes 200 concurrent calls, spread over these processes. */
async function askAll(of: readonly RefreshProcess[]): Promise<{ tokens: string[]; errors: string[] }> {
  const answers = await Promise.all(
    of.map((each, index) =>
      each.ask(user, world.serverId, Math.floor(200 / of.length) + (index < 200 % of.length ? 1 : 0)),
    ),
  );
  return {
    tokens: answers.flatMap(({ tokens }) => tokens),
    errors: answers.flatMap(({ errors }) => errors),
  };
}

async function endLeaseSoon(): Promise<void> {
  await world.app.sql(
    `update mcp_server_user_tokens set refresh_lease_until = now() + interval '1 second'
     where refresh_lease_id is not null`,
  );
}

test.each([1, 2, 3])(
  '200 concurrent callers in %d processes present each refresh token exactly once, and all get a working token',
  async (count) => {
    const from = refreshes().length;
    const shown: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      shown.push((await openAccount(world, user)).refreshToken);
      await setSecondsLeft(world.app, user, round % 2 === 0 ? -20 : 20);
      const { tokens, errors } = await askAll(processes.slice(0, count));
      expect(errors).toEqual([]);
      expect(tokens).toHaveLength(200);
      expect(new Set(tokens).size).toBe(1);
      expect((await world.provider.introspect(tokens[0] ?? '')).active).toBe(true);
    }
    expect(refreshes().slice(from)).toEqual(shown);
  },
);

test(
  'negative control: without the lease, the same callers present a refresh token twice',
  async () => {
    const leaseless = await Promise.all([1, 2, 3].map(() => startOne({ withoutLease: true })));
    world.provider.delayToken(100);
    const from = refreshes().length;
    await setSecondsLeft(world.app, user, -20);
    await askAll(leaseless);
    world.provider.delayToken(0);
    const presented = refreshes().slice(from);
    expect(presented.length).toBeGreaterThan(new Set(presented).size);
  },
  whileProcessesStart,
);

test(
  'clocks that are a minute ahead or behind cause no refresh twice or too late',
  async () => {
    const ahead = await startOne({ clockAheadMs: 60_000 });
    const behind = await startOne({ clockAheadMs: -60_000 });
    for (const refresher of [ahead, behind]) {
      const from = refreshes().length;
      const shown = (await openAccount(world, user)).refreshToken;
      await setSecondsLeft(world.app, user, -1);
      expect((await refresher.ask(user, world.serverId, 20)).errors).toEqual([]);
      const left = (await accountOf(world.app, user))?.seconds_left ?? 0;
      expect(left).toBeGreaterThan(3_600 - 60);
      expect(left).toBeLessThanOrEqual(3_600);
      // Half a minute before a refresh is due by the right clock, it is due by none of the clocks.
      await setSecondsLeft(world.app, user, 100);
      expect((await askAll([ahead, behind, processes[0] as RefreshProcess])).errors).toEqual([]);
      expect(refreshes().slice(from)).toEqual([shown]);
      // When it is due, all three present its refresh token once.
      const next = (await openAccount(world, user)).refreshToken;
      await setSecondsLeft(world.app, user, 45);
      const { tokens, errors } = await askAll([ahead, behind, processes[0] as RefreshProcess]);
      expect(errors).toEqual([]);
      expect(new Set(tokens).size).toBe(1);
      expect((await world.provider.introspect(tokens[0] ?? '')).active).toBe(true);
      expect(refreshes().slice(from)).toEqual([shown, next]);
    }
  },
  whileProcessesStart,
);

test(
  'three processes register a client that the provider no longer knows only once',
  async () => {
    const serverId = await createServer(world);
    const users = await Promise.all(Array.from({ length: 6 }, () => seedSignedInUser(world.app)));
    for (const each of users) {
      await connect(world, each, serverId);
      await setSecondsLeft(world.app, each, -1);
    }
    await world.app.sql(`update mcp_server_configs set oauth2_client_id = 'forgotten' where id = $1`, [
      serverId,
    ]);
    const registrations = world.provider.count('/reg');
    const answers = await Promise.all(
      users.flatMap((each) => processes.map((asking) => asking.ask(each, serverId, 10))),
    );
    expect(answers.flatMap(({ tokens }) => tokens)).toEqual([]);
    expect(answers.flatMap(({ errors }) => errors)).toHaveLength(180);
    expect(world.provider.count('/reg') - registrations).toBe(1);
    for (const each of users) {
      expect(await accountOf(world.app, each)).toMatchObject({
        status: 'CONNECTED',
        failure_code: 'INVALID_CLIENT',
      });
    }
  },
  whileProcessesStart,
);

describe('SIGKILL during a refresh', () => {
  test(
    'before the provider has processed it: the next caller gets a token when the lease has expired',
    async () => {
      const provider = await startHandcraftedServer();
      provider.answer('/token', null);
      const place = await seedRefreshable(world.app, `${provider.origin}/token`);
      const doomed = await startOne();
      void doomed.ask(place.user, place.serverId, 20);
      while (provider.count('/token') === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      await doomed.kill();
      provider.answer('/token', { json: { access_token: 'access-2', token_type: 'Bearer' } });
      await endLeaseSoon();

      const began = performance.now();
      const answers = await Promise.all(processes.map((each) => each.ask(place.user, place.serverId, 20)));
      expect(performance.now() - began).toBeGreaterThan(800);
      expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
      expect(new Set(answers.flatMap(({ tokens }) => tokens))).toEqual(new Set(['access-2']));
      expect(provider.count('/token')).toBe(2);
      await provider.close();
    },
    whileProcessesStart,
  );

  test(
    'after the provider has rotated the token: at worst one "connect again", after one more request',
    async () => {
      await setSecondsLeft(world.app, user, -20);
      const from = refreshes().length;
      const doomed = await startOne();
      const held = world.provider.holdToken();
      void doomed.ask(user, world.serverId, 20);
      await held.reached;
      await doomed.kill();
      held.release();
      await endLeaseSoon();

      const { tokens, errors } = await askAll(processes);
      expect(tokens).toEqual([]);
      expect(new Set(errors).size).toBe(1);
      expect(errors[0]).toContain('Connect again');
      expect(refreshes().length - from).toBe(2);
      expect(await accountOf(world.app, user)).toMatchObject({ status: 'NEEDS_AUTHORIZATION' });

      await connect(world, user);
      expect((await askAll(processes)).errors).toEqual([]);
      expect(refreshes().length - from).toBe(2);
    },
    whileProcessesStart,
  );
});
