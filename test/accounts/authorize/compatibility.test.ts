import { randomUUID } from 'node:crypto';
import { FailureReportDocument } from '../../generated/graphql.js';
import { startApp, type TestApp } from '../../support/app.js';
import {
  endpoints,
  startAuthorizationServer,
  type AuthorizationServerOptions,
} from '../../support/oauth/authorization-server.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { startMcpServer } from '../../support/mcp/mcp-server.js';
import { seedSignedInUser } from '../../support/seed.js';
import {
  begin,
  connect,
  createServer,
  disconnect,
  visit,
  withParams,
  type SignedInUser,
  type World,
} from '../world.js';

/** Names of the application's own resolver: one with a listed address, one with a public address. */
const names = new Map([
  ['listed.test', '127.0.0.1'],
  ['public.test', '93.184.215.14'],
]);

let app: TestApp;
let admin: SignedInUser;
let member: SignedInUser;
const closing: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  app = await startApp({
    resolver: async (name) => [names.get(name) ?? '127.0.0.1'],
  });
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  member = await seedSignedInUser(app);
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((server) => server.close()));
});
afterAll(() => app.close());

/** Starts a real provider and a real MCP server that uses it, without connected users. */
async function site(options: AuthorizationServerOptions = {}): Promise<World> {
  const provider = await startAuthorizationServer(options);
  const mcp = await startMcpServer({ authorizationServer: provider });
  closing.push(provider, mcp);
  return { app, provider, mcp, admin, member } as World;
}

const create = `mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { id } } }`;

/** Returns the error of creating the server. */
function refusal({ mcp }: Pick<World, 'mcp'>, input: Record<string, unknown> = {}) {
  const common = { slug: `server-${randomUUID().slice(0, 8)}`, displayName: 'Odd', url: mcp.url };
  return admin.graphql.error(create, { input: { ...common, authType: 'OAUTH2', enabled: true, ...input } });
}

interface Changed {
  disconnects: number;
  clearedFields: string[];
  server: { oauth2ClientId: string; oauth2Compatibility: Record<string, unknown> };
}

async function relax(id: string, oauth2Compatibility: Record<string, unknown> | null): Promise<Changed> {
  const data = await admin.graphql.data<{ updateMcpServerConfig: Changed }>(
    `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
       updateMcpServerConfig(id: $id, input: $input) {
         disconnects clearedFields
         server {
           oauth2ClientId
           oauth2Compatibility {
             resource customResource pkce issuer allowedIssuer tokenAuthMethod scopeSeparator acceptsPlainHttp
             clientMetadataUrl extraAuthorizationParams { name value } activeSettings { setting lessSafe }
           }
         }
       }
     }`,
    { id, input: { oauth2Compatibility } },
  );
  return data.updateMcpServerConfig;
}

/** Returns the settings that an error or a failure report suggests. */
const settingsOf = (suggestedSettings: unknown) =>
  (suggestedSettings as { setting: string }[]).map(({ setting }) => setting);

async function pageOf(answer: Response): Promise<{ status: number; text: string }> {
  const text = (await answer.text()).replaceAll('&quot;', '"').replaceAll('&#34;', '"');
  return { status: answer.status, text };
}

async function connected(world: World, serverId: string, user = member): Promise<void> {
  const { status, text } = await pageOf(await connect(world, user, serverId));
  expect({ status, text }).toMatchObject({ status: 200 });
}

/** Looks up the reference on a member's page as an administrator. */
async function lookUp(page: string) {
  const reference = /give an administrator this reference: <strong>([^<]*)<\/strong>/.exec(page)?.[1] ?? '';
  const { data } = await admin.graphql.query(FailureReportDocument, { reference });
  return data?.failureReport;
}

describe('pkce: ASSUME_S256', () => {
  const silent = { metadata: { code_challenge_methods_supported: undefined } };

  test('connects to a provider that does not announce PKCE, and sends S256', async () => {
    const world = await site(silent);
    const id = await createServer(world, { oauth2Compatibility: { pkce: 'ASSUME_S256' } });
    const url = new URL(await begin(world, member, '', id));
    expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
    await connected(world, id);
  });

  test('is suggested with its risk if such a provider is refused, and nothing is stored or registered', async () => {
    const world = await site(silent);
    const { message, extensions } = await refusal(world);
    expect(extensions).toMatchObject({ code: 'DISCOVERY_FAILED', layer: 'AUTHORIZATION_SERVER_METADATA' });
    expect(message).toContain('PKCE');
    expect(settingsOf(extensions.suggestedSettings)).toEqual(['pkce: ASSUME_S256']);
    expect(extensions.remedy).toMatch(
      /oauth2Compatibility: \{ pkce: ASSUME_S256 \}.*less safe: if the provider/,
    );
    expect(world.provider.count(endpoints.registration)).toBe(0);
  });

  test('does not connect to a provider that announces other methods only', async () => {
    const world = await site({ metadata: { code_challenge_methods_supported: ['plain'] } });
    expect((await refusal(world)).extensions.suggestedSettings).toEqual([]);
    const relaxed = await refusal(world, { oauth2Compatibility: { pkce: 'ASSUME_S256' } });
    expect(relaxed.extensions).toMatchObject({ code: 'DISCOVERY_FAILED', suggestedSettings: [] });
  });

  test('drops the discovered endpoints and all accounts when it is removed', async () => {
    const world = await site(silent);
    const id = await createServer(world, { oauth2Compatibility: { pkce: 'ASSUME_S256' } });
    await connected(world, id);
    const change = await relax(id, { pkce: null });
    expect(change).toMatchObject({ disconnects: 1, server: { oauth2ClientId: '' } });
    expect(change.clearedFields).toEqual(expect.arrayContaining(['oauth2ClientId', 'oauth2TokenUrl']));
    const refused = await visit(app, member, `${app.publicUrl}/mcp-servers/${id}/oauth2/connect`);
    expect(await pageOf(refused)).toMatchObject({
      status: 400,
      text: expect.stringContaining('not configured'),
    });
  });
});

describe('issuer: ALLOW', () => {
  const allowedIssuer = 'https://login.example/tenant';
  const renamed = { metadata: { issuer: allowedIssuer }, iss: allowedIssuer };

  test('connects to a provider with another issuer, which the refusal suggests', async () => {
    const world = await site(renamed);
    const { message, extensions } = await refusal(world);
    expect(message).not.toContain('login.example');
    const setting = `issuer: ALLOW, allowedIssuer: "${allowedIssuer}"`;
    expect(settingsOf(extensions.suggestedSettings)).toEqual([setting]);
    const id = await createServer(world, { oauth2Compatibility: { issuer: 'ALLOW', allowedIssuer } });
    await connected(world, id);
  });

  test('allows one other issuer only', async () => {
    const world = await site(renamed);
    for (const other of [`${allowedIssuer}/`, 'https://login.example', 'https://LOGIN.example/tenant']) {
      const oauth2Compatibility = { issuer: 'ALLOW', allowedIssuer: other };
      const { extensions } = await refusal(world, { oauth2Compatibility });
      expect(extensions.code).toBe('DISCOVERY_FAILED');
    }
  });

  test('accepts the allowed iss, and suggests it to administrators only, in the popup and by reference', async () => {
    const world = await site({ iss: allowedIssuer });
    const id = await createServer(world);
    const ofMember = await pageOf(await connect(world, member, id));
    expect(ofMember.status).toBe(502);
    expect(ofMember.text).toContain('another provider');
    expect(ofMember.text).not.toMatch(/oauth2Compatibility|login\.example/);
    const failure = await lookUp(ofMember.text);
    expect(settingsOf(failure?.suggestedSettings)).toEqual([
      `issuer: ALLOW, allowedIssuer: "${allowedIssuer}"`,
    ]);
    const ofAdmin = await pageOf(await connect(world, admin, id));
    expect(ofAdmin.text).toContain('issuer: ALLOW');
    expect(ofAdmin.text).toContain('less safe');

    expect((await relax(id, { issuer: 'ALLOW', allowedIssuer })).disconnects).toBe(0);
    await connected(world, id);
    const callback = await world.provider.approve(await begin(world, member, '', id));
    const wrong = await visit(app, member, withParams(callback, { iss: 'https://third.example' }));
    expect(wrong.status).toBe(502);
  });

  test('disconnects the accounts of the allowed issuer when it is removed', async () => {
    const world = await site(renamed);
    const id = await createServer(world, { oauth2Compatibility: { issuer: 'ALLOW', allowedIssuer } });
    await connected(world, id);
    expect(await relax(id, { issuer: 'EXACT' })).toMatchObject({
      disconnects: 1,
      server: { oauth2Compatibility: { issuer: 'EXACT', allowedIssuer: '' } },
    });
  });
});

describe('resource', () => {
  test('connects with CUSTOM and OMIT to a provider that expects another resource or none', async () => {
    const world = await site({ resource: 'urn:notes' });
    const id = await createServer(world);
    const refused = await pageOf(await connect(world, member, id));
    expect(refused.text).toContain('does not issue tokens for this MCP server');
    expect(settingsOf((await lookUp(refused.text))?.suggestedSettings)).toEqual(['resource: OMIT']);

    await relax(id, { resource: 'CUSTOM', customResource: 'urn:notes' });
    await connected(world, id);
    const exchange = new URLSearchParams(
      world.provider.requests.findLast(({ path }) => path === '/token')?.body,
    );
    expect(exchange.get('resource')).toBe('urn:notes');

    await relax(id, { resource: 'OMIT' });
    await connected(world, id);
    const { searchParams } = new URL(await begin(world, member, '', id));
    expect(searchParams.has('resource')).toBe(false);
    expect(world.provider.requests.findLast(({ path }) => path === '/token')?.body).not.toContain('resource');
  });
});

test('connects with tokenAuthMethod NONE to a provider that refuses a client secret', async () => {
  const id = randomUUID();
  const redirectUris = [`${app.publicUrl}/mcp-servers/${id}/oauth2/callback`];
  const world = await site({ clients: [{ clientId: 'public', redirectUris }] });
  await createServer(world, { id, oauth2ClientId: 'public', oauth2ClientSecret: 'of no use' });
  expect((await connect(world, member, id)).status).toBe(502);
  await relax(id, { tokenAuthMethod: 'NONE' });
  await connected(world, id);
});

test('sends extra parameters, which never replace a parameter of Switchboard, even if stored', async () => {
  const world = await site();
  const id = await createServer(world, {
    oauth2Scopes: 'offline_access mcp:tools',
    oauth2Compatibility: {
      extraAuthorizationParams: [
        { name: 'audience', value: 'api.example & more' },
        { name: 'prompt', value: 'login consent' },
      ],
    },
  });
  const { searchParams } = new URL(await begin(world, member, '', id));
  expect(searchParams.get('audience')).toBe('api.example & more');
  expect(searchParams.getAll('prompt')).toEqual(['login consent']);

  const ours = [
    'client_id',
    'redirect_uri',
    'state',
    'response_type',
    'code_challenge',
    'code_challenge_method',
  ];
  const bent = [...ours, 'resource', 'scope', 'nonce', 'request', 'request_uri', 'response_mode'];
  await app.sql(
    `update mcp_server_configs set oauth2_compatibility = jsonb_build_object('extraAuthorizationParams', $2::jsonb)
     where id = $1`,
    [id, JSON.stringify(bent.map((name) => ({ name, value: 'bent' })))],
  );
  expect(await begin(world, member, '', id)).not.toContain('bent');
});

describe('with a handcrafted provider', () => {
  let provider: HandcraftedServer;
  beforeEach(async () => {
    provider = await startHandcraftedServer();
    closing.push(provider);
    provider.answer('/token', {
      json: { access_token: 'at', refresh_token: 'rt', token_type: 'Bearer', expires_in: 3600, scope: 'a,b' },
    });
    provider.answer('/revoke', {});
  });

  const port = () => new URL(provider.origin).port;
  const byHand = (host: string) => ({
    url: 'https://mcp.example/mcp',
    oauth2ClientId: 'client',
    oauth2AuthUrl: 'https://login.example/authorize',
    oauth2TokenUrl: `http://${host}:${port()}/token`,
    oauth2RevocationUrl: `http://${host}:${port()}/revoke`,
  });
  const world = () => ({ app, admin, member, mcp: { url: '' } }) as World;

  /** Returns the callback URL after consent, as such a provider builds it. */
  async function callback(id: string, more: Record<string, string> = {}): Promise<Response> {
    const state = new URL(await begin(world(), member, '', id)).searchParams.get('state') ?? '';
    const url = `${app.publicUrl}/mcp-servers/${id}/oauth2/callback`;
    return visit(app, member, withParams(url, { state, code: 'code', ...more }));
  }

  /** Refreshes the member's token and returns the parameters of the token request. */
  async function renew(id: string): Promise<URLSearchParams> {
    await app.sql(
      `update mcp_server_user_tokens set expires_at = now() - interval '1 second' where mcp_server_config_id = $1`,
      [id],
    );
    await member.graphql.query(`query ($id: ID!) { mcpServerTools(id: $id) { name } }`, { id });
    const asked = new URLSearchParams(provider.requests.findLast(({ path }) => path === '/token')?.body);
    expect(asked.get('grant_type')).toBe('refresh_token');
    return asked;
  }

  async function grantedScope(id: string): Promise<string | undefined> {
    const [account] = await app.sql<{ scope: string }>(
      'select scope from mcp_server_user_tokens where mcp_server_config_id = $1',
      [id],
    );
    return account?.scope;
  }

  test('sends the secret by the tokenAuthMethod that the refusal suggests', async () => {
    const token = { json: { access_token: 'at', token_type: 'Bearer' } };
    const secret = { oauth2ClientSecret: 's3cret' };
    const id = await createServer(world(), { ...byHand('127.0.0.1'), ...secret });
    for (const { refuses, other } of [
      { refuses: 'AUTO', other: 'POST' },
      { refuses: 'POST', other: 'BASIC' },
    ]) {
      await relax(id, { tokenAuthMethod: refuses });
      provider.answer('/token', { status: 401, json: { error: 'invalid_client' } });
      const refused = await pageOf(await callback(id));
      expect(refused.status).toBe(502);
      expect(settingsOf((await lookUp(refused.text))?.suggestedSettings)).toEqual([
        `tokenAuthMethod: ${other}`,
      ]);
      expect((await relax(id, { tokenAuthMethod: other })).disconnects).toBe(0);
      provider.answer('/token', token);
      expect((await callback(id)).status).toBe(200);
      const { headers, body } = provider.requests.at(-1) ?? { headers: {}, body: '' };
      expect(headers.authorization !== undefined).toBe(other === 'BASIC');
      expect(body.includes('client_secret=s3cret')).toBe(other === 'POST');
    }
  });

  test('uses tokens of an unknown type with tokenType ASSUME_BEARER, at exchange and refresh', async () => {
    const id = await createServer(world(), byHand('127.0.0.1'));
    const tokens = { access_token: 'at', refresh_token: 'rt', token_type: 'user', expires_in: 3_600 };
    provider.answer('/token', { json: tokens });
    const refused = await pageOf(await callback(id));
    expect(refused.status).toBe(502);
    const setting = { tokenType: 'ASSUME_BEARER' };
    expect(settingsOf((await lookUp(refused.text))?.suggestedSettings)).toEqual(['tokenType: ASSUME_BEARER']);
    expect((await relax(id, setting)).server.oauth2Compatibility.activeSettings).toMatchObject([
      { setting: 'tokenType: ASSUME_BEARER' },
    ]);
    expect((await callback(id)).status).toBe(200);
    await renew(id);
    const [account] = await app.sql<object>(
      'select status, token_type, failure_code from mcp_server_user_tokens where mcp_server_config_id = $1',
      [id],
    );
    expect(account).toEqual({ status: 'CONNECTED', token_type: 'Bearer', failure_code: null });
  });

  test('uses scopeSeparator in requested and in granted scopes', async () => {
    const id = await createServer(world(), {
      ...byHand('127.0.0.1'),
      oauth2Scopes: 'a b',
      oauth2Compatibility: { scopeSeparator: ',' },
    });
    const { searchParams } = new URL(await begin(world(), member, '', id));
    expect(searchParams.get('scope')).toBe('a,b');
    expect((await callback(id)).status).toBe(200);
    expect(await grantedScope(id)).toBe('a b');
  });

  test('refreshes with scopeSeparator and resource: OMIT, and otherwise with the resource of the account', async () => {
    const token = { access_token: 'at', refresh_token: 'rt', token_type: 'Bearer', expires_in: 3600 };
    const id = await createServer(world(), {
      ...byHand('127.0.0.1'),
      oauth2Compatibility: { resource: 'CUSTOM', customResource: 'urn:notes', scopeSeparator: ',' },
    });
    expect((await callback(id)).status).toBe(200);
    provider.answer('/token', { json: { ...token, scope: 'a,c' } });
    expect((await renew(id)).get('resource')).toBe('urn:notes');
    expect(await grantedScope(id)).toBe('a c');
    expect((await relax(id, { customResource: 'urn:others' })).disconnects).toBe(0);
    expect((await renew(id)).get('resource')).toBe('urn:notes');
    expect((await relax(id, { resource: 'OMIT' })).disconnects).toBe(0);
    expect((await renew(id)).has('resource')).toBe(false);
  });

  test('suggests resource: CUSTOM if the provider requires a resource', async () => {
    provider.answer('/token', { status: 400, json: { error: 'invalid_target' } });
    const id = await createServer(world(), {
      ...byHand('127.0.0.1'),
      oauth2Compatibility: { resource: 'OMIT' },
    });
    const { text } = await pageOf(await callback(id));
    expect(settingsOf((await lookUp(text))?.suggestedSettings)).toEqual([
      'resource: CUSTOM, customResource: "…"',
    ]);
  });

  test('accepts an issuer that cannot be verified with issuer: ALLOW, which the refusal suggests', async () => {
    const iss = 'https://login.example/tenant';
    const id = await createServer(world(), byHand('127.0.0.1'));
    const refused = await pageOf(await callback(id, { iss }));
    expect(refused).toMatchObject({ status: 502, text: expect.stringContaining('could not be verified') });
    const setting = `issuer: ALLOW, allowedIssuer: "${iss}"`;
    expect(settingsOf((await lookUp(refused.text))?.suggestedSettings)).toEqual([setting]);
    await relax(id, { issuer: 'ALLOW', allowedIssuer: iss });
    expect((await callback(id, { iss: `${iss}/other` })).status).toBe(502);
    expect((await callback(id, { iss })).status).toBe(200);
  });

  test.each([
    { relaxed: { resource: 'OMIT' }, resource: 'https://elsewhere.example/mcp', host: '127.0.0.1' },
    { relaxed: { acceptsPlainHttp: true }, resource: null, host: 'listed.test' },
  ])('drops the discovered endpoints when $relaxed is removed', async ({ relaxed, resource, host }) => {
    const { origin } = provider;
    provider.answer('/mcp', { status: 401, headers: { 'www-authenticate': 'Bearer' } });
    provider.answer('/.well-known/oauth-protected-resource/mcp', {
      json: { resource: resource ?? `${origin}/mcp`, authorization_servers: [origin] },
    });
    provider.answer('/.well-known/oauth-authorization-server', {
      json: {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `http://${host}:${port()}/token`,
        registration_endpoint: `${origin}/register`,
        code_challenge_methods_supported: ['S256'],
      },
    });
    provider.answer('/register', { status: 201, json: { client_id: 'registered' } });
    const id = await createServer(world(), { url: `${origin}/mcp`, oauth2Compatibility: relaxed });
    expect((await callback(id)).status).toBe(200);
    const withdrawn = Object.fromEntries(Object.keys(relaxed).map((member) => [member, null]));
    expect(await relax(id, withdrawn)).toMatchObject({ disconnects: 1, server: { oauth2ClientId: '' } });
  });

  test('uses plain http with acceptsPlainHttp at a listed address for codes, refreshes and revocations', async () => {
    const compatibility = { oauth2Compatibility: { acceptsPlainHttp: true } };
    const id = await createServer(world(), { ...byHand('listed.test'), ...compatibility });
    expect(await pageOf(await callback(id))).toMatchObject({ status: 200 });
    await renew(id);
    expect(provider.count('/token')).toBe(2);
    expect(await disconnect(member, id)).toMatchObject({ revoked: true });
    expect(provider.count('/revoke')).toBeGreaterThan(0);
  });

  test('refuses the same server without acceptsPlainHttp, which the refusal suggests', async () => {
    const { extensions } = await refusal(
      { mcp: { url: 'https://mcp.example' } as World['mcp'] },
      byHand('listed.test'),
    );
    expect(extensions.fields?.map(({ path }) => path)).toEqual([
      'input.oauth2TokenUrl',
      'input.oauth2RevocationUrl',
    ]);
    expect(extensions.fields?.[0]?.message).toContain('accept plain http in the compatibility settings');
  });

  test('does not reach an unlisted address with acceptsPlainHttp, even if its name resolved to a listed one', async () => {
    const compatibility = { oauth2Compatibility: { acceptsPlainHttp: true } };
    const id = await createServer(world(), { ...byHand('public.test'), ...compatibility });
    const { status, text } = await pageOf(await callback(id));
    expect({ status, text }).toMatchObject({ status: 502, text: expect.stringContaining('plain HTTP') });
    expect(provider.requests).toEqual([]);
  });

  test('refuses to remove acceptsPlainHttp while the endpoints need it', async () => {
    const compatibility = { oauth2Compatibility: { acceptsPlainHttp: true } };
    const id = await createServer(world(), { ...byHand('listed.test'), ...compatibility });
    await expect(relax(id, { acceptsPlainHttp: false })).rejects.toThrow(
      /acceptsPlainHttp: Change the token URL to https first/,
    );
  });

  test('uses the client metadata URL as client id if the provider supports it, and in the document', async () => {
    const clientMetadataUrl = 'https://switchboard.example/client.json';
    provider.answer('/mcp', { status: 401, headers: { 'www-authenticate': 'Bearer' } });
    provider.answer('/.well-known/oauth-authorization-server', {
      json: {
        issuer: provider.origin,
        authorization_endpoint: `${provider.origin}/authorize`,
        token_endpoint: `${provider.origin}/token`,
        code_challenge_methods_supported: ['S256'],
        client_id_metadata_document_supported: true,
      },
    });
    const id = await createServer(world(), {
      url: `${provider.origin}/mcp`,
      oauth2Compatibility: { clientMetadataUrl },
    });
    const { searchParams } = new URL(await begin(world(), member, '', id));
    expect(searchParams.get('client_id')).toBe(clientMetadataUrl);
    const document = await fetch(`${app.publicUrl}/mcp-servers/${id}/oauth2/client-metadata.json`);
    expect(await document.json()).toMatchObject({ client_id: clientMetadataUrl });

    expect((await callback(id)).status).toBe(200);
    const moved = await relax(id, { clientMetadataUrl: 'https://switchboard.example/other.json' });
    expect(moved).toMatchObject({ disconnects: 1, server: { oauth2ClientId: '' } });
  });
});

test('keeps omitted settings, resets them with null, and a change ends flows but keeps accounts', async () => {
  const world = await site();
  const id = await createServer(world);
  await connected(world, id);
  const callback = await world.provider.approve(await begin(world, member, '', id));
  const first = await relax(id, {
    scopeSeparator: ',',
    extraAuthorizationParams: [{ name: 'a', value: '1' }],
  });
  expect(first).toMatchObject({ disconnects: 0, clearedFields: [] });
  expect((await visit(app, member, callback)).status).toBe(400);
  const second = await relax(id, { tokenAuthMethod: 'POST' });
  expect(second.server.oauth2Compatibility).toMatchObject({
    scopeSeparator: ',',
    extraAuthorizationParams: [{ name: 'a', value: '1' }],
    tokenAuthMethod: 'POST',
    activeSettings: [{ setting: 'tokenAuthMethod: POST' }, {}, { setting: 'scopeSeparator: ","' }],
  });
  const third = await relax(id, { scopeSeparator: null, extraAuthorizationParams: null });
  expect(third.server.oauth2Compatibility).toMatchObject({ scopeSeparator: ' ', tokenAuthMethod: 'POST' });
  expect((await relax(id, null)).server.oauth2Compatibility).toMatchObject({
    tokenAuthMethod: 'AUTO',
    activeSettings: [],
  });
  await admin.graphql.data(
    `mutation ($id: ID!) { updateMcpServerConfig(id: $id, input: { oauth2Compatibility: { tokenAuthMethod: AUTO }, displayName: "Same" }) { disconnects } }`,
    { id },
  );
  expect(
    (await visit(app, member, await world.provider.approve(await begin(world, member, '', id)))).status,
  ).toBe(200);
});

test('keeps flows when an edit leaves the settings unchanged', async () => {
  const world = await site();
  const id = await createServer(world, {
    oauth2Compatibility: { tokenAuthMethod: 'BASIC', resource: 'OMIT' },
  });
  const callback = await world.provider.approve(await begin(world, member, '', id));
  await relax(id, { resource: 'OMIT' });
  expect((await visit(app, member, callback)).status).toBe(200);
});

test('completes no concurrent flow with old settings after they change', async () => {
  const world = await site();
  const id = await createServer(world);
  const begun = Array.from({ length: 12 }, () => begin(world, member, '', id));
  await Promise.all([...begun, relax(id, { tokenAuthMethod: 'POST' })]);
  const stale = await app.sql(
    `select 1 from oauth2_flows where mcp_server_config_id = $1 and compatibility <> '{"tokenAuthMethod": "POST"}'`,
    [id],
  );
  expect(stale).toEqual([]);
});

test('shows active settings to administrators only', async () => {
  const world = await site();
  const id = await createServer(world, { oauth2Compatibility: { resource: 'OMIT' } });
  const query = `query ($id: ID!) { mcpServerConfig(id: $id) { oauth2Compatibility { resource activeSettings { setting lessSafe } } } }`;
  const seen = async (user: SignedInUser) =>
    (await user.graphql.data<{ mcpServerConfig: { oauth2Compatibility: unknown } }>(query, { id }))
      .mcpServerConfig.oauth2Compatibility;
  expect(await seen(member)).toBeNull();
  expect(await seen(admin)).toMatchObject({
    resource: 'OMIT',
    activeSettings: [
      { setting: 'resource: OMIT', lessSafe: expect.stringContaining('not bound to this MCP server') },
    ],
  });
});
