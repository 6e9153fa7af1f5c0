import { seedSignedInUser } from '../../support/seed.js';
import {
  begin,
  connect,
  createServer,
  disconnect,
  openAccount,
  popupMessage,
  startWorld,
  visit,
  type SignedInUser,
  type World,
} from '../world.js';

let world: World;
/** Each test has its own server and user, because it breaks them. */
let user: SignedInUser;
let serverId: string;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  user = await seedSignedInUser(world.app);
  serverId = await createServer(world);
});

const update = `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
  updateMcpServerConfig(id: $id, input: $input) { server { id } }
}`;
const edit = (input: Record<string, unknown>) => world.admin.graphql.data(update, { id: serverId, input });

/** Ways to end all flows of this user at this server. */
const invalidations: [string, () => Promise<unknown>][] = [
  ['an edit of the url', () => edit({ url: `${world.mcp.url}/elsewhere` })],
  ['an edit of the auth type', () => edit({ authType: 'NONE' })],
  ['an edit of the client id', () => edit({ oauth2ClientId: 'another' })],
  ['an edit of the token URL', () => edit({ oauth2TokenUrl: `${world.provider.issuer}/other` })],
  ['disabling the server', () => edit({ enabled: false })],
  [
    'deleting the server',
    () =>
      world.admin.graphql.data(`mutation ($id: ID!) { deleteMcpServerConfig(id: $id) { deletedServerId } }`, {
        id: serverId,
      }),
  ],
  ['a disconnect', () => disconnect(user, serverId)],
  [
    'disabling the user',
    () =>
      world.admin.graphql.data(
        `mutation ($id: ID!) { updateUser(id: $id, input: {disabled: true}) { user { id } } }`,
        { id: user.id },
      ),
  ],
];

const stored = () => world.app.sql('select * from mcp_server_user_tokens where user_id = $1', [user.id]);

test.each(invalidations)(
  '%s between connect and callback: refused before the code leaves',
  async (_what, invalidate) => {
    const callback = await world.provider.approve(await begin(world, user, '', serverId));
    await invalidate();
    const before = world.provider.count('/token');
    const answer = await visit(world.app, user, callback);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(popupMessage(await answer.text()).message).toMatchObject({ serverId, status: 'error' });
    expect(world.provider.count('/token')).toBe(before);
    expect(await stored()).toHaveLength(0);
  },
);

test.each(invalidations)(
  '%s during the exchange: refused, nothing stored, the fresh token revoked',
  async (_what, invalidate) => {
    const callback = await world.provider.approve(await begin(world, user, '', serverId));
    const already = world.provider.count('/token/revocation');
    const exchange = world.provider.holdToken();
    const answering = visit(world.app, user, callback);
    await exchange.reached;
    await invalidate();
    exchange.release();

    const answer = await answering;
    expect(answer.status).toBe(409);
    expect(popupMessage(await answer.text()).message).toMatchObject({ serverId, status: 'error' });
    expect(await stored()).toHaveLength(0);
    expect(world.provider.count('/token/revocation')).toBeGreaterThan(already);
    for (const token of revokedTokens()) expect((await world.provider.introspect(token)).active).toBe(false);
  },
);

test('a disconnect during the exchange leaves no tokens of a connected user, here or at the provider', async () => {
  await connect(world, user, serverId);
  const { accessToken: earlier } = await openAccount(world, user);
  const callback = await world.provider.approve(await begin(world, user, '', serverId));
  const exchange = world.provider.holdToken();
  const answering = visit(world.app, user, callback);
  await exchange.reached;
  expect(await disconnect(user, serverId)).toEqual({
    revoked: true,
    revocationPending: false,
    revocationError: null,
  });
  exchange.release();
  expect((await answering).status).toBe(409);
  expect(await stored()).toHaveLength(0);
  expect((await world.provider.introspect(earlier)).active).toBe(false);
});

test.each([
  ['displayName', { displayName: 'New name' }],
  ['description', { description: 'New words' }],
  ['availability', { availability: 'FORCE_ON' }],
  ['tool lists', { toolAllowList: ['add'], toolDenyList: ['whoami'] }],
  ['scopes', { oauth2Scopes: 'openid' }],
])('an edit of %s keeps flows, before the callback and during the exchange', async (_what, input) => {
  const callback = await world.provider.approve(await begin(world, user, '', serverId));
  await edit(input);
  const exchange = world.provider.holdToken();
  const answering = visit(world.app, user, callback);
  await exchange.reached;
  await edit({ iconUrl: 'https://icons.example/new.png' });
  exchange.release();
  expect((await answering).status).toBe(200);
  expect(await stored()).toHaveLength(1);
});

test('a connect that races an invalidating edit never leaves a flow pinned to the earlier values', async () => {
  for (let round = 0; round < 10; round += 1) {
    const clientId = `client-${round}`;
    const begun = Array.from({ length: 5 }, () => begin(world, user, '', serverId).catch(() => null));
    await Promise.all([...begun, edit({ oauth2ClientId: clientId })]);
    const stale = await world.app.sql(
      'select client_id from oauth2_flows where mcp_server_config_id = $1 and client_id <> $2',
      [serverId, clientId],
    );
    expect(stale).toEqual([]);
  }
});

test('concurrent invalidations of a user and of a server never deadlock', async () => {
  const setDisabled = (disabled: boolean) =>
    world.admin.graphql.data(
      `mutation ($id: ID!, $disabled: Boolean!) { updateUser(id: $id, input: {disabled: $disabled}) { user { id } } }`,
      { id: user.id, disabled },
    );
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(Array.from({ length: 8 }, () => begin(world, user, '', serverId)));
    await Promise.all([
      edit({ oauth2ClientId: `client-${round}` }),
      setDisabled(true),
      disconnect(user, serverId).catch(() => null),
    ]);
    expect(await world.app.sql('select 1 from oauth2_flows where user_id = $1', [user.id])).toHaveLength(0);
    await setDisabled(false);
    user = { ...user, session: await world.session(user) };
  }
  expect(world.app.logs.filter(({ msg }) => msg === 'Unexpected error')).toEqual([]);
});

/** Returns the tokens that the provider was asked to revoke. */
function revokedTokens(): string[] {
  return world.provider.requests
    .filter(({ path }) => path.endsWith('/token/revocation'))
    .map(({ body }) => new URLSearchParams(body).get('token') ?? '');
}
