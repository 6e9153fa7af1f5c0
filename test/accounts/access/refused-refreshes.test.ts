import { startApp, type TestApp } from '../../support/app.js';
import {
  startHandcraftedServer,
  type HandcraftedAnswer,
  type HandcraftedServer,
} from '../../support/handcrafted-server.js';
import { seedSignedInUser, type SignedInUser } from '../../support/seed.js';
import {
  accountOf,
  endBackOff,
  failureOf,
  openTokenAccess,
  seedRefreshable,
  setSecondsLeft,
  type TokenAccess,
} from '../token-access.js';

let app: TestApp;
let access: TokenAccess;
let provider: HandcraftedServer;
let admin: SignedInUser;

beforeAll(async () => {
  app = await startApp();
  access = await openTokenAccess(app);
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
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
const calls = () => provider.count('/token');
const success: HandcraftedAnswer = {
  json: { access_token: 'access-2', token_type: 'Bearer', expires_in: 3_600 },
};
const words = 'Remote words';

interface Seen {
  authConnected: boolean;
  status: string | undefined;
  failure: string | undefined;
  isListed: boolean;
  count: number;
}

/** Reads the account in all the ways that call a user connected. */
async function seen(user: SignedInUser, serverId: string): Promise<Seen> {
  const { mcpServerConfig, mcpServerConfigs } = await user.graphql.data<{
    mcpServerConfig: {
      authConnected: boolean;
      account: { status: string; failure: { message: string } | null } | null;
    };
    mcpServerConfigs: { id: string; authConnected: boolean }[];
  }>(
    `query ($id: ID!) {
      mcpServerConfig(id: $id) { authConnected account { status failure { message } } }
      mcpServerConfigs { id authConnected }
    }`,
    { id: serverId },
  );
  const counted = await admin.graphql.data<{ mcpServerConfig: { accountCount: number } }>(
    'query ($id: ID!) { mcpServerConfig(id: $id) { accountCount } }',
    { id: serverId },
  );
  return {
    authConnected: mcpServerConfig.authConnected,
    status: mcpServerConfig.account?.status,
    failure: mcpServerConfig.account?.failure?.message,
    isListed: mcpServerConfigs.some(({ id, authConnected }) => id === serverId && authConnected),
    count: counted.mcpServerConfig.accountCount,
  };
}

const connected = { authConnected: true, status: 'CONNECTED', isListed: true, count: 1 };
const disconnected = { authConnected: false, status: 'NEEDS_AUTHORIZATION', isListed: false, count: 0 };

const actionsOf = async (user: SignedInUser) =>
  (
    await app.sql<{ action: string; reason: string | null }>(
      `select action, detail ->> 'reason' as reason from audit_events
       where affected_user_id = $1 and action like 'ACCOUNT%' order by id`,
      [user.id],
    )
  ).map(({ action, reason }) => `${action} ${reason}`);

const refusals: [string, HandcraftedAnswer, string][] = [
  [
    '400 invalid_request',
    { status: 400, json: { error: 'invalid_request', error_description: words } },
    'REFUSED',
  ],
  ['400 with an empty body', { status: 400 }, 'REFUSED'],
  ['a bare 401', { status: 401 }, 'REFUSED'],
  ['ok: false in a 200', { json: { ok: false, error: 'invalid_refresh_token' } }, 'REFUSED'],
  [
    'a status of the provider',
    { status: 400, json: { status: 'BAD_REFRESH_TOKEN', message: words } },
    'REFUSED',
  ],
  ['403 unauthorized_client', { status: 403, json: { error: 'unauthorized_client' } }, 'REFUSED'],
  ['401 invalid_client', { status: 401, json: { error: 'invalid_client' } }, 'INVALID_CLIENT'],
];

describe.each(refusals)('%s', (_name, answer, code) => {
  beforeEach(() => provider.answer('/token', answer));

  test('keeps an account connected until its access token expires', async () => {
    const { user, serverId } = await seed({ secondsLeft: 30 });
    await expect(access.accessToken(user, serverId)).resolves.toMatchObject({ accessToken: 'access-1' });
    expect(await seen(user, serverId)).toMatchObject(connected);
    await setSecondsLeft(app, user, -1);
    expect(await seen(user, serverId)).toMatchObject(disconnected);
    const asked = calls();
    expect((await failureOf(access.accessToken(user, serverId))).code).toBe('NEEDS_AUTHORIZATION');
    expect(calls()).toBe(asked);
  });

  test('asks the user to connect again when it has expired, and keeps the tokens', async () => {
    const { user, serverId } = await seed();
    const { code: errorCode, details, message } = await failureOf(access.accessToken(user, serverId));
    expect(errorCode).toBe('NEEDS_AUTHORIZATION');
    expect(details.connectUrl).toBe(`${app.publicUrl}/mcp-servers/${serverId}/oauth2/connect`);
    expect(message).toContain('Connect again.');
    expect(message).not.toContain(words);
    expect(await seen(user, serverId)).toEqual({ ...disconnected, failure: message });
    expect(await accountOf(app, user)).toMatchObject({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      failure_code: expect.stringContaining(code),
    });
    expect(await actionsOf(user)).toEqual([expect.stringContaining('ACCOUNT_REFRESH_FAILED')]);
  });

  test('heals when a later try succeeds, behind the back-off', async () => {
    const { user, serverId } = await seed();
    await failureOf(access.accessToken(user, serverId));
    const asked = calls();
    for (let attempt = 0; attempt < 5; attempt += 1) await failureOf(access.accessToken(user, serverId));
    expect(calls()).toBe(asked);
    provider.answer('/token', success);
    await endBackOff(app, user);
    await expect(access.accessToken(user, serverId)).resolves.toMatchObject({ accessToken: 'access-2' });
    expect(await seen(user, serverId)).toEqual({ ...connected, failure: undefined });
    expect(await actionsOf(user)).toEqual([
      expect.stringContaining('ACCOUNT_REFRESH_FAILED'),
      'ACCOUNT_RECOVERED null',
    ]);
  });

  test('ends a token that the MCP server refused, until a later try succeeds', async () => {
    const { user, serverId } = await seed({ secondsLeft: 1_000 });
    const after = await access.accessToken(user, serverId);
    expect((await failureOf(access.accessToken(user, serverId, { after }))).code).toBe('NEEDS_AUTHORIZATION');
    expect(await seen(user, serverId)).toMatchObject(disconnected);
    expect((await failureOf(access.accessToken(user, serverId))).code).toBe('NEEDS_AUTHORIZATION');
    provider.answer('/token', success);
    await endBackOff(app, user);
    await expect(access.accessToken(user, serverId)).resolves.toMatchObject({ accessToken: 'access-2' });
    expect(await seen(user, serverId)).toMatchObject(connected);
  });
});

const passing: [string, HandcraftedAnswer][] = [
  ['a page with 400', { status: 400, headers: { 'content-type': 'text/html' }, text: '<p>' }],
  ['404', { status: 404, json: { error: 'invalid_grant' } }],
  ['429', { status: 429 }],
  ['temporarily_unavailable', { status: 400, json: { error: 'temporarily_unavailable' } }],
  ['ratelimited', { json: { ok: false, error: 'ratelimited' } }],
  ['internal_error', { status: 400, json: { error: 'internal_error' } }],
];

test.each(passing)('%s never disconnects the user, however often it comes', async (_name, answer) => {
  provider.answer('/token', answer);
  const { user, serverId } = await seed();
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await endBackOff(app, user);
    const error = await failureOf(access.accessToken(user, serverId));
    expect(error.code).toBe('UPSTREAM_ERROR');
  }
  expect(calls()).toBe(5);
  expect(await seen(user, serverId)).toMatchObject(connected);
});

test('a passing failure after a refusal neither reconnects the user nor hides the refusal', async () => {
  const { user, serverId } = await seed();
  provider.answer('/token', { status: 400 });
  const { message } = await failureOf(access.accessToken(user, serverId));
  provider.answer('/token', { status: 503 });
  await endBackOff(app, user);
  expect(await failureOf(access.accessToken(user, serverId))).toMatchObject({
    code: 'NEEDS_AUTHORIZATION',
    message,
  });
  expect(calls()).toBe(2);
  expect(await seen(user, serverId)).toMatchObject({ ...disconnected, failure: message });
});

describe('500 with an OAuth error', () => {
  const serverError = { status: 500, json: { error: 'server_error', error_description: words } };
  const metadata = '/.well-known/oauth-authorization-server';
  const metadataOf = () => ({
    issuer: provider.origin,
    authorization_endpoint: `${provider.origin}/authorize`,
    token_endpoint: `${provider.origin}/token`,
    scopes_supported: ['a'],
  });

  async function codesOf(server: NonNullable<Seed>['server'], times: number): Promise<[string[], Seen]> {
    const { user, serverId } = await seed({ server: server ?? {} });
    const codes: string[] = [];
    for (let attempt = 0; attempt < times; attempt += 1) {
      await endBackOff(app, user);
      codes.push((await failureOf(access.accessToken(user, serverId))).code);
    }
    return [codes, await seen(user, serverId)];
  }

  beforeEach(() => provider.answer('/token', serverError));

  test('counts as a refusal at the third time if the metadata arrives', async () => {
    provider.answer(metadata, { json: metadataOf() });
    const [codes, state] = await codesOf({ oauth2AsMetadata: metadataOf() }, 4);
    expect(codes).toEqual(['UPSTREAM_ERROR', 'UPSTREAM_ERROR', 'NEEDS_AUTHORIZATION', 'NEEDS_AUTHORIZATION']);
    expect(state).toMatchObject(disconnected);
  });

  test.each<[string, HandcraftedAnswer]>([
    ['fails', { status: 503 }],
    ['is missing', { status: 404 }],
    ['is a page', { text: '<p>' }],
  ])('never counts as a refusal while the metadata %s', async (_name, answer) => {
    for (const place of [metadata, '/.well-known/openid-configuration']) provider.answer(place, answer);
    const [codes, state] = await codesOf({ oauth2AsMetadata: metadataOf() }, 5);
    expect(new Set(codes)).toEqual(new Set(['UPSTREAM_ERROR']));
    expect(state).toMatchObject(connected);
  });

  test('counts as a refusal at the third time with manual endpoints', async () => {
    const [codes] = await codesOf({}, 3);
    expect(codes).toEqual(['UPSTREAM_ERROR', 'UPSTREAM_ERROR', 'NEEDS_AUTHORIZATION']);
  });

  test('is forgotten after a success', async () => {
    const { user, serverId } = await seed();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await endBackOff(app, user);
      await failureOf(access.accessToken(user, serverId));
    }
    provider.answer('/token', success);
    await endBackOff(app, user);
    await access.accessToken(user, serverId);
    await setSecondsLeft(app, user, -1);
    provider.answer('/token', serverError);
    expect((await failureOf(access.accessToken(user, serverId))).code).toBe('UPSTREAM_ERROR');
  });
});

test('administrators find the provider’s code and words in the failure report, and members in nothing', async () => {
  provider.answer('/token', { status: 400, json: { error: 'invalid_request', error_description: words } });
  const { user, serverId } = await seed();
  const error = await user.graphql.error('query ($id: ID!) { mcpServerTools(id: $id) { name } }', {
    id: serverId,
  });
  expect(error.extensions).toMatchObject({ code: 'NEEDS_AUTHORIZATION', reference: expect.any(String) });
  expect(JSON.stringify(error)).not.toContain(words);
  const { failureReport } = await admin.graphql.data<{ failureReport: object }>(
    'query ($r: String!) { failureReport(reference: $r) { step oauth2Error httpStatus remoteMessage } }',
    { r: error.extensions.reference },
  );
  expect(failureReport).toEqual({
    step: 'REFRESH',
    oauth2Error: 'invalid_request',
    httpStatus: 400,
    remoteMessage: words,
  });
});
