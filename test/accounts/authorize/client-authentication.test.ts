import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { seedOAuth2Server, seedSignedInUser } from '../../support/seed.js';
import { startApp, type TestApp } from '../../support/app.js';
import { visit } from '../world.js';
import type { SignedInUser } from '../../support/seed.js';

const basic = 'client_secret_basic';
const post = 'client_secret_post';
type Seed = NonNullable<Parameters<typeof seedOAuth2Server>[1]>;

let app: TestApp;
let provider: HandcraftedServer;
let user: SignedInUser;
beforeAll(async () => {
  app = await startApp();
  provider = await startHandcraftedServer();
});
afterAll(async () => {
  await app.close();
  await provider.close();
});
beforeEach(async () => {
  user = await seedSignedInUser(app);
  asked.length = 0;
});

/** The authentication method of each code exchange. Checks of the client send other codes. */
const asked: string[] = [];

/** Answers token requests that authenticate by this method, and refuses others with `invalid_client`. */
function accept(method: string | null, refusal: object = { error: 'invalid_client' }): void {
  const tokens = { access_token: 'at', token_type: 'Bearer' };
  provider.answer('/token', (body) => {
    const header = provider.requests.at(-1)?.headers.authorization;
    const used = header ? basic : body.includes('client_secret=') ? post : 'none';
    if (new URLSearchParams(body).get('code') === 'code') asked.push(used);
    return used === method ? { json: tokens } : { status: 401, json: refusal };
  });
}

async function seed(listed: string[] | null, more: Seed = {}): Promise<string> {
  const { id } = await seedOAuth2Server(app, {
    oauth2AuthUrl: `${provider.origin}/authorize`,
    oauth2TokenUrl: `${provider.origin}/token`,
    oauth2RevocationUrl: '',
    oauth2ClientSecret: 's3cret',
    oauth2TokenAuthMethod: basic,
    oauth2AsMetadata: {
      issuer: provider.origin,
      ...(listed && { token_endpoint_auth_methods_supported: listed }),
    },
    ...more,
  });
  return id;
}

/** Connects the user. Returns the status of the callback. */
async function connect(id: string): Promise<number> {
  const at = `${app.publicUrl}/mcp-servers/${id}/oauth2`;
  const location = (await visit(app, user, `${at}/connect`)).headers.get('location') ?? '';
  const state = new URL(location).searchParams.get('state') ?? '';
  return (await visit(app, user, `${at}/callback?${new URLSearchParams({ state, code: 'code' })}`)).status;
}

const methodOf = async (id: string) => {
  const [row] = await app.sql<{ method: string }>(
    'select oauth2_token_auth_method as method from mcp_server_configs where id = $1',
    [id],
  );
  return row?.method;
};

test.each([
  [[basic, post], basic, post],
  [[post, basic], post, basic],
  [null, basic, post],
  [['none'], post, 'none'],
])(
  'tries the other method of %j after %s was refused at the first use, and keeps it',
  async (listed, first, other) => {
    const id = await seed(listed, { oauth2TokenAuthMethod: first as typeof basic });
    accept(other);
    expect(await connect(id)).toBe(200);
    expect(asked).toEqual([first, other]);
    expect(await methodOf(id)).toBe(other);
    user = await seedSignedInUser(app);
    expect(await connect(id)).toBe(200);
    expect(asked).toEqual([first, other, other]);
  },
);

test.each<[string, string[] | null, Seed]>([
  ['the metadata lists one method only', [basic], {}],
  ['the client has no secret', null, { oauth2ClientSecret: undefined, oauth2TokenAuthMethod: 'none' }],
  ['an administrator has chosen the method', null, { oauth2Compatibility: { tokenAuthMethod: 'BASIC' } }],
])('tries no other method if %s', async (_what, listed, more) => {
  const id = await seed(listed, more);
  accept(null);
  expect(await connect(id)).toBe(502);
  expect(asked).toHaveLength(1);
});

test('tries no other method once an account was connected', async () => {
  const id = await seed([basic, post]);
  accept(basic);
  expect(await connect(id)).toBe(200);
  user = await seedSignedInUser(app);
  accept(post);
  asked.length = 0;
  expect(await connect(id)).toBe(502);
  expect(asked).toEqual([basic]);
  expect(await methodOf(id)).toBe(basic);
});

test('keeps the first method if the provider refuses both', async () => {
  const id = await seed([basic, post]);
  accept(null);
  expect(await connect(id)).toBe(502);
  expect(asked).toEqual([basic, post]);
  expect(await methodOf(id)).toBe(basic);
});

test('tries no other method after another refusal than of the client', async () => {
  const id = await seed([basic, post]);
  accept(null, { error: 'invalid_grant' });
  expect(await connect(id)).toBe(502);
  expect(asked).toEqual([basic]);
});

test('keeps the other method if the provider accepts the client and has used up the code', async () => {
  const id = await seed([basic, post]);
  provider.answer('/token', (body) =>
    body.includes('client_secret=')
      ? { status: 400, json: { error: 'invalid_grant' } }
      : { status: 401, json: { error: 'invalid_client' } },
  );
  expect(await connect(id)).toBe(502);
  expect(await methodOf(id)).toBe(post);
});
