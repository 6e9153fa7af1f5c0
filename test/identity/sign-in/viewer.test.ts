import type { ApiTokenScope } from '../../../src/identity/store/access-token.entity.js';
import { startApp, type TestApp } from '../../support/app.js';
import { client } from '../../support/graphql.js';
import { seedApiToken, seedSignedInUser } from '../../support/seed.js';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const query = `{ viewer { __typename id createdAt access {
  kind scope canUseAccounts canConnectAccounts canManageApiTokens canAdminister apiToken { name scope expiresAt }
} } }`;

type Access = { kind: string; apiToken: { name: string } | null } & Record<string, unknown>;

describe.each(['ADMIN', 'MEMBER'] as const)('the access of a viewer with the role %s', (role) => {
  it.each<[ApiTokenScope | null, string]>([
    [null, 'use connect manage'],
    ['READ', ''],
    ['USE', 'use'],
    ['ADMIN', 'use manage'],
  ])('with the scope %s says what the credential permits', async (scope, permits) => {
    const user = await seedSignedInUser(app, { role });
    const graphql = scope ? client(app, { token: await seedApiToken(app, user.email, scope) }) : user.graphql;
    const { viewer } = await graphql.data<{ viewer: { access: Access } }>(query);
    expect(viewer).toEqual({
      __typename: 'User',
      id: user.id,
      createdAt: user.createdAt.toISOString(),
      access: {
        kind: scope ? 'API_TOKEN' : 'SESSION',
        scope,
        canUseAccounts: permits.includes('use'),
        canConnectAccounts: permits.includes('connect'),
        canManageApiTokens: permits.includes('manage'),
        canAdminister: role === 'ADMIN' && permits.includes('manage'),
        apiToken: scope && { name: `${scope} for a test`, scope, expiresAt: expect.any(String) as string },
      },
    });
  });
});

it('the access of every other user is null', async () => {
  const admin = await seedSignedInUser(app, { role: 'ADMIN' });
  const { users } = await admin.graphql.data<{
    users: { edges: { node: { id: string; access: unknown } }[] };
  }>('{ users(first: 200) { edges { node { id access { kind } } } } }');
  expect(users.edges.length).toBeGreaterThan(1);
  for (const { node } of users.edges) {
    expect(node.access).toEqual(node.id === admin.id ? { kind: 'SESSION' } : null);
  }
});
