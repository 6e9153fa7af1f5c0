import { randomBytes } from 'node:crypto';
import { takeRefreshLease } from '../../../src/accounts/access/refresh-lease.js';
import { KeyRing, Vault } from '../../../src/secrets/vault.js';
import { startApp, type TestApp } from '../../support/app.js';
import {
  startHandcraftedServer,
  type HandcraftedAnswer,
  type HandcraftedServer,
} from '../../support/handcrafted-server.js';
import { seedAccount, type SignedInUser } from '../../support/seed.js';
import {
  endBackOff,
  failureOf,
  accountOf,
  holdBackOff,
  openTokenAccess,
  seedRefreshable,
  setSecondsLeft,
  type TokenAccess,
} from '../token-access.js';
import { connect, openAccount, startWorld } from '../world.js';

let app: TestApp;
let access: TokenAccess;
let provider: HandcraftedServer;

beforeAll(async () => {
  app = await startApp();
  access = await openTokenAccess(app, { oauthTimeoutMs: 1_000 });
});
afterAll(async () => {
  await access.close();
  await app.close();
});
beforeEach(async () => {
  provider = await startHandcraftedServer();
});
afterEach(() => provider.close());

type Seed = Parameters<typeof seedRefreshable>[2];
const seed = (options: Seed = {}) => seedRefreshable(app, `${provider.origin}/token`, options);
/** The number of refreshes. A check of the client also sends an invented code. */
const calls = () =>
  provider.requests.filter(({ path, body }) => path === '/token' && body.includes('grant_type=refresh_token'))
    .length;
const presented = () => provider.requests.map(({ body }) => new URLSearchParams(body).get('refresh_token'));

/** Makes ten concurrent calls, `times` times. A back-off that has begun outlasts them. */
async function askAgain(
  user: SignedInUser,
  serverId: string,
  times = 1,
): Promise<PromiseSettledResult<unknown>[]> {
  const all: PromiseSettledResult<unknown>[] = [];
  for (let time = 0; time < times; time += 1) {
    if (time > 0) await holdBackOff(app, user);
    const asked = Array.from({ length: 10 }, () => access.accessToken(user, serverId));
    all.push(...(await Promise.allSettled(asked)));
  }
  return all;
}

/** Returns the audit events of this user's account, in order. */
const auditOf = (user: SignedInUser) =>
  app.sql(
    `select action, actor_kind, subject_id, detail ->> 'reason' as reason from audit_events
     where affected_user_id = $1 and action like 'ACCOUNT%' order by id`,
    [user.id],
  );

const authConnected = async (user: SignedInUser, serverId: string) =>
  (
    await user.graphql.data<{ mcpServerConfig: { authConnected: boolean } }>(
      'query ($id: ID!) { mcpServerConfig(id: $id) { authConnected } }',
      { id: serverId },
    )
  ).mcpServerConfig.authConnected;

describe('success', () => {
  test('without a new refresh token keeps the old one; a new scope is stored', async () => {
    const { user, serverId } = await seed();
    provider.answer('/token', {
      json: { access_token: 'access-2', token_type: 'Bearer', scope: 'wider', expires_in: 1 },
    });
    await expect(access.accessToken(user, serverId)).resolves.toMatchObject({
      scope: 'wider',
      generation: 2,
    });
    await setSecondsLeft(app, user, -1);
    provider.answer('/token', {
      json: { access_token: 'access-3', token_type: 'Bearer', refresh_token: 'refresh-2' },
    });
    const third = await access.accessToken(user, serverId);
    expect(third).toMatchObject({ scope: 'wider', generation: 3 });
    await access.accessToken(user, serverId, { after: third });
    expect(presented()).toEqual(['refresh-1', 'refresh-1', 'refresh-2']);
  });

  test('without expires_in is used until it is refused', async () => {
    const { user, serverId } = await seed();
    provider.answer('/token', { json: { access_token: 'access-2', token_type: 'Bearer' } });
    await askAgain(user, serverId, 3);
    expect(calls()).toBe(1);
    expect(await authConnected(user, serverId)).toBe(true);
    const second = await access.accessToken(user, serverId);
    expect(second).toMatchObject({ expiresAt: null, generation: 2 });
    await access.accessToken(user, serverId, { after: second });
    expect(calls()).toBe(2);
  });

  test('clears the failure and the back-off', async () => {
    const { user, serverId } = await seed();
    provider.answer('/token', { status: 503 });
    await askAgain(user, serverId);
    await endBackOff(app, user);
    provider.answer('/token', { json: { access_token: 'access-2', token_type: 'Bearer' } });
    await askAgain(user, serverId);
    expect(await accountOf(app, user)).toMatchObject({
      failure_reason: '',
      refresh_failures: 0,
      retry_in: null,
      generation: 2,
    });
  });
});

test('invalid_grant ends the account: erases the tokens, tells the user, and sends no further request', async () => {
  const { user, serverId } = await seed({ secondsLeft: 30 });
  provider.answer('/token', { status: 400, json: { error: 'invalid_grant' } });
  const answers = await askAgain(user, serverId, 5);
  expect(calls()).toBe(1);
  for (const answer of answers) {
    expect(answer).toMatchObject({
      reason: {
        code: 'NEEDS_AUTHORIZATION',
        message: 'The provider has ended the authorization of this account. Connect again.',
        details: { connectUrl: `${app.publicUrl}/mcp-servers/${serverId}/oauth2/connect` },
      },
    });
  }
  expect(await accountOf(app, user)).toMatchObject({
    status: 'NEEDS_AUTHORIZATION',
    access_token: null,
    refresh_token: null,
    refresh_lease_id: null,
  });
  expect(await authConnected(user, serverId)).toBe(false);
  expect(await auditOf(user)).toEqual([
    { action: 'ACCOUNT_ENDED', actor_kind: 'BACKGROUND', subject_id: serverId, reason: 'INVALID_GRANT' },
  ]);
});

const failures: [string, HandcraftedAnswer | 'no server'][] = [
  ['404', { status: 404 }],
  ['a page with 403', { status: 403, text: '<h1>Forbidden</h1>' }],
  ['ratelimited', { json: { ok: false, error: 'ratelimited' } }],
  ['429', { status: 429 }],
  ['503', { status: 503 }],
  ['an answer that makes no sense', { text: '<h1>Welcome</h1>' }],
  ['no answer in time', null],
  ['a refused connection', 'no server'],
];

describe.each(failures)('%s', (_what, answer) => {
  const fail = async () => {
    if (answer === 'no server') await provider.close();
    else provider.answer('/token', answer);
  };
  const once = answer === 'no server' ? 0 : 1;

  test('keeps the tokens, and returns an unexpired one, by one request', async () => {
    const { user, serverId } = await seed({ secondsLeft: 40 });
    await fail();
    for (const each of await askAgain(user, serverId, 3)) {
      expect(each).toMatchObject({ value: { accessToken: 'access-1', generation: 1 } });
    }
    expect(calls()).toBe(once);
    expect(await accountOf(app, user)).toMatchObject({
      status: 'CONNECTED',
      refresh_failures: 1,
      refresh_lease_id: null,
    });
    expect(await authConnected(user, serverId)).toBe(true);
  });

  test('gives a user whose token has expired a clear error at once, by one request', async () => {
    const { user, serverId } = await seed({ secondsLeft: -5 });
    await fail();
    for (const each of await askAgain(user, serverId, 3)) {
      expect(each).toMatchObject({
        reason: { code: 'UPSTREAM_ERROR', message: expect.stringMatching(/Try again/) },
      });
    }
    expect(calls()).toBe(once);
    const account = await accountOf(app, user);
    expect(account).toMatchObject({ status: 'CONNECTED', refresh_failures: 1 });
    expect(account?.access_token).not.toBeNull();
    expect(account?.refresh_token).not.toBeNull();
  });
});

test('backs off for up to five minutes, and sends no request in between', async () => {
  const { user, serverId } = await seed();
  provider.answer('/token', { status: 503 });
  const pauses: number[] = [];
  for (let failure = 1; failure <= 10; failure += 1) {
    await askAgain(user, serverId);
    expect(calls()).toBe(failure);
    pauses.push((await accountOf(app, user))?.retry_in ?? 0);
    await endBackOff(app, user);
  }
  // The log records the outage, not each attempt.
  expect(await auditOf(user)).toMatchObject([
    { action: 'ACCOUNT_REFRESH_FAILED', reason: 'PROVIDER_UNAVAILABLE' },
  ]);
  expect(pauses[0]).toBeLessThan(2.1);
  for (const [index, pause] of pauses.entries()) {
    const full = Math.min(300, 2 * 2 ** index);
    expect(pause).toBeGreaterThan(full / 2 - 2);
    expect(pause).toBeLessThanOrEqual(full);
  }
});

test('waits as long as Retry-After asks for', async () => {
  const { user, serverId } = await seed();
  provider.answer('/token', { status: 429, headers: { 'retry-after': '1234' } });
  const { message } = await failureOf(access.accessToken(user, serverId));
  expect(message).toMatch(/Try again in 12[23]\d seconds\./);
  const account = await accountOf(app, user);
  expect(account?.retry_in).toBeGreaterThan(1_220);
  // A caller that read the account before the failure cannot send a request either.
  expect(await takeRefreshLease(app.orm.em, { id: account?.id ?? '', generation: 1 })).toBeNull();
});

test('says who can fix a client that the provider no longer knows', async () => {
  const { user, serverId } = await seed();
  provider.answer('/token', { status: 401, json: { error: 'invalid_client' } });
  const { message } = await failureOf(access.accessToken(user, serverId));
  const whoCanFix = 'Connect again. If that fails too, an administrator must register the client again.';
  expect(message).toContain(whoCanFix);
  expect((await accountOf(app, user))?.failure_reason).toContain(whoCanFix);
});

describe('without a refresh token', () => {
  test('an expired token needs authorization, and an unexpired one is returned until it expires', async () => {
    const { user, serverId } = await seed({ refreshToken: null, secondsLeft: 5 });
    await expect(access.accessToken(user, serverId)).resolves.toMatchObject({ accessToken: 'access-1' });
    await setSecondsLeft(app, user, -1);
    expect((await failureOf(access.accessToken(user, serverId))).code).toBe('NEEDS_AUTHORIZATION');
    expect(await authConnected(user, serverId)).toBe(false);
    expect(calls()).toBe(0);
  });

  test('a refused token needs authorization from that point on', async () => {
    const { user, serverId } = await seed({ refreshToken: null, secondsLeft: null });
    const after = await access.accessToken(user, serverId);
    expect((await failureOf(access.accessToken(user, serverId, { after }))).code).toBe('NEEDS_AUTHORIZATION');
    expect((await failureOf(access.accessToken(user, serverId))).code).toBe('NEEDS_AUTHORIZATION');
    expect(await authConnected(user, serverId)).toBe(false);
  });
});

test('a refresh token goes only to the authorization server that issued it', async () => {
  const { user, serverId } = await seed({ server: { oauth2Issuer: 'https://another.example.com' } });
  expect((await failureOf(access.accessToken(user, serverId))).code).toBe('NEEDS_AUTHORIZATION');
  expect(calls()).toBe(0);
});

test('asks the user to connect again when no key opens the tokens, and sends no request', async () => {
  const { user, serverId } = await seed();
  const vault = new Vault(KeyRing.parse(`test:${randomBytes(32).toString('base64')}`));
  const withoutKey = await openTokenAccess(app, { vault });
  for (const secondsLeft of [-1, 1_000]) {
    await setSecondsLeft(app, user, secondsLeft);
    const { code, message } = await failureOf(withoutKey.accessToken(user, serverId));
    expect({ code, message }).toEqual({
      code: 'NEEDS_AUTHORIZATION',
      message: 'The stored tokens of your account at this MCP server can no longer be read. Connect again.',
    });
  }
  expect(calls()).toBe(0);
  expect(await accountOf(app, user)).toMatchObject({
    status: 'CONNECTED',
    refresh_lease_id: null,
    failure_code: 'UNREADABLE',
  });
  expect(await authConnected(user, serverId)).toBe(false);
  await withoutKey.close();

  // Nothing was erased. A process that has the key continues, and the user sees that too.
  await expect(access.accessToken(user, serverId)).resolves.toMatchObject({ accessToken: 'access-1' });
  expect(await accountOf(app, user)).toMatchObject({ failure_code: null, failure_reason: '' });
  expect(await authConnected(user, serverId)).toBe(true);
});

test('connecting again clears a failure', async () => {
  const { user, serverId } = await seed();
  provider.answer('/token', { status: 400, json: { error: 'invalid_grant' } });
  await askAgain(user, serverId);
  await seedAccount(app, { userId: user.id, serverId: serverId }, { accessToken: 'reconnected' });
  await expect(access.accessToken(user, serverId)).resolves.toMatchObject({ accessToken: 'reconnected' });
  expect(await accountOf(app, user)).toMatchObject({
    failure_reason: '',
    refresh_failures: 0,
    retry_in: null,
  });
});

test('a response lost after the provider rotated the token ends in one "connect again", after two requests', async () => {
  const world = await startWorld();
  const impatient = await openTokenAccess(world.app, { oauthTimeoutMs: 500 });
  const { member, serverId } = world;
  await connect(world, member);
  await setSecondsLeft(world.app, member, -1);
  const before = world.provider.count('/token');
  const { refreshToken } = await openAccount(world, member);

  const held = world.provider.holdToken();
  expect((await failureOf(impatient.accessToken(member, serverId))).code).toBe('UPSTREAM_ERROR');
  held.release();
  await holdBackOff(world.app, member);
  for (let call = 0; call < 20; call += 1) {
    expect((await failureOf(impatient.accessToken(member, serverId))).code).toBe('UPSTREAM_ERROR');
  }
  expect(world.provider.count('/token')).toBe(before + 1);
  expect((await openAccount(world, member)).refreshToken).toBe(refreshToken);

  await endBackOff(world.app, member);
  const answers = await Promise.allSettled(
    Array.from({ length: 20 }, () => impatient.accessToken(member, serverId)),
  );
  for (const answer of answers) expect(answer).toMatchObject({ reason: { code: 'NEEDS_AUTHORIZATION' } });
  expect(world.provider.count('/token')).toBe(before + 2);
  await impatient.close();
  await world.close();
});
