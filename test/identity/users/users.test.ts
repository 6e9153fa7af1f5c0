import { startApp, type TestApp } from '../../support/app.js';
import { client } from '../../support/graphql.js';
import {
  seedApiToken,
  seedAccount,
  seedOAuth2Server,
  seedSignedInUser,
  seedUser,
} from '../../support/seed.js';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const updateUser = `mutation ($id: ID!, $input: UpdateUserInput!) {
  updateUser(id: $id, input: $input) { user { id email displayName role disabledAt } }
}`;
const createUser =
  'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id email displayName role } } }';
const createSignInLink =
  'mutation ($id: ID!) { createSignInLink(userId: $id) { signInLink { url expiresAt } user { id } } }';

const enabledAdministrators = async () =>
  (await app.sql(`select id from users where role = 'ADMIN' and disabled_at is null`)).length;

describe('the last enabled administrator', () => {
  it('remains when two administrators demote each other at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      await app.sql(`update users set role = 'MEMBER'`);
      const [one, two] = await Promise.all([
        seedSignedInUser(app, { role: 'ADMIN' }),
        seedSignedInUser(app, { role: 'ADMIN' }),
      ]);
      const demote = { role: 'MEMBER' };
      const answers = await Promise.all([
        one.graphql.query(updateUser, { id: two.id, input: demote }),
        two.graphql.query(updateUser, { id: one.id, input: demote }),
      ]);
      expect(answers.filter(({ errors }) => !errors)).toHaveLength(1);
      expect(await enabledAdministrators()).toBe(1);
    }
  });

  it('remains when five administrators disable one another at the same moment', async () => {
    const admins = await Promise.all(
      Array.from({ length: 5 }, () => seedSignedInUser(app, { role: 'ADMIN' })),
    );
    await Promise.all(
      admins.map(({ graphql }, i) =>
        graphql.query(updateUser, { id: admins[(i + 1) % 5]?.id, input: { disabled: true } }),
      ),
    );
    expect(await enabledAdministrators()).toBe(1);
  });

  it.each([{ role: 'MEMBER' }, { disabled: true }, { disabled: true, role: 'MEMBER' }])(
    'cannot be changed by %j',
    async (input) => {
      const admin = await seedSignedInUser(app, { role: 'ADMIN' });
      const disabled = await seedUser(app, { role: 'ADMIN' });
      await app.sql('update users set disabled_at = now() where id = $1', [disabled.id]);
      const { extensions, message } = await admin.graphql.error(updateUser, { id: admin.id, input });
      expect(extensions.code).toBe('CONFLICT');
      expect(message).toContain('last enabled administrator');
      expect(await admin.graphql.data('{ viewer { role } }')).toEqual({ viewer: { role: 'ADMIN' } });
    },
  );
});

describe('disabling a user', () => {
  it('revokes their sessions, tokens and links at once, and enabling restores none', async () => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const member = await seedSignedInUser(app);
    const token = await seedApiToken(app, member.email);
    const link = await admin.graphql.data<{ createSignInLink: { signInLink: { url: string } } }>(
      createSignInLink,
      {
        id: member.id,
      },
    );
    const change = (disabled: boolean) =>
      admin.graphql.data(updateUser, { id: member.id, input: { disabled } });
    expect(await change(true)).toMatchObject({ updateUser: { user: { disabledAt: expect.any(String) } } });
    const viewer = '{ viewer { id } }';
    const refused = async () => {
      expect((await member.graphql.query(viewer)).status).toBe(401);
      expect((await client(app, { token }).query(viewer)).status).toBe(401);
      expect((await fetch(link.createSignInLink.signInLink.url)).status).toBe(404);
    };
    await refused();
    expect(await change(false)).toMatchObject({ updateUser: { user: { disabledAt: null } } });
    await refused();
    expect(await admin.graphql.data(createSignInLink, { id: member.id })).toMatchObject({
      createSignInLink: { user: { id: member.id } },
    });
  });

  it('drops their accounts and no other user’s', async () => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const [member, other] = [await seedUser(app), await seedUser(app)];
    const { id: serverId } = await seedOAuth2Server(app);
    await seedAccount(app, { userId: member.id, serverId });
    await seedAccount(app, { userId: other.id, serverId });
    await admin.graphql.data(updateUser, { id: member.id, input: { disabled: true } });
    expect(await app.sql('select user_id from mcp_server_user_tokens')).toEqual([{ user_id: other.id }]);
  });

  it('prevents new sign-in links', async () => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const member = await seedUser(app);
    await admin.graphql.data(updateUser, { id: member.id, input: { disabled: true } });
    const { extensions } = await admin.graphql.error(createSignInLink, { id: member.id });
    expect(extensions.code).toBe('CONFLICT');
  });

  it('a second time does not change the time of disabling', async () => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const member = await seedUser(app);
    const disable = () => admin.graphql.data(updateUser, { id: member.id, input: { disabled: true } });
    expect(await disable()).toEqual(await disable());
  });
});

describe('an update that changes nothing', () => {
  const events = (id: string) =>
    app.sql<{ changed_fields: string[] }>(
      `select changed_fields from audit_events where subject_id = $1 and action like 'USER_%' order by id offset 1`,
      [id],
    );
  const updatedAt = async (id: string) =>
    (await app.sql<{ updated_at: Date }>('select updated_at from users where id = $1', [id]))[0]?.updated_at;

  it.each([
    ['no field', {}],
    ['the stored values', { displayName: ' Ada ', role: 'MEMBER', disabled: false }],
  ])('of %s writes and records nothing', async (_what, input) => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const { id } = await seedUser(app, { displayName: 'Ada' });
    const before = await updatedAt(id);
    expect(await admin.graphql.data(updateUser, { id, input })).toMatchObject({
      updateUser: { user: { id, displayName: 'Ada', role: 'MEMBER', disabledAt: null } },
    });
    expect(await updatedAt(id)).toEqual(before);
    expect(await events(id)).toEqual([]);
  });

  it('of a disabled user who is disabled again writes and records nothing', async () => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const { id } = await seedUser(app);
    const disable = () => admin.graphql.data(updateUser, { id, input: { disabled: true } });
    await disable();
    const before = await updatedAt(id);
    await disable();
    expect(await updatedAt(id)).toEqual(before);
    expect(await events(id)).toEqual([{ changed_fields: ['disabled'] }]);
  });

  it('names only the fields that change', async () => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const { id } = await seedUser(app, { displayName: 'Ada' });
    await admin.graphql.data(updateUser, { id, input: { displayName: 'Ada', role: 'ADMIN' } });
    expect(await events(id)).toEqual([{ changed_fields: ['role'] }]);
  });

  it.each([
    ['equal updates are recorded once', () => 'Eve', 1],
    ['different updates are recorded each', (n: number) => `Eve ${n}`, 6],
  ])('of several at once: %s', async (_what, name, recorded) => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const { id } = await seedUser(app, { displayName: 'Ada' });
    const update = (n: number) => admin.graphql.data(updateUser, { id, input: { displayName: name(n) } });
    await Promise.all(Array.from({ length: 6 }, (_, n) => update(n)));
    expect(await events(id)).toHaveLength(recorded);
  });
});

describe('an administrator', () => {
  it('creates a user, whose role change takes effect with the next request', async () => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const { createUser: made } = await admin.graphql.data<{ createUser: { user: { id: string } } }>(
      createUser,
      {
        input: { email: 'Ada@Example.com', displayName: ' Ada ' },
      },
    );
    const created = made.user;
    expect(created).toMatchObject({ email: 'ada@example.com', displayName: 'Ada', role: 'MEMBER' });
    const { token } = await app.authentication.createSession(created.id);
    const ada = client(app, { session: token });
    expect((await ada.error('{ users { edges { node { id } } } }')).extensions.code).toBe('FORBIDDEN');
    await admin.graphql.data(updateUser, { id: created.id, input: { role: 'ADMIN' } });
    expect(await ada.data('{ users { edges { node { email } } } }')).toMatchObject({
      users: { edges: { length: 2 } },
    });
  });

  it('lists all users by name, ignoring case, disabled ones included', async () => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN', displayName: 'Bea' });
    const charles = await seedUser(app, { displayName: 'charles' });
    await seedUser(app, { displayName: 'ada' });
    await admin.graphql.data(updateUser, { id: charles.id, input: { disabled: true } });
    const { users } = await admin.graphql.data<{ users: { edges: { node: { displayName: string } }[] } }>(
      '{ users { edges { node { displayName } } } }',
    );
    expect(users.edges.map(({ node }) => node.displayName)).toEqual(['ada', 'Bea', 'charles']);
  });

  it('keeps omitted fields in an update', async () => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN', displayName: 'Before' });
    const { updateUser: after } = await admin.graphql.data<{ updateUser: { user: object } }>(updateUser, {
      id: admin.id,
      input: { displayName: 'After' },
    });
    expect(after.user).toEqual({
      id: admin.id,
      email: admin.email,
      displayName: 'After',
      role: 'ADMIN',
      disabledAt: null,
    });
  });

  it('gets a list of all mistakes', async () => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const create = await admin.graphql.error(createUser, { input: { email: 'nobody', displayName: ' ' } });
    expect(create.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(create.extensions.fields?.map(({ path }) => path)).toEqual(['input.email', 'input.displayName']);
    const update = await admin.graphql.error(updateUser, {
      id: admin.id,
      input: { displayName: 'x'.repeat(201), role: null, disabled: null },
    });
    expect(update.extensions.fields?.map(({ path }) => path).sort()).toEqual([
      'input.disabled',
      'input.displayName',
      'input.role',
    ]);
  });

  it('gets an error for a taken email address and for an unknown user', async () => {
    const admin = await seedSignedInUser(app, { role: 'ADMIN' });
    const taken = await admin.graphql.error(createUser, { input: { email: admin.email.toUpperCase() } });
    expect(taken.extensions.code).toBe('CONFLICT');
    const id = '00000000-0000-7000-8000-000000000000';
    const update = await admin.graphql.error(updateUser, { id, input: { role: 'MEMBER' } });
    expect(update.extensions.code).toBe('NOT_FOUND');
    expect((await admin.graphql.error(createSignInLink, { id })).extensions.code).toBe('NOT_FOUND');
  });

  it.each(['READ', 'USE'] as const)('with a %s token has no administrator rights', async (scope) => {
    const admin = await seedUser(app, { role: 'ADMIN' });
    const narrow = client(app, { token: await seedApiToken(app, admin.email, scope) });
    for (const [operation, variables] of [
      ['{ users { edges { node { id } } } }', {}],
      [createUser, { input: { email: 'a@b' } }],
      [updateUser, { id: admin.id, input: {} }],
      [createSignInLink, { id: admin.id }],
    ] as const) {
      expect((await narrow.error(operation, variables)).extensions.code).toBe('FORBIDDEN');
    }
  });
});
