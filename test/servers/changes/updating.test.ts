import { randomUUID } from 'node:crypto';
import { seedAccount, seedOAuth2Server, seedUser } from '../../support/seed.js';
import { minimal, startCatalogue, type Catalogue } from '../catalogue.js';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await startCatalogue();
});
afterAll(() => catalogue.close());

type Input = Record<string, unknown>;

const manual: Input = {
  authType: 'OAUTH2',
  oauth2ClientId: 'client',
  oauth2ClientSecret: 'secret',
  oauth2AuthUrl: 'https://auth.example.com/authorize',
  oauth2TokenUrl: 'https://auth.example.com/token',
  oauth2RevocationUrl: 'https://auth.example.com/revoke',
  oauth2Issuer: 'https://auth.example.com',
  oauth2Scopes: 'read',
  enabled: true,
};

/** Seeds a server as discovery and registration store it, without requests. */
const discovered = (input: Parameters<typeof seedOAuth2Server>[1] = {}) =>
  seedOAuth2Server(catalogue.app, {
    oauth2Registration: 'DYNAMIC',
    oauth2ClientSecret: 'registered secret',
    oauth2TokenAuthMethod: 'client_secret_post',
    oauth2RevocationUrl: 'https://auth.example.com/revoke',
    oauth2Resource: 'https://mcp.example.com/mcp',
    oauth2DiscoveredScopes: 'mcp:tools',
    oauth2Scopes: 'read',
    oauth2AsMetadata: { issuer: 'https://auth.example.com' },
    ...input,
  });

const secretColumns = async (id: string) => {
  const [row] = await catalogue.app.sql<Record<string, string | null>>(
    'select oauth2_client_secret, api_key_value, custom_headers from mcp_server_configs where id = $1',
    [id],
  );
  return row;
};

/** Connects two users to the server, one of them with another authorization in progress. */
async function connectTwo(serverId: string): Promise<void> {
  const { app } = catalogue;
  for (const flow of [true, false]) {
    const { id: userId } = await seedUser(app);
    await seedAccount(app, { userId, serverId });
    if (!flow) continue;
    await app.authentication.createSession(userId);
    await app.sql(
      `insert into oauth2_flows (state_hash, session_id, user_id, mcp_server_config_id, code_verifier, issuer, iss_required,
         authorization_endpoint, token_endpoint, client_id, token_auth_method, redirect_uri, target_origin, created_at, expires_at)
       select $1, t.id, t.user_id, $2, 'sealed', '', false, '', '', '', 'none', '', '', now(), now() + interval '10 minutes'
       from access_tokens t where t.user_id = $3`,
      [randomUUID(), serverId, userId],
    );
  }
}

const left = async (id: string) => {
  const count = async (table: string) => {
    const [row] = await catalogue.app.sql<{ n: number }>(
      `select count(*)::int as n from ${table} where mcp_server_config_id = $1`,
      [id],
    );
    return row?.n;
  };
  return { tokens: await count('mcp_server_user_tokens'), flows: await count('oauth2_flows') };
};

test('an edit keeps omitted fields, including secrets, and increases the version', async () => {
  const before = await catalogue.create(minimal(manual));
  const secrets = await secretColumns(before.id);
  const { server, disconnects, clearedFields } = await catalogue.update(before.id, { displayName: 'New' });
  expect(server).toEqual({
    ...before,
    displayName: 'New',
    version: 2,
    updatedAt: server.updatedAt,
  });
  expect({ disconnects, clearedFields }).toEqual({ disconnects: 0, clearedFields: [] });
  expect(await secretColumns(before.id)).toEqual(secrets);
});

test('an edit records its administrator and time, and keeps those of the creation', async () => {
  const created = await catalogue.create(minimal());
  expect(created).toMatchObject({
    createdBy: { id: catalogue.admin.id },
    updatedBy: { id: catalogue.admin.id },
    version: 1,
  });
  await catalogue.app.sql(
    `update mcp_server_configs set updated_by = null, updated_at = '2000-01-01' where id = $1`,
    [created.id],
  );
  const { server } = await catalogue.update(created.id, { description: 'Edited' });
  expect(server.updatedBy).toEqual({ id: catalogue.admin.id });
  expect(new Date(server.updatedAt as string).getTime()).toBeGreaterThan(Date.now() - 60_000);
  expect(server.createdAt).toBe(created.createdAt);
});

test('a secret is replaced by a string and cleared by null', async () => {
  const { id } = await catalogue.create(minimal(manual));
  const before = await secretColumns(id);
  await catalogue.update(id, { oauth2ClientSecret: 'another' });
  const after = await secretColumns(id);
  expect(after?.oauth2_client_secret).not.toBe(before?.oauth2_client_secret);
  const place = { table: 'mcp_server_configs', column: 'oauth2_client_secret', row: id };
  expect(await catalogue.app.vault.open(after?.oauth2_client_secret ?? '', place)).toBe('another');
  const { server, clearedFields } = await catalogue.update(id, { oauth2ClientSecret: null });
  expect(server.hasOauth2ClientSecret).toBe(false);
  expect(clearedFields).toEqual([]);
});

test('custom headers are replaced as a whole', async () => {
  const headers = (...names: string[]) => names.map((name) => ({ name, value: 'v' }));
  const { id } = await catalogue.create(
    minimal({ authType: 'CUSTOM_HEADERS', customHeaders: headers('X-A', 'X-B') }),
  );
  const { server } = await catalogue.update(id, { customHeaders: headers('X-C') });
  expect(server.customHeaderNames).toEqual(['X-C']);
  const kept = await catalogue.update(id, { description: 'same headers' });
  expect(kept.server.customHeaderNames).toEqual(['X-C']);
});

test('headers of an OAUTH2 server are kept by other edits, replaced as a whole, and removed by an empty list', async () => {
  const headers = [
    { name: 'X-A', value: 'v' },
    { name: 'X-B', value: 'v' },
  ];
  const { id } = await catalogue.create(minimal({ ...manual, customHeaders: headers }));
  for (const input of [
    { url: 'https://elsewhere.example.com/mcp' },
    { oauth2ClientId: 'another' },
    { oauth2ClientSecret: null },
    { oauth2Compatibility: { resource: 'OMIT' } },
  ]) {
    const { server, clearedFields } = await catalogue.update(id, input);
    expect(server).toMatchObject({ customHeaderNames: ['X-A', 'X-B'], hasCustomHeaders: true });
    expect(clearedFields).not.toContain('customHeaders');
  }
  const replaced = await catalogue.update(id, { customHeaders: [{ name: 'X-C', value: 'w' }] });
  expect(replaced).toMatchObject({ disconnects: 0, server: { customHeaderNames: ['X-C'] } });
  for (const customHeaders of [[], null]) {
    const { server } = await catalogue.update(id, { customHeaders });
    expect(server).toMatchObject({ customHeaderNames: [], hasCustomHeaders: false });
    expect(await secretColumns(id)).toMatchObject({ custom_headers: null });
    await catalogue.update(id, { customHeaders: headers });
  }
  const other = await catalogue.update(id, { authType: 'NONE' });
  expect(other.server.hasCustomHeaders).toBe(false);
  expect(other.clearedFields).toContain('customHeaders');
});

test('the headers of CUSTOM_HEADERS, which may have Authorization, do not stay with OAUTH2', async () => {
  const customHeaders = [{ name: 'Authorization', value: 'key' }];
  const { id } = await catalogue.create(minimal({ authType: 'CUSTOM_HEADERS', customHeaders }));
  const { server, clearedFields } = await catalogue.update(id, { ...manual });
  expect(server).toMatchObject({ authType: 'OAUTH2', customHeaderNames: [], hasCustomHeaders: false });
  expect(clearedFields).toEqual(['customHeaders']);
});

test('changing the auth type clears the fields of the previous type, and names them', async () => {
  const { id } = await catalogue.create(minimal(manual));
  const { server, clearedFields } = await catalogue.update(id, { authType: 'API_KEY', apiKeyValue: 'key' });
  expect(server).toMatchObject({
    authType: 'API_KEY',
    apiKeyHeader: 'Authorization',
    oauth2ClientId: '',
    oauth2AuthUrl: '',
    oauth2Scopes: '',
    oauth2Registration: null,
    hasOauth2ClientSecret: false,
    hasApiKey: true,
  });
  expect([...clearedFields].sort()).toEqual([
    'oauth2AuthUrl',
    'oauth2ClientId',
    'oauth2ClientSecret',
    'oauth2Issuer',
    'oauth2Registration',
    'oauth2RevocationUrl',
    'oauth2Scopes',
    'oauth2TokenUrl',
  ]);
  expect(await secretColumns(id)).toMatchObject({ oauth2_client_secret: null, custom_headers: null });
  const back = await catalogue.update(id, {
    authType: 'CUSTOM_HEADERS',
    customHeaders: [{ name: 'X-A', value: 'v' }],
  });
  expect([...back.clearedFields].sort()).toEqual(['apiKeyHeader', 'apiKeyValue']);
  const none = await catalogue.update(id, { authType: null });
  expect(none.server).toMatchObject({ authType: 'NONE', customHeaderNames: [], hasCustomHeaders: false });
  expect(none.clearedFields).toEqual(['customHeaders']);
});

test.each([
  ['url', { url: 'https://elsewhere.example.com/mcp' }],
  ['authType', { authType: 'NONE' }],
  ['oauth2Issuer', { oauth2Issuer: 'https://elsewhere.example.com' }],
  ['oauth2ClientId', { oauth2ClientId: 'other' }],
  ['oauth2TokenUrl', { oauth2TokenUrl: 'https://elsewhere.example.com/token' }],
  ['oauth2RevocationUrl', { oauth2RevocationUrl: null }],
])('an edit of %s drops all tokens and flows, and a preview announces it', async (_field, input) => {
  const before = await catalogue.create(minimal(manual));
  await connectTwo(before.id);
  const preview = await catalogue.preview(before.id, input);
  expect(preview.disconnects).toBe(2);
  expect(await left(before.id)).toEqual({ tokens: 2, flows: 1 });
  expect(await catalogue.get(before.id)).toEqual(before);

  const { server, ...effect } = await catalogue.update(before.id, input);
  expect(effect).toEqual(preview);
  expect(server).toEqual(await catalogue.get(before.id));
  expect(await left(before.id)).toEqual({ tokens: 0, flows: 0 });
});

test.each([
  [
    'fields without effect on tokens',
    {
      displayName: 'x',
      description: 'y',
      slug: 'cosmetic',
      iconUrl: 'https://a.example/',
      availability: 'FORCE_ON',
    },
  ],
  ['a new secret', { oauth2ClientSecret: 'new' }],
  ['a cleared secret', { oauth2ClientSecret: null }],
  ['scopes', { oauth2Scopes: 'write' }],
  ['the authorization URL', { oauth2AuthUrl: 'https://auth.example.com/other' }],
  ['the same values again', { url: 'https://mcp.example.com/mcp', oauth2ClientId: ' client ' }],
])('an edit of %s keeps tokens and flows', async (_what, input) => {
  const { id } = await catalogue.create(minimal(manual));
  await connectTwo(id);
  expect((await catalogue.update(id, input)).disconnects).toBe(0);
  expect(await left(id)).toEqual({ tokens: 2, flows: 1 });
});

test('disabling cancels authorizations in progress and keeps accounts, so enabling again disconnects no user', async () => {
  const { id } = await catalogue.create(minimal(manual));
  await connectTwo(id);
  expect((await catalogue.preview(id, { enabled: false })).disconnects).toBe(0);
  expect(await left(id)).toEqual({ tokens: 2, flows: 1 });
  expect((await catalogue.update(id, { enabled: false })).disconnects).toBe(0);
  expect(await left(id)).toEqual({ tokens: 2, flows: 0 });
});

test('deleting a server drops its tokens and flows and returns its id, and the next time is NOT_FOUND', async () => {
  const { id } = await catalogue.create(minimal(manual));
  await connectTwo(id);
  const mutation = `mutation ($id: ID!) { deleteMcpServerConfig(id: $id) { deletedServerId } }`;
  expect(await catalogue.admin.graphql.data(mutation, { id })).toEqual({
    deleteMcpServerConfig: { deletedServerId: id },
  });
  expect(await left(id)).toEqual({ tokens: 0, flows: 0 });
  expect((await catalogue.admin.graphql.error(mutation, { id })).extensions.code).toBe('NOT_FOUND');
  expect((await catalogue.updateError(id, {})).extensions.code).toBe('NOT_FOUND');
});

test('a stale version is CONFLICT, in a preview too, and nothing is changed', async () => {
  const { id } = await catalogue.create(minimal());
  const { server } = await catalogue.update(id, { displayName: 'First', version: 1 });
  const stale = { displayName: 'Second', version: 1 };
  for (const error of [await catalogue.previewError(id, stale), await catalogue.updateError(id, stale)]) {
    expect(error.extensions.code).toBe('CONFLICT');
  }
  expect(await catalogue.get(id)).toEqual(server);
});

test('of ten concurrent updates of one version, one succeeds', async () => {
  const { id } = await catalogue.create(minimal());
  const update = `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
    updateMcpServerConfig(id: $id, input: $input) { server { displayName } }
  }`;
  const racing = Array.from({ length: 10 }, (_, n) =>
    catalogue.admin.graphql.query<{ updateMcpServerConfig: { server: { displayName: string } } | null }>(
      update,
      {
        id,
        input: { displayName: `Racer ${n}`, version: 1 },
      },
    ),
  );
  const answers = await Promise.all(racing);
  const winners = answers.flatMap(({ data }) => data?.updateMcpServerConfig?.server.displayName ?? []);
  const codes = answers.flatMap(({ errors }) => errors?.map(({ extensions }) => extensions.code) ?? []);
  expect(winners).toHaveLength(1);
  expect(codes).toEqual(Array.from({ length: 9 }, () => 'CONFLICT'));
  expect(await catalogue.get(id)).toMatchObject({ displayName: winners[0], version: 2 });
});

test('concurrent updates without a version all take effect, one after the other', async () => {
  const { id } = await catalogue.create(minimal());
  const fields = ['displayName', 'description', 'slug', 'url', 'iconUrl'];
  const value = (field: string) =>
    /url/i.test(field) ? `https://raced.example/${field}` : `raced-${field.toLowerCase()}`;
  await Promise.all(fields.map((field) => catalogue.update(id, { [field]: value(field) })));
  const expected = Object.fromEntries(fields.map((field) => [field, value(field)]));
  expect(await catalogue.get(id)).toMatchObject({ ...expected, version: 6 });
});

test('the slug of another server is CONFLICT, in a preview too', async () => {
  const first = await catalogue.create(minimal());
  const { id } = await catalogue.create(minimal());
  const taken = { slug: first.slug };
  for (const error of [await catalogue.previewError(id, taken), await catalogue.updateError(id, taken)]) {
    expect(error).toMatchObject({
      message: expect.stringContaining('slug'),
      extensions: { code: 'CONFLICT' },
    });
  }
});

describe('a discovered server', () => {
  const nothing = {
    oauth2ClientId: '',
    oauth2AuthUrl: '',
    oauth2TokenUrl: '',
    oauth2RevocationUrl: '',
    oauth2Issuer: '',
    oauth2Resource: '',
    oauth2Registration: null,
    hasOauth2ClientSecret: false,
  };

  test.each([
    ['whose url is changed', { url: 'https://elsewhere.example.com/mcp' }],
    ['whose client id is cleared', { oauth2ClientId: null }],
    ['whose authorization URL is cleared', { oauth2AuthUrl: null }],
    ['whose token URL is cleared', { oauth2TokenUrl: '' }],
  ])('%s loses everything discovered and registered, but keeps the entered scopes', async (_what, input) => {
    const { id } = await discovered();
    const { server, clearedFields } = await catalogue.update(id, input);
    expect(server).toMatchObject({ ...nothing, authType: 'OAUTH2', oauth2Scopes: 'read' });
    const cleared = [
      ...Object.keys(nothing).filter((field) => field !== 'hasOauth2ClientSecret'),
      'oauth2ClientSecret',
    ];
    expect([...clearedFields].sort()).toEqual(cleared.filter((field) => !(field in input)).sort());
    const [row] = await catalogue.app.sql(
      `select oauth2_discovered_scopes, oauth2_redirect_uri, oauth2_token_auth_method, oauth2_as_metadata
       from mcp_server_configs where id = $1`,
      [id],
    );
    expect(row).toEqual({
      oauth2_discovered_scopes: '',
      oauth2_redirect_uri: '',
      oauth2_token_auth_method: null,
      oauth2_as_metadata: null,
    });
  });

  test('refuses to connect then, because the authorization URL is not configured', async () => {
    const { id } = await discovered();
    await catalogue.update(id, { url: 'https://elsewhere.example.com/mcp' });
    const response = await fetch(`${catalogue.app.url}/mcp-servers/${id}/oauth2/connect`, {
      headers: { cookie: `switchboard_session=${catalogue.member.session}`, 'sec-fetch-site': 'same-origin' },
      redirect: 'manual',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('authorization URL is not configured');
  });

  test('that gets a manual client id keeps its endpoints, and drops the registered secret', async () => {
    const { id } = await discovered();
    const { server, clearedFields } = await catalogue.update(id, { oauth2ClientId: 'mine' });
    expect(server).toMatchObject({
      oauth2ClientId: 'mine',
      oauth2Registration: 'MANUAL',
      oauth2TokenUrl: 'https://auth.example.com/token',
      oauth2Issuer: 'https://auth.example.com',
      hasOauth2ClientSecret: false,
    });
    expect(clearedFields).toEqual(['oauth2ClientSecret']);
  });

  test('with a manual client id keeps it and its issuer when the url changes', async () => {
    const { id } = await discovered({ oauth2Registration: 'MANUAL' });
    const { server } = await catalogue.update(id, { url: 'https://elsewhere.example.com/mcp' });
    expect(server).toMatchObject({
      ...nothing,
      oauth2ClientId: 'client',
      oauth2Registration: 'MANUAL',
      hasOauth2ClientSecret: true,
      oauth2Issuer: 'https://auth.example.com',
    });
  });

  test('keeps its registration when only its secret changes', async () => {
    const { id } = await discovered();
    const { server } = await catalogue.update(id, { oauth2ClientSecret: 'renewed' });
    expect(server).toMatchObject({
      oauth2Registration: 'DYNAMIC',
      oauth2ClientId: 'client',
      hasOauth2ClientSecret: true,
    });
    const [row] = await catalogue.app.sql(
      'select oauth2_token_auth_method from mcp_server_configs where id = $1',
      [id],
    );
    expect(row).toEqual({ oauth2_token_auth_method: 'client_secret_post' });
  });
});
