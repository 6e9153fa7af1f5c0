import { SignJWT } from 'jose';
import { startApp, type TestApp } from '../../support/app.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { seedOAuth2Server, seedSignedInUser, type ServerSeed } from '../../support/seed.js';
import { begin, visit, withParams, type SignedInUser } from '../world.js';

let app: TestApp;
let provider: HandcraftedServer;
let user: SignedInUser;
let serverId: string;
let issued = 0;

beforeAll(async () => {
  app = await startApp();
  provider = await startHandcraftedServer();
  provider.answer('/mcp', { status: 401 });
});
afterAll(async () => {
  await app.close();
  await provider.close();
});
beforeEach(async () => {
  user = await seedSignedInUser(app);
  serverId = await seedProvider();
});

async function seedProvider(seed: ServerSeed = {}): Promise<string> {
  const { origin } = provider;
  const { id } = await seedOAuth2Server(app, {
    url: `${origin}/mcp`,
    oauth2Issuer: origin,
    oauth2AuthUrl: `${origin}/authorize`,
    oauth2TokenUrl: `${origin}/token`,
    ...seed,
  });
  return id;
}

type Claims = Record<string, unknown>;
const jwt = (claims: Claims) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from('a key of the provider'.repeat(2)));
const idToken = (claims: Claims = {}) => jwt({ iss: provider.origin, sub: 'ada', aud: 'client', ...claims });
const jwtAccessToken = (claims: Claims = {}) =>
  jwt({ iss: provider.origin, sub: 'ada', jti: `at-${(issued += 1)}`, ...claims });

/** Opens the connect URL and returns the parameters of the authorization request. */
const asked = async (who = user, id = serverId) =>
  new URL(await begin({ app, serverId: id }, who)).searchParams;

/** Connects with this token response, and returns the text of the result page. */
async function connectWith(response: Claims, id = serverId): Promise<string> {
  const request = await asked(user, id);
  provider.answer('/token', {
    json: { access_token: `at-${(issued += 1)}`, token_type: 'Bearer', expires_in: 3600, ...response },
  });
  const callback = withParams(request.get('redirect_uri')!, { state: request.get('state')!, code: 'code' });
  const answer = await visit(app, user, callback);
  expect(answer.status).toBe(200);
  return (await answer.text()).replaceAll(/<(script|style)[^]*?<\/\1>|<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}

const refreshToken = (name: string) => ({ refresh_token: name });

/** Lets the access token expire, uses the account, and returns the refresh token that the provider received. */
async function refreshedWith(): Promise<string | null> {
  await app.sql(
    `update mcp_server_user_tokens set expires_at = now() - interval '1 second' where user_id = $1`,
    [user.id],
  );
  provider.answer('/token', { json: { access_token: 'renewed', token_type: 'Bearer', expires_in: 3600 } });
  const before = provider.count('/token');
  await user.graphql.query('query ($id: ID!) { mcpServerTools(id: $id) { name } }', { id: serverId });
  if (provider.count('/token') === before) return null;
  const request = provider.requests.findLast(({ path }) => path === '/token');
  return new URLSearchParams(request?.body).get('refresh_token');
}

async function account(): Promise<{ hasRefreshToken: boolean; status: string }> {
  const data = await user.graphql.data<{ myAccounts: { hasRefreshToken: boolean; status: string }[] }>(
    '{ myAccounts { hasRefreshToken status } }',
  );
  return data.myAccounts[0]!;
}

describe('prompt=consent', () => {
  test('is sent to connect again after a token set with a refresh token, by the same user alone', async () => {
    expect((await asked()).has('prompt')).toBe(false);
    await connectWith(refreshToken('rt'));
    expect((await asked()).get('prompt')).toBe('consent');
    expect((await asked(await seedSignedInUser(app))).has('prompt')).toBe(false);
    expect((await asked(user, await seedProvider())).has('prompt')).toBe(false);
  });

  test('is sent also when the account has ended or has lost its refresh token', async () => {
    await connectWith(refreshToken('rt'));
    await connectWith({});
    expect((await asked()).get('prompt')).toBe('consent');
    await app.sql(
      `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null where user_id = $1`,
      [user.id],
    );
    expect((await asked()).get('prompt')).toBe('consent');
  });

  test('is not sent after token sets without a refresh token', async () => {
    await connectWith({});
    expect((await asked()).has('prompt')).toBe(false);
  });

  test('is never sent with consentPrompt: OMIT', async () => {
    serverId = await seedProvider({
      oauth2Scopes: 'offline_access',
      oauth2Compatibility: { consentPrompt: 'OMIT' },
    });
    await connectWith(refreshToken('rt'));
    expect((await asked()).has('prompt')).toBe(false);
  });

  test('is sent to Google with access_type=offline without a setting', async () => {
    const request = await asked(user, await seedProvider({ oauth2Issuer: 'https://accounts.google.com' }));
    expect([request.get('access_type'), request.get('prompt')]).toEqual(['offline', 'consent']);
  });
});

test.each([
  [
    'ID tokens',
    () => idToken(),
    () => idToken({ nonce: 'other', aud: ['client', 'another'], azp: 'client' }),
  ],
  ['JWT access tokens', null, null],
  ['an ID token and a JWT access token', () => idToken(), null],
])('keeps the refresh token of the same user by %s', async (_what, before, after) => {
  const tokens = async (id: typeof before) =>
    id ? { id_token: await id() } : { access_token: await jwtAccessToken() };
  await connectWith({ ...refreshToken('rt-of-ada'), ...(await tokens(before)) });
  const page = await connectWith(await tokens(after));
  expect(page).not.toContain('refresh token');
  expect(await account()).toMatchObject({ hasRefreshToken: true });
  expect(await refreshedWith()).toBe('rt-of-ada');
});

test('keeps the refresh token of an account of an earlier version, whose access token names the user', async () => {
  await connectWith({ ...refreshToken('rt-of-ada'), access_token: await jwtAccessToken() });
  await app.sql(`update mcp_server_user_tokens set subject = '' where user_id = $1`, [user.id]);
  await connectWith({ id_token: await idToken() });
  expect(await refreshedWith()).toBe('rt-of-ada');
});

test('uses a new refresh token rather than the earlier one', async () => {
  await connectWith({ ...refreshToken('first'), id_token: await idToken() });
  await connectWith({ ...refreshToken('second'), id_token: await idToken() });
  expect(await refreshedWith()).toBe('second');
});

describe('does not keep a refresh token', () => {
  const ofAda = async () => ({ ...refreshToken('rt-of-ada'), id_token: await idToken() });
  const later = async (claims: Claims) => ({ id_token: await idToken(claims) });
  const opaque = async () => ({});

  async function expectNone(page: string): Promise<void> {
    expect(page).toContain(
      'The provider issued no refresh token. You will have to connect again when the access token expires, in about 60 minutes.',
    );
    expect(await account()).toMatchObject({ hasRefreshToken: false, status: 'CONNECTED' });
    expect(await refreshedWith()).toBeNull();
    expect(await account()).toMatchObject({ status: 'NEEDS_AUTHORIZATION' });
  }

  test.each<[string, () => Promise<Claims>, () => Promise<Claims>]>([
    ['of another user', ofAda, () => later({ sub: 'bob' })],
    ['of another issuer’s user of the same name', ofAda, () => later({ iss: 'https://other.example' })],
    ['with an ID token for another client', ofAda, () => later({ aud: 'another' })],
    ['with an ID token whose azp is another client', ofAda, () => later({ azp: 'another' })],
    ['with an ID token without sub', ofAda, () => later({ sub: undefined })],
    ['with a malformed ID token', ofAda, async () => ({ id_token: 'malformed' })],
    [
      'with another user’s ID token beside a matching access token',
      ofAda,
      async () => ({ ...(await later({ sub: 'bob' })), access_token: await jwtAccessToken() }),
    ],
    [
      'with an access token of another client',
      ofAda,
      async () => ({ access_token: await jwtAccessToken({ client_id: 'x' }) }),
    ],
    ['where only the earlier token set names a user', ofAda, opaque],
    ['where only the new token set names a user', async () => refreshToken('rt-of-ada'), () => later({})],
    ['where neither names a user', async () => refreshToken('rt-of-ada'), opaque],
    [
      'where both access tokens are of the client itself',
      async () => ({ ...refreshToken('rt-of-ada'), access_token: await jwtAccessToken({ sub: 'client' }) }),
      async () => ({ access_token: await jwtAccessToken({ sub: 'client' }) }),
    ],
  ])('%s', async (_what, before, after) => {
    await connectWith(await before());
    await expectNone(await connectWith(await after()));
  });

  test('that an older process stored after the subject was written', async () => {
    await connectWith(await ofAda());
    await app.sql(
      `update mcp_server_user_tokens set created_at = created_at + interval '1 ms' where user_id = $1`,
      [user.id],
    );
    await expectNone(await connectWith(await later({})));
  });

  test('that the account had at another authorization server', async () => {
    await connectWith(await ofAda());
    await app.sql(`update mcp_server_user_tokens set issuer = 'https://other.example' where user_id = $1`, [
      user.id,
    ]);
    await expectNone(await connectWith(await later({})));
  });

  test('that a refresh under way may have spent, unlike one whose lease has expired', async () => {
    const lease = (until: string) =>
      app.sql(
        `update mcp_server_user_tokens set refresh_lease_id = gen_random_uuid(),
           refresh_lease_until = now() + $2::interval where user_id = $1`,
        [user.id, until],
      );
    await connectWith(await ofAda());
    await lease('-1 second');
    await connectWith(await later({}));
    expect(await account()).toMatchObject({ hasRefreshToken: true });
    await lease('30 seconds');
    await expectNone(await connectWith(await later({})));
  });

  test('that cannot be read', async () => {
    await connectWith(await ofAda());
    await app.sql(`update mcp_server_user_tokens set refresh_token = access_token where user_id = $1`, [
      user.id,
    ]);
    await expectNone(await connectWith(await later({})));
  });
});

test('says nothing about an access token that may not expire, unless a refresh token was issued before', async () => {
  const forever = { expires_in: undefined };
  expect(await connectWith(forever)).not.toContain('refresh token');
  await connectWith(refreshToken('rt'));
  expect(await connectWith(forever)).toContain('when the access token expires. ');
});

test('says when the access token expires', async () => {
  for (const [seconds, words] of [
    [20, 'in about 1 minute.'],
    [7_200, 'in about 2 hours.'],
    [864_000, 'in about 10 days.'],
  ] as const) {
    expect(await connectWith({ expires_in: seconds })).toContain(words);
  }
});
