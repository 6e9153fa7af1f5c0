import { tokenPlaces } from '../../../src/accounts/store/account-tokens.js';
import { startApp, type TestApp } from '../../support/app.js';
import { client } from '../../support/graphql.js';
import {
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  seedServer,
  type SignedInUser,
} from '../../support/seed.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import {
  accountOf,
  openTokenAccess,
  seedRefreshable,
  setSecondsLeft,
  type TokenAccess,
} from '../token-access.js';
import { connect, disconnect, startWorld } from '../world.js';

let app: TestApp;
let access: TokenAccess;
let provider: HandcraftedServer;
let admin: SignedInUser;

beforeAll(async () => {
  app = await startApp();
  access = await openTokenAccess(app, { oauthTimeoutMs: 1_000 });
  provider = await startHandcraftedServer();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
});
afterAll(async () => {
  await access.close();
  await app.close();
  await provider.close();
});

const facts = `serverId serverName serverEnabled status scopes issuer connectedAt expiresAt lastUsedAt
  lastRefreshedAt failure { code message at }`;

interface ViewerAccount {
  serverId: string;
  serverName: string;
  serverEnabled: boolean;
  status: string;
  scopes: string[];
  issuer: string;
  connectedAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  lastRefreshedAt: string | null;
  failure: { code: string; message: string; at: string } | null;
}

interface Server {
  authConnected: boolean;
  account: ViewerAccount | null;
}

async function serverOf(user: Pick<SignedInUser, 'graphql'>, id: string): Promise<Server> {
  const query = `query ($id: ID!) { mcpServerConfig(id: $id) { authConnected account { ${facts} } } }`;
  return (await user.graphql.data<{ mcpServerConfig: Server }>(query, { id })).mcpServerConfig;
}

const connectionOf = async (user: SignedInUser, id: string) => (await serverOf(user, id)).account;

async function myAccounts(user: SignedInUser): Promise<ViewerAccount[]> {
  return (await user.graphql.data<{ myAccounts: ViewerAccount[] }>(`{ myAccounts { ${facts} } }`)).myAccounts;
}

const isRecent = (time: string | null | undefined) => Math.abs(Date.parse(time ?? '') - Date.now()) < 60_000;

test('shows an account when it is connected, refreshed and ended by the provider', async () => {
  const world = await startWorld();
  const { member, other, serverId } = world;
  const own = await openTokenAccess(world.app);
  expect(await connectionOf(member, serverId)).toBeNull();

  await connect(world, member);
  const made = await connectionOf(member, serverId);
  expect(made).toMatchObject({
    serverId: serverId,
    serverName: 'Notes',
    serverEnabled: true,
    status: 'CONNECTED',
    scopes: ['mcp:tools'],
    issuer: world.provider.issuer,
    lastRefreshedAt: null,
    failure: null,
  });
  expect(isRecent(made?.connectedAt)).toBe(true);
  expect(Date.parse(made?.expiresAt ?? '')).toBeGreaterThan(Date.now() + 60_000);
  expect(await connectionOf(other, serverId)).toBeNull();
  expect(await myAccounts(member)).toEqual([made]);
  expect(await myAccounts(other)).toEqual([]);

  await setSecondsLeft(world.app, member, 20);
  await own.accessToken(member, serverId);
  const renewed = await connectionOf(member, serverId);
  expect(renewed?.connectedAt).toBe(made?.connectedAt);
  expect(isRecent(renewed?.lastRefreshedAt)).toBe(true);

  const { id = '' } = (await accountOf(world.app, member)) ?? {};
  const unknown = await world.app.vault.seal('unknown to the provider', tokenPlaces(id).refreshToken);
  await world.app.sql('update mcp_server_user_tokens set refresh_token = $1 where id = $2', [unknown, id]);
  await setSecondsLeft(world.app, member, -1);
  await expect(own.accessToken(member, serverId)).rejects.toThrow('Connect again');
  const { authConnected, account } = await serverOf(member, serverId);
  expect(authConnected).toBe(false);
  expect(account).toMatchObject({
    status: 'NEEDS_AUTHORIZATION',
    expiresAt: null,
    failure: {
      code: 'INVALID_GRANT',
      message: 'The provider has ended the authorization of this account. Connect again.',
    },
  });
  expect(isRecent(account?.failure?.at)).toBe(true);

  await connect(world, member);
  expect(await connectionOf(member, serverId)).toMatchObject({ status: 'CONNECTED', failure: null });
  await disconnect(member, serverId);
  expect(await connectionOf(member, serverId)).toBeNull();
  expect(await myAccounts(member)).toEqual([]);
  await own.close();
  await world.close();
});

test.each([
  ['unexpired', { expiresAt: new Date(Date.now() + 3_600_000) }, null],
  ['of unknown expiry', { expiresAt: null }, null],
  ['expired but refreshable', { expiresAt: new Date(1_000), refreshToken: 'refresh' }, null],
  ['expired for good', { expiresAt: new Date(1_000) }, 'EXPIRED'],
])('agrees on status, authConnected and count for an account that is %s', async (_what, tokens, failure) => {
  const { id } = await seedOAuth2Server(app);
  const user = await seedSignedInUser(app);
  await seedAccount(app, { userId: user.id, serverId: id }, tokens);
  const isUsable = failure === null;
  const { authConnected, account } = await serverOf(user, id);
  expect({ authConnected, status: account?.status, failure: account?.failure?.code ?? null }).toEqual({
    authConnected: isUsable,
    status: isUsable ? 'CONNECTED' : 'NEEDS_AUTHORIZATION',
    failure,
  });
  expect(await myAccounts(user)).toEqual([account]);
  const counted = await admin.graphql.data<{ mcpServerConfig: object }>(
    'query ($id: ID!) { mcpServerConfig(id: $id) { accountCount account { status } } }',
    { id },
  );
  expect(counted.mcpServerConfig).toEqual({ accountCount: isUsable ? 1 : 0, account: null });
});

test.each([
  ['invalid_client', { status: 401, json: { error: 'invalid_client' } }, 'INVALID_CLIENT'],
  ['503', { status: 503 }, 'PROVIDER_UNAVAILABLE'],
  ['an answer that makes no sense', { text: '<h1>Welcome</h1>' }, 'ANSWER_LOST'],
  ['a refusal', { status: 400, json: { error: 'invalid_scope' } }, 'REFUSED_BY_PROVIDER'],
] as const)(
  'a refresh that ends in %s says so, and is forgotten when one succeeds',
  async (_what, answer, code) => {
    const { user, serverId } = await seedRefreshable(app, `${provider.origin}/token`, { secondsLeft: 30 });
    provider.answer('/token', answer);
    await expect(access.accessToken(user, serverId)).resolves.toMatchObject({ accessToken: 'access-1' });
    const { authConnected, account } = await serverOf(user, serverId);
    expect({ authConnected, status: account?.status }).toEqual({
      authConnected: true,
      status: 'CONNECTED',
    });
    expect(account?.failure).toMatchObject({ code, message: expect.stringMatching(/\.$/) });
    expect(isRecent(account?.failure?.at)).toBe(true);

    await app.sql('update mcp_server_user_tokens set refresh_not_before = null where user_id = $1', [
      user.id,
    ]);
    provider.answer('/token', {
      json: { access_token: 'access-2', token_type: 'Bearer', scope: 'read  write' },
    });
    await access.accessToken(user, serverId);
    expect(await connectionOf(user, serverId)).toMatchObject({ scopes: ['read', 'write'], failure: null });
  },
);

test('lists an account at a disabled server, which its owner can disconnect', async () => {
  const { id } = await seedOAuth2Server(app, { displayName: 'Zebra' });
  const { id: first } = await seedOAuth2Server(app, { displayName: 'aardvark' });
  const user = await seedSignedInUser(app);
  for (const serverId of [id, first]) {
    await seedAccount(app, { userId: user.id, serverId });
  }
  await app.sql('update mcp_server_configs set enabled = false where id = $1', [id]);
  expect(await myAccounts(user)).toMatchObject([
    { serverId: first, serverName: 'aardvark', serverEnabled: true },
    { serverId: id, serverName: 'Zebra', serverEnabled: false, status: 'CONNECTED' },
  ]);
  await disconnect(user, id);
  expect((await myAccounts(user)).map(({ serverId }) => serverId)).toEqual([first]);
});

test('has no account at a server without OAUTH2', async () => {
  const { id } = await seedServer(app);
  expect(await serverOf(admin, id)).toEqual({ authConnected: true, account: null });
});

describe('the time of the last use', () => {
  const lastUsedAt = async (user: SignedInUser, id: string) => (await connectionOf(user, id))?.lastUsedAt;
  const valid = { secondsLeft: 3_000 };

  test('is written for all accounts by one UPDATE that does not change the generation', async () => {
    const places = await Promise.all([1, 2, 3].map(() => seedRefreshable(app, provider.origin, valid)));
    for (const { user, serverId } of places.slice(1)) await access.accessToken(user, serverId);
    const before = await accountOf(app, places[1]!.user);
    expect(await lastUsedAt(places[1]!.user, places[1]!.serverId)).toBeNull();
    await access.flushAccountUse();
    for (const { user, serverId } of places.slice(1)) {
      expect(isRecent(await lastUsedAt(user, serverId))).toBe(true);
    }
    expect(await lastUsedAt(places[0]!.user, places[0]!.serverId)).toBeNull();
    expect(await accountOf(app, places[1]!.user)).toMatchObject({ generation: before?.generation });
  });

  test('is written when the application ends', async () => {
    const ending = await startApp({ databaseUrl: app.databaseUrl, keys: app.keys });
    const { user, serverId } = await seedRefreshable(app, provider.origin, {
      ...valid,
      server: { url: `${provider.origin}/mcp` },
    });
    await client(ending, { session: user.session }).query(
      'query ($id: ID!) { mcpServerTools(id: $id) { name } }',
      { id: serverId },
    );
    expect(await lastUsedAt(user, serverId)).toBeNull();
    await ending.close();
    expect(isRecent(await lastUsedAt(user, serverId))).toBe(true);
  });

  test('neither waits for a concurrent refresh nor disturbs it', async () => {
    const { user, serverId } = await seedRefreshable(app, `${provider.origin}/slow`, { secondsLeft: 30 });
    provider.answer('/slow', null);
    await expect(access.accessToken(user, serverId)).resolves.toMatchObject({ accessToken: 'access-1' });
    await access.flushAccountUse();
    expect(isRecent(await lastUsedAt(user, serverId))).toBe(true);
    expect(await accountOf(app, user)).toMatchObject({ generation: 1, status: 'CONNECTED' });
  });
});
