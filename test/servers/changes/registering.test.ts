import { randomUUID } from 'node:crypto';
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../../support/oauth/authorization-server.js';
import { startMcpServer, type McpServer } from '../../support/mcp/mcp-server.js';
import { seedAccount, seedServer } from '../../support/seed.js';
import { everyField, minimal, startCatalogue, type Catalogue, type Config } from '../catalogue.js';

let catalogue: Catalogue;
let provider: AuthorizationServer;
let mcp: McpServer;
/** Answers like `mcp`, once `gate` is open. */
let gated: McpServer;
let gate = Promise.resolve();

beforeAll(async () => {
  catalogue = await startCatalogue();
  provider = await startAuthorizationServer();
  mcp = await startMcpServer({ authorizationServer: provider });
  gated = await startMcpServer({
    authorizationServer: provider,
    beforeAnswer: () => gate,
  });
});
afterAll(async () => {
  await catalogue.close();
  await gated.close();
  await mcp.close();
  await provider.close();
});

type Input = Record<string, unknown>;

const byUrl = (input: Input = {}): Input => minimal({ authType: 'OAUTH2', url: mcp.url, ...input });
const callbackUrl = (id: string) => `${catalogue.app.publicUrl}/mcp-servers/${id}/oauth2/callback`;
const registrations = () =>
  provider.requests.filter(({ method, path }) => method === 'POST' && path === '/reg');
const columns = async (id: string) =>
  (await catalogue.app.sql('select * from mcp_server_configs where id = $1', [id]))[0] ?? {};

const register = `mutation ($id: ID!) { registerMcpServerOAuth2Client(id: $id) { server { ${everyField} } } }`;
const registerAgain = async (id: string) =>
  (
    await catalogue.admin.graphql.data<{ registerMcpServerOAuth2Client: { server: Config } }>(register, {
      id,
    })
  ).registerMcpServerOAuth2Client.server;

const discover = `mutation ($url: String!) { discoverMcpServerOAuth2(input: { url: $url }) { discovery {
  requiresAuthorization issuer authorizationUrl tokenUrl revocationUrl scopes registration resource
  steps { name url status outcome detail }
} } }`;
const discovered = async (url: string) =>
  (
    await catalogue.admin.graphql.data<{ discoverMcpServerOAuth2: { discovery: Record<string, unknown> } }>(
      discover,
      { url },
    )
  ).discoverMcpServerOAuth2.discovery;

let open = () => {};

/** Closes the gate until `open` is called, at the latest at the end of the test. */
function closeGate(): void {
  gate = new Promise((resolve) => {
    open = resolve;
  });
}
afterEach(() => open());

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition()) && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('creating a server', () => {
  test('with its url alone discovers the provider and registers a client with the redirect URI', async () => {
    const id = randomUUID();
    const before = registrations().length;
    const server = await catalogue.create(byUrl({ id, enabled: true, oauth2Scopes: 'mcp:tools' }));
    expect(server).toMatchObject({
      id,
      enabled: true,
      version: 1,
      oauth2Issuer: provider.issuer,
      oauth2AuthUrl: `${provider.issuer}/auth`,
      oauth2TokenUrl: `${provider.issuer}/token`,
      oauth2RevocationUrl: `${provider.issuer}/token/revocation`,
      oauth2Resource: mcp.url,
      oauth2Registration: 'DYNAMIC',
      oauth2Scopes: 'mcp:tools',
      oauth2CallbackUrl: callbackUrl(id),
    });
    expect(server.oauth2ClientId).not.toBe('');
    expect(registrations()).toHaveLength(before + 1);
    expect(await columns(id)).toMatchObject({
      oauth2_discovered_scopes: 'mcp:tools',
      oauth2_redirect_uri: callbackUrl(id),
      oauth2_as_metadata: { issuer: provider.issuer },
    });
  });

  test('with an id in upper case stores the id in lower case, so that its secrets open', async () => {
    const id = randomUUID();
    const server = await catalogue.create(
      minimal({ id: id.toUpperCase(), authType: 'API_KEY', apiKeyValue: 'the key' }),
    );
    expect(server.id).toBe(id);
    const { api_key_value: sealed } = await columns(id);
    const place = { table: 'mcp_server_configs', column: 'api_key_value', row: id };
    expect(await catalogue.app.vault.open(sealed, place)).toBe('the key');
  });

  test('with a client id discovers the endpoints and registers nothing', async () => {
    const before = registrations().length;
    const server = await catalogue.create(byUrl({ oauth2ClientId: 'mine', oauth2ClientSecret: 'my secret' }));
    expect(server).toMatchObject({
      oauth2ClientId: 'mine',
      oauth2Registration: 'MANUAL',
      oauth2TokenUrl: `${provider.issuer}/token`,
      oauth2Issuer: provider.issuer,
      hasOauth2ClientSecret: true,
    });
    expect(registrations()).toHaveLength(before);
    expect(await columns(server.id)).toMatchObject({
      oauth2_redirect_uri: callbackUrl(server.id),
      // Basic would change the space in the secret.
      oauth2_token_auth_method: 'client_secret_post',
    });
    const plain = await catalogue.create(byUrl({ oauth2ClientId: 'mine', oauth2ClientSecret: 'my-secret' }));
    expect(await columns(plain.id)).toMatchObject({ oauth2_token_auth_method: 'client_secret_basic' });
  });

  test('refuses a client id of another issuer before it is sent anywhere', async () => {
    const error = await catalogue.createError(
      byUrl({ oauth2ClientId: 'mine', oauth2Issuer: 'https://elsewhere.example.com' }),
    );
    expect(error.extensions.code).toBe('DISCOVERY_FAILED');
    expect(error.message).toContain('https://elsewhere.example.com');
  });

  test('with client id, authorization URL and token URL sends no request', async () => {
    const before = mcp.requests.length;
    const server = await catalogue.create(
      byUrl({
        oauth2ClientId: 'mine',
        oauth2AuthUrl: 'https://auth.example.com/authorize',
        oauth2TokenUrl: 'https://auth.example.com/token',
      }),
    );
    expect(server).toMatchObject({ oauth2Registration: 'MANUAL', oauth2Issuer: '', oauth2Resource: '' });
    expect(mcp.requests).toHaveLength(before);
  });

  test('stores nothing if the client cannot be registered, and names the redirect URI to register manually', async () => {
    const strict = await startAuthorizationServer({ dynamicRegistration: false });
    const server = await startMcpServer({ authorizationServer: strict });
    const before = await catalogue.list();
    const input = byUrl({ url: server.url, id: randomUUID() });
    const { extensions } = await catalogue.createError(input);
    expect(extensions).toMatchObject({
      code: 'DISCOVERY_FAILED',
      remedy: expect.stringContaining(callbackUrl(input.id as string)),
    });
    expect(extensions.steps).toContainEqual(expect.objectContaining({ outcome: 'FOUND', status: 200 }));
    expect(await catalogue.list()).toEqual(before);
    // The next attempt is not blocked.
    await catalogue.create({ ...input, oauth2ClientId: 'registered-by-hand' });
    await server.close();
    await strict.close();
  });

  test('refuses OAUTH2 for a server without authorization, and suggests NONE', async () => {
    const unguarded = await startMcpServer();
    const before = await catalogue.list();
    for (const input of [{}, { oauth2ClientId: 'mine' }]) {
      const error = await catalogue.createError(byUrl({ url: unguarded.url, ...input }));
      expect(error.extensions).toMatchObject({
        code: 'DISCOVERY_FAILED',
        remedy: expect.stringContaining('NONE'),
      });
    }
    expect(await catalogue.list()).toEqual(before);
    await unguarded.close();
  });

  test('with a taken slug or id fails with CONFLICT before the provider is asked', async () => {
    const first = await catalogue.create(byUrl());
    const asked = mcp.requests.length + provider.requests.length;
    const taken = [
      { input: byUrl({ slug: first.slug }), names: 'slug' },
      { input: byUrl({ id: first.id }), names: 'id' },
    ];
    for (const { input, names } of taken) {
      const error = await catalogue.createError(input);
      expect(error).toMatchObject({
        message: expect.stringContaining(names),
        extensions: { code: 'CONFLICT' },
      });
    }
    expect(mcp.requests.length + provider.requests.length).toBe(asked);
    expect(await catalogue.get(first.id)).toEqual(first);
  });

  test('fifty times concurrently with one slug succeeds once, with 49 CONFLICTs and one registration', async () => {
    const before = registrations().length;
    const input = byUrl({ enabled: true });
    const create = `mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { id } } }`;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        catalogue.admin.graphql.query<{ createMcpServerConfig: { server: { id: string } } | null }>(create, {
          input,
        }),
      ),
    );
    const winners = answers.flatMap(({ data }) => data?.createMcpServerConfig?.server.id ?? []);
    const codes = answers.flatMap(({ errors }) => errors?.map(({ extensions }) => extensions.code) ?? []);
    expect(winners).toHaveLength(1);
    expect(codes).toEqual(Array.from({ length: 49 }, () => 'CONFLICT'));
    expect(registrations()).toHaveLength(before + 1);
    expect(await catalogue.list({ search: input.slug })).toMatchObject([{ id: winners[0], enabled: true }]);
  });

  test('reserves the slug in a disabled row while the provider is asked, without an open transaction', async () => {
    closeGate();
    const input = byUrl({ url: gated.url, enabled: true, displayName: 'Under way' });
    const creating = catalogue.create(input);
    await until(async () => (await catalogue.list({ search: 'Under way' })).length === 1);
    const [reserved] = await catalogue.list({ search: 'Under way' });
    expect(reserved).toMatchObject({ enabled: false, oauth2AuthUrl: '', oauth2Registration: null });
    expect(await catalogue.list({ search: 'Under way' }, catalogue.member)).toEqual([]);
    const transactions = await catalogue.app.sql(
      `select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
    );
    expect(transactions).toEqual([]);
    open();
    expect(await creating).toMatchObject({ enabled: true, oauth2Registration: 'DYNAMIC', version: 1 });
  });

  test('fails with CONFLICT if the row is edited or deleted while the provider is asked', async () => {
    closeGate();
    const inputs = ['Edited', 'Deleted'].map((displayName) => byUrl({ url: gated.url, displayName }));
    const creating = inputs.map((input) => catalogue.createError(input));
    await until(async () => (await catalogue.list({ search: 'ted' })).length === 2);
    const [deleted, edited] = await catalogue.list({ search: 'ted' });
    await catalogue.admin.graphql.data(
      `mutation ($id: ID!) { deleteMcpServerConfig(id: $id) { deletedServerId } }`,
      {
        id: deleted?.id,
      },
    );
    await catalogue.update(edited?.id ?? '', { description: 'by another user' });
    open();
    for (const error of await Promise.all(creating)) expect(error.extensions.code).toBe('CONFLICT');
    expect(await catalogue.list({ search: 'ted' })).toMatchObject([
      { displayName: 'Edited', description: 'by another user', enabled: false, oauth2AuthUrl: '' },
    ]);
  });
});

describe('registering a stored server again', () => {
  test('replaces the client, keeps the accounts, and increases the version', async () => {
    const before = await catalogue.create(byUrl({ enabled: true }));
    await seedAccount(catalogue.app, { userId: catalogue.member.id, serverId: before.id });
    const revocations = provider.count('/token/revocation');
    const after = await registerAgain(before.id);
    expect(after).toEqual({
      ...before,
      oauth2ClientId: after.oauth2ClientId,
      version: 2,
      updatedAt: after.updatedAt,
    });
    expect(after.oauth2ClientId).not.toBe(before.oauth2ClientId);
    const accounts = await catalogue.app.sql(
      'select status from mcp_server_user_tokens where mcp_server_config_id = $1',
      [before.id],
    );
    expect(accounts).toEqual([{ status: 'CONNECTED' }]);
    expect(provider.count('/token/revocation')).toBe(revocations);
  });

  test('completes a server whose creation was interrupted', async () => {
    const { id } = await seedServer(catalogue.app, { authType: 'OAUTH2', url: mcp.url, enabled: false });
    expect(await registerAgain(id)).toMatchObject({
      oauth2Registration: 'DYNAMIC',
      enabled: false,
      oauth2Issuer: provider.issuer,
    });
  });

  test('discovers again for a manual client id, and keeps it, its secret, its accounts and the version', async () => {
    const before = await catalogue.create(byUrl({ oauth2ClientId: 'mine', oauth2ClientSecret: 's' }));
    await seedAccount(catalogue.app, { userId: catalogue.member.id, serverId: before.id });
    const { oauth2_client_secret: secret } = await columns(before.id);
    const registered = registrations().length;
    expect(await registerAgain(before.id)).toMatchObject({
      oauth2ClientId: 'mine',
      oauth2Registration: 'MANUAL',
      version: 1,
      updatedAt: before.updatedAt,
    });
    const events = await catalogue.app.sql(
      `select action from audit_events where subject_id = $1 and action = 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED'`,
      [before.id],
    );
    expect(events).toEqual([]);
    expect(registrations()).toHaveLength(registered);
    expect((await columns(before.id)).oauth2_client_secret).toBe(secret);
    const tokens = await catalogue.app.sql(
      'select id from mcp_server_user_tokens where mcp_server_config_id = $1',
      [before.id],
    );
    expect(tokens).toHaveLength(1);
  });

  test('never sends a manual client id to another authorization server', async () => {
    const { id } = await catalogue.create(byUrl({ oauth2ClientId: 'mine', oauth2ClientSecret: 's' }));
    const other = await startAuthorizationServer();
    const elsewhere = await startMcpServer({ authorizationServer: other });
    await catalogue.update(id, { url: elsewhere.url });
    const error = await catalogue.admin.graphql.error(register, { id });
    expect(error.extensions.code).toBe('DISCOVERY_FAILED');
    const change = { oauth2ClientId: 'new', oauth2ClientSecret: null, oauth2Issuer: null };
    await catalogue.update(id, change);
    expect(await registerAgain(id)).toMatchObject({ oauth2ClientId: 'new', oauth2Issuer: other.issuer });
    await elsewhere.close();
    await other.close();
  });

  test('sends no request for manual settings, and updates the redirect URI', async () => {
    const { id } = await catalogue.create(
      byUrl({
        oauth2ClientId: 'mine',
        oauth2AuthUrl: 'https://a.example/auth',
        oauth2TokenUrl: 'https://a.example/token',
      }),
    );
    await catalogue.app.sql(
      `update mcp_server_configs set oauth2_redirect_uri = 'https://old.example/' where id = $1`,
      [id],
    );
    const asked = mcp.requests.length;
    expect(await registerAgain(id)).toMatchObject({ oauth2AuthUrl: 'https://a.example/auth', version: 2 });
    expect(mcp.requests).toHaveLength(asked);
    expect(await columns(id)).toMatchObject({ oauth2_redirect_uri: callbackUrl(id) });
  });

  test('fails with CONFLICT for a server that is edited in the meantime, and keeps the edit', async () => {
    closeGate();
    const { id } = await seedServer(catalogue.app, { authType: 'OAUTH2', url: gated.url });
    const asked = gated.requests.length;
    const registering = catalogue.admin.graphql.error(register, { id });
    await until(() => gated.requests.length > asked);
    const { server } = await catalogue.update(id, { displayName: 'Edited meanwhile' });
    open();
    expect((await registering).extensions.code).toBe('CONFLICT');
    expect(await catalogue.get(id)).toEqual(server);
  });

  test('leaves the server unchanged if it fails', async () => {
    const before = await catalogue.create(byUrl());
    await catalogue.app.sql(`update mcp_server_configs set url = $2 where id = $1`, [
      before.id,
      `${mcp.url}/nothing/here`,
    ]);
    const stored = await columns(before.id);
    expect((await catalogue.admin.graphql.error(register, { id: before.id })).extensions.code).toBe(
      'DISCOVERY_FAILED',
    );
    expect(await columns(before.id)).toEqual(stored);
  });

  test('requires an existing OAUTH2 server', async () => {
    const { id } = await catalogue.create(minimal());
    expect((await catalogue.admin.graphql.error(register, { id })).extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'id' }],
    });
    expect((await catalogue.admin.graphql.error(register, { id: randomUUID() })).extensions.code).toBe(
      'NOT_FOUND',
    );
  });
});

describe('a discovery without a server', () => {
  test('returns the results and the steps, and neither registers nor stores', async () => {
    const [registered, stored] = [registrations().length, await catalogue.list()];
    const found = await discovered(` ${mcp.url} `);
    expect(found).toMatchObject({
      requiresAuthorization: true,
      issuer: provider.issuer,
      authorizationUrl: `${provider.issuer}/auth`,
      tokenUrl: `${provider.issuer}/token`,
      revocationUrl: `${provider.issuer}/token/revocation`,
      scopes: 'mcp:tools',
      registration: 'DYNAMIC',
      resource: mcp.url,
    });
    expect(found.steps).toContainEqual(expect.objectContaining({ outcome: 'FOUND', status: 200 }));
    expect(registrations()).toHaveLength(registered);
    expect(await catalogue.list()).toEqual(stored);
  });

  test('of a server without authorization says that it needs none', async () => {
    const unguarded = await startMcpServer();
    const found = await discovered(unguarded.url);
    expect(found).toMatchObject({ requiresAuthorization: false, issuer: '', registration: null });
    await unguarded.close();
  });

  test.each([[' '], ['ftp://mcp.example.com'], ['https://me@mcp.example.com/']])(
    'refuses the url "%s"',
    async (url) => {
      const { extensions } = await catalogue.admin.graphql.error(discover, { url });
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input.url' }] });
    },
  );

  test('is for administrators only, and sends no request for other users', async () => {
    const asked = mcp.requests.length;
    expect((await catalogue.member.graphql.error(discover, { url: mcp.url })).extensions.code).toBe(
      'FORBIDDEN',
    );
    expect(mcp.requests).toHaveLength(asked);
  });

  test('more than four times concurrently is RATE_LIMITED for the user, and works again afterwards', async () => {
    closeGate();
    const asked = gated.requests.length;
    const underWay = Array.from({ length: 4 }, () =>
      catalogue.admin.graphql.data(discover, { url: gated.url }),
    );
    await until(() => gated.requests.length === asked + 4);
    const fifth = await catalogue.admin.graphql.error(discover, { url: gated.url });
    expect(fifth.extensions.code).toBe('RATE_LIMITED');
    const creation = await catalogue.createError(byUrl({ url: gated.url, displayName: 'Too much' }));
    expect(creation.extensions.code).toBe('RATE_LIMITED');
    expect(await catalogue.list({ search: 'Too much' })).toEqual([]);
    open();
    await Promise.all(underWay);
    await catalogue.admin.graphql.data(discover, { url: gated.url });
  });
});

test('prefers a client id metadata document if the provider supports it and can reach this server', async () => {
  const reachable = await startCatalogue({ clientMetadata: true });
  const modern = await startAuthorizationServer({
    metadata: { client_id_metadata_document_supported: true },
  });
  const server = await startMcpServer({ authorizationServer: modern });
  const found = await reachable.admin.graphql.data(discover, { url: server.url });
  expect(found).toMatchObject({
    discoverMcpServerOAuth2: { discovery: { registration: 'METADATA_DOCUMENT' } },
  });
  const { id, ...created } = await reachable.create(minimal({ authType: 'OAUTH2', url: server.url }));
  expect(created).toMatchObject({
    oauth2Registration: 'METADATA_DOCUMENT',
    oauth2ClientId: `${reachable.app.publicUrl}/mcp-servers/${id}/oauth2/client-metadata.json`,
    hasOauth2ClientSecret: false,
  });
  expect(modern.count('/reg')).toBe(0);
  await reachable.close();
  await server.close();
  await modern.close();
});
