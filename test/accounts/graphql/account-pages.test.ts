import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../../support/app.js';
import { recorded } from '../../support/recorded.js';
import {
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  seedUser,
  type SignedInUser,
} from '../../support/seed.js';

let app: TestApp;
let admin: SignedInUser;

beforeAll(async () => {
  app = await startApp();
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
});
afterAll(() => app.close());

interface AccountPage {
  edges: {
    cursor: string;
    node: { status: string; connectedAt: string; failure: { code: string } | null; user: { email: string } };
  }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const query = `query ($serverId: ID!, $first: Int!, $after: String) {
  mcpServerAccounts(id: $serverId, first: $first, after: $after) {
    edges { cursor node { status connectedAt lastUsedAt failure { code } user { email } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

async function page(serverId: string, first: number, after: string | null = null): Promise<AccountPage> {
  const variables = { serverId, first, after };
  return (await admin.graphql.data<{ mcpServerAccounts: AccountPage }>(query, variables)).mcpServerAccounts;
}

const emailsOf = ({ edges }: AccountPage) => edges.map(({ node }) => node.user.email);

/** Seeds accounts of these users, connected one second after another, in this order. */
async function connectAll(serverId: string, users: { id: string }[]): Promise<void> {
  for (const [index, { id }] of users.entries()) {
    await seedAccount(app, { userId: id, serverId: serverId });
    await app.sql(
      `update mcp_server_user_tokens set created_at = timestamptz '2026-01-01' + make_interval(secs => $2)
       where user_id = $1`,
      [id, index],
    );
  }
}

test('pages through all accounts once, the last connected first, while other users connect', async () => {
  const { id } = await seedOAuth2Server(app);
  const users = await Promise.all(Array.from({ length: 5 }, () => seedUser(app)));
  await connectAll(id, users);
  const expected = users.map(({ email }) => email).toReversed();

  const first = await page(id, 2);
  expect(emailsOf(first)).toEqual(expected.slice(0, 2));
  expect(first.edges.at(-1)?.cursor).toBe(first.pageInfo.endCursor);
  await seedAccount(app, { userId: admin.id, serverId: id });
  const second = await page(id, 2, first.pageInfo.endCursor);
  const third = await page(id, 2, second.pageInfo.endCursor);
  expect([...emailsOf(second), ...emailsOf(third)]).toEqual(expected.slice(2));
  expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
  expect(await page(id, 2, third.pageInfo.endCursor)).toEqual({
    edges: [],
    pageInfo: { hasNextPage: false, endCursor: null },
  });
  expect(emailsOf(await page(id, 1))).toEqual([admin.email]);
});

test('does not skip users who connected at the same moment between pages', async () => {
  const { id } = await seedOAuth2Server(app);
  const users = await Promise.all(Array.from({ length: 4 }, () => seedUser(app)));
  await connectAll(id, users);
  await app.sql(
    `update mcp_server_user_tokens set created_at = '2026-01-01 00:00:00.000001' where mcp_server_config_id = $1`,
    [id],
  );
  const first = await page(id, 3);
  const second = await page(id, 3, first.pageInfo.endCursor);
  expect([...emailsOf(first), ...emailsOf(second)].toSorted()).toEqual(
    users.map(({ email }) => email).toSorted(),
  );
});

test('returns the user, the time of connecting and the failure', async () => {
  const { id } = await seedOAuth2Server(app, { enabled: false });
  const users = await Promise.all([seedUser(app), seedUser(app)]);
  await connectAll(id, users);
  await app.sql(
    `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null,
       failure_code = 'INVALID_GRANT', failure_reason = 'Over.', failure_at = now() where user_id = $1`,
    [users[0]?.id],
  );
  expect((await page(id, 10)).edges.map(({ node }) => node)).toEqual([
    {
      status: 'CONNECTED',
      connectedAt: '2026-01-01T00:00:01.000Z',
      lastUsedAt: null,
      failure: null,
      user: { email: users[1]?.email },
    },
    {
      status: 'NEEDS_AUTHORIZATION',
      connectedAt: '2026-01-01T00:00:00.000Z',
      lastUsedAt: null,
      failure: { code: 'INVALID_GRANT' },
      user: { email: users[0]?.email },
    },
  ]);
});

test('reads a page of any length with two statements after the viewer’s, and reads no token', async () => {
  const { id } = await seedOAuth2Server(app);
  await connectAll(id, await Promise.all(Array.from({ length: 30 }, () => seedUser(app))));
  const { result, statements } = await recorded(app, () => page(id, 25));
  expect(result.edges).toHaveLength(25);
  expect(statements).toHaveLength(3);
  expect(statements.slice(1).join()).not.toMatch(/access_token|[^_]refresh_token/);
});

test.each([
  ['an unknown server', { serverId: randomUUID() }, 'NOT_FOUND'],
  ['no row', { first: 0 }, 'BAD_USER_INPUT'],
  ['too many rows', { first: 201 }, 'BAD_USER_INPUT'],
  ['a cursor that is none', { after: 'nonsense' }, 'BAD_USER_INPUT'],
])('refuses %s', async (_what, asked, code) => {
  const { id } = await seedOAuth2Server(app);
  const { errors } = await admin.graphql.query(query, { serverId: id, first: 10, ...asked });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
});
