import { randomUUID } from 'node:crypto';
import { Browser } from '../support/browser/browser.js';
import { startIdentityProvider, type IdentityProvider } from '../support/oauth/identity-provider.js';
import { seedSession, seedUser } from '../support/seed.js';
import {
  begin,
  connect,
  createServer,
  disconnect,
  startWorld,
  visit,
  withParams,
  type World,
} from '../accounts/world.js';

interface Event {
  action: string;
  actor_kind: string;
  actor_email: string;
  credential: string | null;
  credential_id: string | null;
  credential_name: string;
  subject_type: string;
  subject_id: string | null;
  subject_name: string;
  affected_user_email: string;
  changed_fields: string[];
  detail: Record<string, unknown>;
}

let provider: IdentityProvider;
let world: World;

beforeAll(async () => {
  provider = await startIdentityProvider();
  world = await startWorld({ app: { oidc: provider.settings({ allowedDomains: ['example.com'] }) } });
  await provider.register(world.app);
});
afterAll(async () => {
  await world.close();
  await provider.close();
});

/** Returns the events that `work` records, oldest first. */
async function recordedBy(work: () => Promise<unknown>): Promise<Event[]> {
  const all = 'select * from audit_events order by occurred_at, id';
  const before = new Set((await world.app.sql<Event & { id: string }>(all)).map(({ id }) => id));
  await work();
  return (await world.app.sql<Event & { id: string }>(all)).filter(({ id }) => !before.has(id));
}

const ask = (document: string, variables: Record<string, unknown>, who = world.admin) =>
  who.graphql.data<Record<string, never>>(document, variables);
const update = `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
  updateMcpServerConfig(id: $id, input: $input) { server { id } } }`;
const preview = `query ($id: ID!, $input: UpdateMcpServerConfigInput!) {
  previewMcpServerConfigUpdate(id: $id, input: $input) { changedFields } }`;
const create = `mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { id } } }`;
const slug = () => `s-${randomUUID().slice(0, 8)}`;
const open = () => ({ slug: slug(), displayName: 'Open', url: world.mcp.url });
const byAdmin = () => ({
  actor_kind: 'USER',
  actor_email: world.admin.email,
  credential: 'SESSION',
});

describe('sign-in and sign-out', () => {
  async function newLink(email: string): Promise<{ path: string; events: Event[] }> {
    const user = (await world.app.sql<{ id: string }>('select id from users where email = $1', [email]))[0];
    let url = '';
    const events = await recordedBy(async () => {
      const { createSignInLink } = await world.admin.graphql.data<{
        createSignInLink: { signInLink: { url: string } };
      }>('mutation ($userId: ID!) { createSignInLink(userId: $userId) { signInLink { url } } }', {
        userId: user?.id,
      });
      ({ url } = createSignInLink.signInLink);
    });
    return { path: new URL(url).pathname, events };
  }

  it('records the creation, the use and the refused reuse of a sign-in link', async () => {
    const { email } = await seedUser(world.app);
    const { path, events: made } = await newLink(email);
    expect(made).toEqual([
      expect.objectContaining({
        ...byAdmin(),
        action: 'SIGN_IN_LINK_CREATED',
        subject_type: 'SIGN_IN_LINK',
        affected_user_email: email,
      }),
    ]);
    const link = { actor_email: email, credential: 'SIGN_IN_LINK', credential_id: made[0]?.subject_id };
    expect(await recordedBy(() => new Browser(world.app).get(path))).toEqual([]);
    expect(await recordedBy(() => new Browser(world.app).post(path))).toEqual([
      expect.objectContaining({ ...link, action: 'SIGNED_IN', subject_type: 'SESSION' }),
    ]);
    expect(await recordedBy(() => new Browser(world.app).post(path))).toEqual([
      expect.objectContaining({ ...link, action: 'SIGN_IN_REFUSED', detail: { reason: 'LINK_USED' } }),
    ]);
    expect(await recordedBy(() => new Browser(world.app).post('/auth/link/unknown'))).toEqual([]);
  });

  it('records one sign-in for twenty simultaneous uses of a link', async () => {
    const { email } = await seedUser(world.app);
    const { path } = await newLink(email);
    const events = await recordedBy(() =>
      Promise.all(Array.from({ length: 20 }, () => new Browser(world.app).post(path))),
    );
    expect(events.filter(({ action }) => action === 'SIGNED_IN')).toHaveLength(1);
    expect(events.filter(({ action }) => action === 'SIGN_IN_REFUSED')).toHaveLength(19);
  });

  it('records the session that another sign-in replaces, and a sign-out', async () => {
    const [first, second] = [await seedUser(world.app), await seedUser(world.app)];
    const browser = new Browser(world.app, { session: await seedSession(world.app, first.id) });
    const { path } = await newLink(second.email);
    expect(await recordedBy(() => browser.post(path))).toEqual([
      expect.objectContaining({ action: 'SIGNED_IN', affected_user_email: second.email }),
      expect.objectContaining({
        action: 'SIGNED_OUT',
        affected_user_email: first.email,
        actor_email: second.email,
      }),
    ]);
    expect(await recordedBy(() => browser.post('/auth/sign-out'))).toEqual([
      expect.objectContaining({ action: 'SIGNED_OUT', actor_email: second.email, credential: 'SESSION' }),
    ]);
    expect(await recordedBy(() => browser.post('/auth/sign-out'))).toEqual([]);
  });

  it('records new users, sign-ins and refused sign-ins with the identity provider', async () => {
    const signIn = async (login: string) => {
      const browser = new Browser(world.app);
      const { location } = await browser.get('/auth/oidc/start');
      return browser.get(await provider.approve(location ?? '', login));
    };
    const ida = { email: 'ida@example.com', email_verified: true, name: 'Ida' };
    provider.setClaims('ida', ida);
    const byProvider = {
      actor_email: ida.email,
      credential: 'IDENTITY_PROVIDER',
      affected_user_email: ida.email,
    };
    expect(await recordedBy(() => signIn('ida'))).toEqual([
      expect.objectContaining({ ...byProvider, action: 'USER_CREATED', detail: { role: 'MEMBER' } }),
      expect.objectContaining({ ...byProvider, action: 'SIGNED_IN' }),
    ]);
    expect(await recordedBy(() => signIn('ida'))).toEqual([
      expect.objectContaining({ ...byProvider, action: 'SIGNED_IN' }),
    ]);
    provider.setClaims('ida', { ...ida, email: 'ida@elsewhere.com' });
    expect(await recordedBy(() => signIn('ida'))).toEqual([
      expect.objectContaining({
        ...byProvider,
        action: 'SIGN_IN_REFUSED',
        detail: { reason: 'NOT_ALLOWED' },
      }),
    ]);
    provider.setClaims('ida', ida);
    await world.app.sql('update users set disabled_at = now() where email = $1', [ida.email]);
    expect(await recordedBy(() => signIn('ida'))).toEqual([
      expect.objectContaining({
        ...byProvider,
        action: 'SIGN_IN_REFUSED',
        detail: { reason: 'USER_DISABLED' },
      }),
    ]);
    const { email } = await seedUser(world.app, { email: `linked-${randomUUID()}@example.com` });
    provider.setClaims('linked', { email, email_verified: true });
    expect(await recordedBy(() => signIn('linked'))).toEqual([
      expect.objectContaining({
        action: 'USER_UPDATED',
        actor_email: email,
        changed_fields: ['oidcIssuer', 'oidcSubject'],
      }),
      expect.objectContaining({ action: 'SIGNED_IN', actor_email: email }),
    ]);
  });
});

describe('a user', () => {
  const updateUser =
    'mutation ($id: ID!, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { user { id } } }';

  it('is recorded when created, changed, disabled and enabled', async () => {
    const email = `p-${randomUUID()}@example.com`;
    const createUser = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }';
    const [made, ...more] = await recordedBy(() => ask(createUser, { input: { email } }));
    expect(more).toEqual([]);
    const about = { subject_type: 'USER', subject_name: email, affected_user_email: email };
    expect(made).toMatchObject({
      ...byAdmin(),
      ...about,
      action: 'USER_CREATED',
      detail: { role: 'MEMBER' },
    });
    const id = made?.subject_id ?? '';
    expect(await recordedBy(() => ask(updateUser, { id, input: { role: 'ADMIN' } }))).toEqual([
      expect.objectContaining({
        ...byAdmin(),
        ...about,
        action: 'USER_UPDATED',
        changed_fields: ['role'],
        detail: { role: 'ADMIN' },
      }),
    ]);
    await seedSession(world.app, id);
    const input = { disabled: true, displayName: 'Gone' };
    expect(await recordedBy(() => ask(updateUser, { id, input }))).toEqual([
      expect.objectContaining({
        ...about,
        action: 'USER_DISABLED',
        changed_fields: ['displayName', 'disabled'],
        detail: { sessions: 1, apiTokens: 0, signInLinks: 0, disconnected: 0 },
      }),
    ]);
    expect(await recordedBy(() => ask(updateUser, { id, input: { disabled: false } }))).toEqual([
      expect.objectContaining({ ...about, action: 'USER_ENABLED', changed_fields: ['disabled'] }),
    ]);
  });

  it('is recorded once when twenty requests create the same user at once', async () => {
    const input = { email: `race-${randomUUID()}@example.com` };
    const createUser = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }';
    const events = await recordedBy(() =>
      Promise.all(Array.from({ length: 20 }, () => world.admin.graphql.query(createUser, { input }))),
    );
    expect(events.map(({ action }) => action)).toEqual(['USER_CREATED']);
  });

  it('has their API tokens recorded, and the actions that use one', async () => {
    const createApiToken =
      'mutation { createApiToken(input: { name: "ci", scope: ADMIN }) { token apiToken { id } } }';
    let made: { token: string; apiToken: { id: string } } | undefined;
    const token = { subject_type: 'API_TOKEN', subject_name: 'ci', affected_user_email: world.admin.email };
    const events = await recordedBy(async () => {
      const data = await world.admin.graphql.data<{ createApiToken: NonNullable<typeof made> }>(
        createApiToken,
      );
      made = data.createApiToken;
    });
    expect(events).toEqual([
      expect.objectContaining({
        ...byAdmin(),
        ...token,
        action: 'API_TOKEN_CREATED',
        detail: { scope: 'ADMIN' },
      }),
    ]);
    const asToken = await recordedBy(() =>
      fetch(`${world.app.url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${made?.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query: create, variables: { input: open() } }),
      }),
    );
    expect(asToken).toEqual([
      expect.objectContaining({
        action: 'MCP_SERVER_CONFIG_CREATED',
        actor_email: world.admin.email,
        credential: 'API_TOKEN',
        credential_id: made?.apiToken.id,
        credential_name: 'ci',
      }),
    ]);
    const revoke = 'mutation ($id: ID!) { revokeApiToken(id: $id) { deletedApiTokenId } }';
    const id = made?.apiToken.id;
    expect(await recordedBy(() => ask(revoke, { id }))).toEqual([
      expect.objectContaining({ ...byAdmin(), ...token, action: 'API_TOKEN_REVOKED' }),
    ]);
    expect(await recordedBy(() => world.admin.graphql.query(revoke, { id }))).toEqual([]);
  });
});

describe('a server', () => {
  it('is recorded when created, edited and deleted, by field names without values', async () => {
    const secret = `s3cret-${randomUUID()}`;
    const input = { ...open(), authType: 'API_KEY', apiKeyValue: secret };
    const [made, ...more] = await recordedBy(() => ask(create, { input }));
    expect(more).toEqual([]);
    const about = { subject_type: 'MCP_SERVER_CONFIG', subject_name: 'Open' };
    expect(made).toMatchObject({ ...byAdmin(), ...about, action: 'MCP_SERVER_CONFIG_CREATED' });
    expect(made?.changed_fields.toSorted()).toEqual(
      [
        'apiKeyHeader',
        'apiKeyValue',
        'authType',
        'availability',
        'displayName',
        'slug',
        'transport',
        'url',
      ].toSorted(),
    );
    const id = made?.subject_id ?? '';
    const edit = { description: 'Better', enabled: true, apiKeyValue: `${secret}-2` };
    const edited = await recordedBy(() => ask(update, { id, input: edit }));
    expect(edited).toEqual([
      expect.objectContaining({
        ...byAdmin(),
        ...about,
        action: 'MCP_SERVER_CONFIG_UPDATED',
        changed_fields: ['description', 'enabled', 'apiKeyValue'],
        detail: { disconnected: 0 },
      }),
    ]);
    const cleared = await recordedBy(() => ask(update, { id, input: { authType: 'NONE' } }));
    expect(cleared[0]?.changed_fields.toSorted()).toEqual(['apiKeyHeader', 'apiKeyValue', 'authType']);
    const gone = await recordedBy(() =>
      ask('mutation ($id: ID!) { deleteMcpServerConfig(id: $id) { deletedServerId } }', { id }),
    );
    expect(gone).toEqual([
      expect.objectContaining({
        ...byAdmin(),
        ...about,
        action: 'MCP_SERVER_CONFIG_DELETED',
        subject_id: id,
      }),
    ]);
    expect(JSON.stringify([made, edited, cleared, gone])).not.toContain(secret);
  });

  it('records no event for a refused change, a preview or a failed discovery', async () => {
    const id = await createServer(world);
    const [server] = await world.app.sql<{ slug: string }>(
      'select slug from mcp_server_configs where id = $1',
      [id],
    );
    const attempts: (() => Promise<unknown>)[] = [
      () => world.admin.graphql.query(create, { input: { ...open(), slug: server?.slug } }),
      () => world.admin.graphql.query(create, { input: { ...open(), url: 'no url' } }),
      () =>
        world.admin.graphql.query(create, {
          input: { ...open(), url: 'http://127.0.0.1:9/', authType: 'OAUTH2' },
        }),
      () => ask(preview, { id, input: { displayName: 'Tried' } }),
      () => world.admin.graphql.query(update, { id, input: { displayName: 'Stale', version: 77 } }),
      () => world.member.graphql.query(update, { id, input: { displayName: 'Not mine' } }),
    ];
    for (const attempt of attempts) expect(await recordedBy(attempt)).toEqual([]);
  });

  it('is recorded once when twenty requests create it at once', async () => {
    const input = { ...open(), authType: 'OAUTH2' };
    const events = await recordedBy(() =>
      Promise.all(Array.from({ length: 20 }, () => world.admin.graphql.query(create, { input }))),
    );
    expect(events.map(({ action }) => action)).toEqual(['MCP_SERVER_CONFIG_CREATED']);
    expect(events[0]?.changed_fields).toEqual(expect.arrayContaining(['oauth2ClientId', 'oauth2Issuer']));
  });

  it('records changed compatibility settings in an event of their own', async () => {
    const id = await createServer(world);
    const input = { oauth2Compatibility: { pkce: 'ASSUME_S256' } };
    expect(await recordedBy(() => ask(update, { id, input }))).toEqual([
      expect.objectContaining({
        action: 'MCP_SERVER_CONFIG_UPDATED',
        changed_fields: ['oauth2Compatibility'],
      }),
      expect.objectContaining({
        ...byAdmin(),
        action: 'MCP_SERVER_COMPATIBILITY_UPDATED',
        changed_fields: ['pkce'],
      }),
    ]);
  });

  it('is recorded when its client is registered again', async () => {
    const id = await createServer(world);
    const register = 'mutation ($id: ID!) { registerMcpServerOAuth2Client(id: $id) { server { id } } }';
    expect(await recordedBy(() => ask(register, { id }))).toEqual([
      expect.objectContaining({
        ...byAdmin(),
        action: 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED',
        changed_fields: expect.arrayContaining(['oauth2ClientId']),
        detail: { disconnected: 0 },
      }),
    ]);
  });
});

describe('a connected account', () => {
  const own = () => ({
    actor_email: world.member.email,
    affected_user_email: world.member.email,
    subject_id: world.serverId,
    subject_name: 'Notes',
  });

  it('is recorded when connected, refused, disconnected by its user and by an administrator', async () => {
    const { member, serverId, app } = world;
    expect(await recordedBy(() => connect(world, member))).toEqual([
      expect.objectContaining({ ...own(), action: 'MCP_SERVER_CONNECTED' }),
    ]);
    expect(await recordedBy(() => disconnect(member, serverId))).toEqual([
      expect.objectContaining({ ...own(), action: 'MCP_SERVER_DISCONNECTED' }),
    ]);
    expect(await recordedBy(() => disconnect(member, serverId))).toEqual([]);
    const denied = await recordedBy(async () => {
      const callback = await world.provider.approve(await begin(world, member));
      await visit(app, member, withParams(callback, { code: null, error: 'access_denied' }));
    });
    expect(denied).toEqual([
      expect.objectContaining({
        ...own(),
        action: 'MCP_SERVER_CONNECT_FAILED',
        detail: { code: 'FORBIDDEN', denied: true },
      }),
    ]);
    await connect(world, member);
    const one =
      'mutation ($s: ID!, $u: ID!) { disconnectUserFromMcpServer(id: $s, userId: $u) { disconnectedCount } }';
    expect(await recordedBy(() => ask(one, { s: serverId, u: member.id }))).toEqual([
      expect.objectContaining({ ...own(), ...byAdmin(), action: 'USER_DISCONNECTED' }),
    ]);
    await connect(world, member);
    const all = 'mutation ($s: ID!) { disconnectAllFromMcpServer(id: $s) { disconnectedCount } }';
    expect(await recordedBy(() => ask(all, { s: serverId }))).toEqual([
      expect.objectContaining({
        ...byAdmin(),
        action: 'ALL_DISCONNECTED',
        affected_user_email: '',
        detail: { disconnected: 1 },
      }),
    ]);
  });

  it('is counted when an edit of the server ends it', async () => {
    await connect(world, world.member);
    const input = { oauth2RevocationUrl: null };
    const [event] = await recordedBy(() => ask(update, { id: world.serverId, input }));
    expect(event).toMatchObject({ action: 'MCP_SERVER_CONFIG_UPDATED', detail: { disconnected: 1 } });
  });
});

test('no action is performed if its event cannot be recorded', async () => {
  const { app, admin, member } = world;
  const id = await createServer(world);
  await connect(world, member, id);
  await app.sql(`create function refuse() returns trigger as $$ begin raise 'full'; end $$ language plpgsql`);
  await app.sql('create trigger refuse before insert on audit_events execute function refuse()');
  const tables = [
    'users',
    'access_tokens',
    'mcp_server_configs',
    'mcp_server_user_tokens',
    'oauth2_revocations',
  ];
  // The times of last use are written once a minute.
  const state = () =>
    Promise.all(
      tables.map((table) =>
        app.sql(`select to_jsonb(t) - 'last_used_at' as row from ${table} t order by t.id`),
      ),
    );
  try {
    const before = await state();
    const mutations: [string, Record<string, unknown>?][] = [
      [
        'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
        { input: { email: 'x@example.com' } },
      ],
      [
        'mutation ($id: ID!) { updateUser(id: $id, input: { disabled: true }) { user { id } } }',
        { id: member.id },
      ],
      ['mutation { createApiToken(input: { name: "x" }) { token } }'],
      ['mutation ($id: ID!) { createSignInLink(userId: $id) { signInLink { url } } }', { id: member.id }],
      ['mutation { signOut { signedOut } }'],
      [create, { input: open() }],
      [create, { input: { ...open(), authType: 'OAUTH2' } }],
      [update, { id, input: { description: 'Unrecorded' } }],
      ['mutation ($id: ID!) { registerMcpServerOAuth2Client(id: $id) { server { id } } }', { id }],
      ['mutation ($id: ID!) { disconnectAllFromMcpServer(id: $id) { revokedCount } }', { id }],
      ['mutation ($id: ID!) { deleteMcpServerConfig(id: $id) { deletedServerId } }', { id }],
    ];
    for (const [mutation, variables] of mutations) {
      const { errors } = await admin.graphql.query(mutation, variables);
      expect([mutation, errors?.[0]?.extensions.code]).toEqual([mutation, 'INTERNAL_SERVER_ERROR']);
    }
    await member.graphql.error('mutation ($id: ID!) { disconnectMcpServer(id: $id) { revoked } }', { id });
    expect(await state()).toEqual(before);
  } finally {
    await app.sql('drop trigger refuse on audit_events');
  }
});
