import { tokenPlaces } from '../../../src/accounts/store/account-tokens.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser } from '../../support/seed.js';
import { accountOf, openTokenAccess } from '../token-access.js';
import { connect, disconnect, openAccount, startWorld, type SignedInUser, type World } from '../world.js';

let world: World;
let user: SignedInUser;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  user = await seedSignedInUser(world.app);
});

const rowOf = async () => (await accountOf(world.app, user))!;

const shownIds = async () =>
  (await user.graphql.data<{ myAccounts: { id: string }[] }>('{ myAccounts { id } }')).myAccounts.map(
    ({ id }) => id,
  );

test('reconnecting keeps the id, seals the new tokens to it, and raises the generation', async () => {
  await connect(world, user);
  const first = await rowOf();
  const { accessToken } = await openAccount(world, user);
  for (const generation of [2, 3]) {
    await connect(world, user);
    expect(await rowOf()).toMatchObject({ id: first.id, generation });
  }
  const current = await openAccount(world, user);
  expect(current.accessToken).not.toBe(accessToken);
  expect((await world.provider.introspect(current.accessToken)).active).toBe(true);
});

test('GraphQL shows the same id after a reconnect, and another one after a disconnect', async () => {
  await connect(world, user);
  const [id] = await shownIds();
  expect(id).toBe((await rowOf()).id);
  await connect(world, user);
  expect(await shownIds()).toEqual([id]);
  await disconnect(user, world.serverId);
  await connect(world, user);
  const ids = await shownIds();
  expect(ids).toHaveLength(1);
  expect(ids).not.toContain(id);
});

test('an account that has ended keeps its id and its generation when it is connected again', async () => {
  await connect(world, user);
  const { id } = await rowOf();
  await world.app.sql(
    `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null, refresh_token = null,
       generation = 7 where id = $1`,
    [id],
  );
  await connect(world, user);
  expect(await rowOf()).toMatchObject({ id, generation: 8, status: 'CONNECTED' });
  await expect(openAccount(world, user)).resolves.toMatchObject({ accessToken: expect.any(String) });
});

test.each([
  ['with no account yet', false],
  ['with an account', true],
])('20 callbacks at once, %s, store one account whose tokens open', async (_what, isConnected) => {
  const { id: serverId } = await seedOAuth2Server(world.app);
  const owner = { userId: user.id, serverId };
  if (isConnected) await seedAccount(world.app, owner);
  const tokens = Array.from({ length: 20 }, (_, index) => `access-${index}`);
  await Promise.all(tokens.map((accessToken) => seedAccount(world.app, owner, { accessToken })));
  const rows = await world.app.sql('select * from mcp_server_user_tokens where user_id = $1', [user.id]);
  expect(rows).toHaveLength(1);
  // None of them was lost: each raised the generation.
  expect(rows[0]?.generation).toBe(isConnected ? 21 : 20);
  const stored = world.app.vault.open(rows[0]?.access_token, tokenPlaces(rows[0]?.id).accessToken);
  expect(tokens).toContain(await stored);
});

test('callbacks that race disconnects leave either no account or one whose tokens open', async () => {
  const { id: serverId } = await seedOAuth2Server(world.app, { oauth2RevocationUrl: '' });
  const owner = { userId: user.id, serverId };
  const kept = { some: 0, none: 0 };
  for (let round = 0; round < 40; round += 1) {
    await Promise.all([
      seedAccount(world.app, owner, { accessToken: `first-${round}` }),
      disconnect(user, serverId),
      seedAccount(world.app, owner, { accessToken: `second-${round}` }),
      ...(round % 2 === 0 ? [disconnect(user, serverId)] : []),
    ]);
    const row = await accountOf(world.app, user);
    kept[row ? 'some' : 'none'] += 1;
    if (!row) continue;
    const stored = world.app.vault.open(row.access_token ?? '', tokenPlaces(row.id).accessToken);
    expect([`first-${round}`, `second-${round}`]).toContain(await stored);
  }
  expect(kept.some).toBeGreaterThan(0);
  // The control: the tokens of one row do not open in another, so a lost race would have shown.
  await seedAccount(world.app, owner);
  const row = await rowOf();
  const elsewhere = tokenPlaces(user.id).accessToken;
  await expect(world.app.vault.open(row.access_token ?? '', elsewhere)).rejects.toThrow();
});

test('a use from before a reconnect is not written after it', async () => {
  await connect(world, user);
  const access = await openTokenAccess(world.app);
  const lastUsed = async () =>
    (await world.app.sql('select last_used_at from mcp_server_user_tokens where user_id = $1', [user.id]))[0]
      ?.last_used_at as Date | null;
  await access.accessToken(user, world.serverId);
  await connect(world, user);
  await access.flushAccountUse();
  expect(await lastUsed()).toBeNull();
  await access.accessToken(user, world.serverId);
  await access.flushAccountUse();
  expect(await lastUsed()).toBeInstanceOf(Date);
  await access.close();
});
