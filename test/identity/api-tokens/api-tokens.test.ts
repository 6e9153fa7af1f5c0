import { startApp, type TestApp } from '../../support/app.js';
import { client } from '../../support/graphql.js';
import { seedApiToken, seedSignedInUser } from '../../support/seed.js';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

interface Created {
  createApiToken: { token: string; apiToken: { id: string; scope: string; expiresAt: string } };
}

const create = `mutation ($input: CreateApiTokenInput!) {
  createApiToken(input: $input) { token apiToken { id name scope createdAt lastUsedAt expiresAt } }
}`;
const revoke = 'mutation ($id: ID!) { revokeApiToken(id: $id) { deletedApiTokenId } }';
const list = '{ apiTokens { id name scope lastUsedAt expiresAt } }';
const viewer = '{ viewer { email } }';

describe('an API token', () => {
  it('is shown once, works until it is revoked, and is never stored in plain text', async () => {
    const user = await seedSignedInUser(app);
    const { createApiToken } = await user.graphql.data<Created>(create, {
      input: { name: ' nightly job ' },
    });
    expect(createApiToken.apiToken).toMatchObject({ name: 'nightly job', scope: 'USE', lastUsedAt: null });
    const days = (Date.parse(createApiToken.apiToken.expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(90, 2);
    const bearer = client(app, { token: createApiToken.token });
    expect(await bearer.data(viewer)).toEqual({ viewer: { email: user.email } });
    const listed = await user.graphql.query(list);
    expect(listed.data).toMatchObject({
      apiTokens: [{ id: createApiToken.apiToken.id, name: 'nightly job' }],
    });
    expect(listed.text).not.toContain(createApiToken.token);
    expect(JSON.stringify(await app.sql('select * from access_tokens'))).not.toContain(createApiToken.token);
    expect(JSON.stringify(app.logs)).not.toContain(createApiToken.token);
    const { id } = createApiToken.apiToken;
    expect(await user.graphql.data(revoke, { id })).toEqual({ revokeApiToken: { deletedApiTokenId: id } });
    expect((await bearer.query(viewer)).status).toBe(401);
    expect(await user.graphql.data(list)).toEqual({ apiTokens: [] });
    expect((await user.graphql.error(revoke, { id })).extensions.code).toBe('NOT_FOUND');
  });

  it('can create and revoke tokens only with the scope ADMIN', async () => {
    const user = await seedSignedInUser(app, { role: 'ADMIN' });
    for (const scope of ['READ', 'USE'] as const) {
      const narrow = client(app, { token: await seedApiToken(app, user.email, scope) });
      const input = { name: 'wider', scope: 'ADMIN' };
      expect((await narrow.error(create, { input })).extensions.code).toBe('FORBIDDEN');
      expect((await narrow.error(revoke, { id: user.id })).extensions.code).toBe('FORBIDDEN');
    }
    const full = client(app, { token: await seedApiToken(app, user.email, 'ADMIN') });
    const { createApiToken } = await full.data<Created>(create, {
      input: { name: 'another', scope: 'READ' },
    });
    expect(createApiToken.apiToken.scope).toBe('READ');
  });

  it('can be listed and revoked by its owner only, not even by an administrator', async () => {
    const [owner, admin] = [await seedSignedInUser(app), await seedSignedInUser(app, { role: 'ADMIN' })];
    const { createApiToken } = await owner.graphql.data<Created>(create, { input: { name: 'mine' } });
    expect(await admin.graphql.data(list)).toEqual({ apiTokens: [] });
    const { id } = createApiToken.apiToken;
    expect((await admin.graphql.error(revoke, { id })).extensions.code).toBe('NOT_FOUND');
    expect((await client(app, { token: createApiToken.token }).query(viewer)).status).toBe(200);
  });

  it('is never a session, so revokeApiToken refuses a session’s id', async () => {
    const user = await seedSignedInUser(app);
    const [row] = await app.sql<{ id: string }>('select id from access_tokens where user_id = $1', [user.id]);
    expect((await user.graphql.error(revoke, { id: row?.id })).extensions.code).toBe('NOT_FOUND');
    expect((await user.graphql.query(viewer)).status).toBe(200);
  });

  it('is refused with a list of all mistakes', async () => {
    const user = await seedSignedInUser(app);
    const past = { name: '', expiresAt: '2020-01-01T00:00:00.000Z' };
    const far = { name: 'x'.repeat(101), expiresAt: new Date(Date.now() + 367 * 86_400_000).toISOString() };
    for (const input of [past, far]) {
      const { extensions } = await user.graphql.error(create, { input });
      expect(extensions.code).toBe('BAD_USER_INPUT');
      expect(extensions.fields?.map(({ path }) => path)).toEqual(['input.name', 'input.expiresAt']);
    }
  });
});

describe('signOut', () => {
  it('ends the viewer’s session and no other', async () => {
    const user = await seedSignedInUser(app);
    const other = client(app, { session: (await app.authentication.createSession(user.id)).token });
    expect(await user.graphql.data('mutation { signOut { signedOut } }')).toEqual({
      signOut: { signedOut: true },
    });
    expect((await user.graphql.query(viewer)).status).toBe(401);
    expect((await other.query(viewer)).status).toBe(200);
  });

  it('refuses API tokens and does not revoke them', async () => {
    const user = await seedSignedInUser(app);
    const bearer = client(app, { token: await seedApiToken(app, user.email, 'ADMIN') });
    expect((await bearer.error('mutation { signOut { signedOut } }')).extensions.code).toBe('FORBIDDEN');
    expect((await bearer.query(viewer)).status).toBe(200);
  });
});
