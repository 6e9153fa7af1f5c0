import { connect, createServer } from '../accounts/world.js';
import { cleanUp, startWebServer } from '../net/web-server.js';
import {
  endpoints,
  startAuthorizationServer,
  type AuthorizationServerOptions,
} from '../support/oauth/authorization-server.js';
import { startHandcraftedServer, type HandcraftedServer } from '../support/handcrafted-server.js';
import { startMcpServer, type McpServerOptions } from '../support/mcp/mcp-server.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser } from '../support/seed.js';
import { openClinic, outline, remoteText, type Clinic } from './clinic.js';

let clinic: Clinic;
const opened = cleanUp();

beforeAll(async () => {
  clinic = await openClinic();
});
afterAll(() => clinic.close());
afterEach(() => opened.run());

const handcrafted = async (): Promise<HandcraftedServer> => opened.add(await startHandcraftedServer());

async function realServers(provider: AuthorizationServerOptions = {}, server: McpServerOptions = {}) {
  const authorizationServer = opened.add(await startAuthorizationServer(provider));
  const mcp = opened.add(await startMcpServer({ authorizationServer, ...server }));
  return { provider: authorizationServer, mcp };
}

/** Creates a server from its URL, with a real provider and MCP server. */
async function addedServer(provider: AuthorizationServerOptions = {}, server: McpServerOptions = {}) {
  const real = await realServers(provider, server);
  return { ...real, id: await createServer({ admin: clinic.admin, mcp: real.mcp }) };
}

/** Starts an MCP server that requires a token of `issuer`, by default of itself. */
async function challenging(issuer?: string): Promise<HandcraftedServer> {
  const host = await handcrafted();
  host.answer('/mcp', { status: 401, headers: { 'www-authenticate': 'Bearer' }, text: remoteText });
  host.answer('/.well-known/oauth-protected-resource/mcp', {
    json: { resource: `${host.origin}/mcp`, authorization_servers: [issuer ?? host.origin] },
  });
  return host;
}

const metadata = (origin: string, more: Record<string, unknown> = {}) => ({
  json: {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    code_challenge_methods_supported: ['S256'],
    ...more,
  },
});

/** Seeds a server whose provider is `host`, as an administrator enters it. */
function storedAt(host: HandcraftedServer, more: Parameters<typeof seedOAuth2Server>[1] = {}) {
  return seedOAuth2Server(clinic.app, {
    url: `${host.origin}/mcp`,
    oauth2Issuer: host.origin,
    oauth2AuthUrl: `${host.origin}/authorize`,
    oauth2TokenUrl: `${host.origin}/token`,
    oauth2AsMetadata: { issuer: host.origin },
    ...more,
  });
}

test('runs every check if the administrator’s own account is connected', async () => {
  const { id, provider, mcp } = await addedServer();
  expect((await connect({ app: clinic.app, provider, serverId: id }, clinic.admin)).status).toBe(200);
  const registrations = provider.count(endpoints.registration);

  const diagnosis = await clinic.diagnose({ id });
  expect(diagnosis.failure).toBeNull();
  expect(new Set(outline(diagnosis))).toEqual(
    new Set([
      'ADDRESS Addresses: FOUND',
      'CONNECT Connection: FOUND',
      'MCP initialize: FOUND',
      'RESOURCE_METADATA Protected resource metadata (announced): FOUND',
      'AUTHORIZATION_SERVER_METADATA Authorization server metadata: FOUND',
      'CONFIGURATION Stored settings: FOUND',
      'CLIENT Client registration: FOUND',
      'CLIENT Client at the authorization endpoint: FOUND',
      'CLIENT Client at the token endpoint: FOUND',
      'TOKEN Your account: FOUND',
      'MCP server/discover: FOUND',
      'MCP tools/list: FOUND',
      'MCP Session: FOUND',
    ]),
  );
  const client = diagnosis.steps.find(({ name }) => name === 'Client at the token endpoint');
  expect(client).toMatchObject({ status: 400, detail: expect.stringContaining('invalid_grant') });
  expect(provider.count(endpoints.registration)).toBe(registrations);
  expect(mcp.called).toEqual([]);
  expect(diagnosis.version).toBe(1);
});

test('skips the checks that need an account if there is none, and says how to connect', async () => {
  const { id } = await addedServer();
  const diagnosis = await clinic.diagnose({ id });
  expect(diagnosis.succeeded).toBe(true);
  expect(diagnosis.steps.at(-1)).toMatchObject({
    layer: 'TOKEN',
    outcome: 'SKIPPED',
    detail: expect.stringContaining(`/mcp-servers/${id}/oauth2/connect`),
  });
});

test('checks a disabled server up to the account', async () => {
  const { id } = await addedServer();
  await clinic.app.sql('update mcp_server_configs set enabled = false where id = $1', [id]);
  const diagnosis = await clinic.diagnose({ id });
  expect(diagnosis.succeeded).toBe(true);
  expect(diagnosis.steps.at(-1)).toMatchObject({
    outcome: 'SKIPPED',
    detail: expect.stringContaining('disabled'),
  });
});

test('passes for a URL whose provider registers clients, and registers nothing', async () => {
  const { mcp, provider } = await realServers();
  const diagnosis = await clinic.diagnose({ url: mcp.url });
  expect(diagnosis.failure).toBeNull();
  expect(outline(diagnosis).slice(-2)).toEqual([
    'CLIENT Registration: SKIPPED',
    'TOKEN Your account: SKIPPED',
  ]);
  expect(provider.count(endpoints.registration)).toBe(0);
  expect(await clinic.app.sql('select 1 from mcp_server_configs where url = $1', [mcp.url])).toEqual([]);
});

test('RESOURCE_METADATA: the server’s operator is responsible for a document for another resource', async () => {
  const host = await challenging();
  host.answer('/.well-known/oauth-protected-resource/mcp', {
    json: { resource: 'https://other.example.com/', authorization_servers: [host.origin], note: remoteText },
  });
  const { failure } = await clinic.diagnose({ url: `${host.origin}/mcp` });
  expect(failure).toMatchObject({ layer: 'RESOURCE_METADATA', responsibleParty: 'MCP_SERVER' });
  expect(failure?.remedy).toContain('operator must publish');
});

test('AUTHORIZATION_SERVER_METADATA: the provider is responsible for missing PKCE', async () => {
  const host = await challenging();
  host.answer(
    '/.well-known/oauth-authorization-server',
    metadata(host.origin, { code_challenge_methods_supported: ['plain'], note: remoteText }),
  );
  const { failure } = await clinic.diagnose({ url: `${host.origin}/mcp` });
  expect(failure).toMatchObject({ layer: 'AUTHORIZATION_SERVER_METADATA', responsibleParty: 'PROVIDER' });
  expect(failure?.remedy).toContain('PKCE');
});

test('DNS of the provider: names the phase, and the provider as responsible', async () => {
  const host = await challenging('https://nowhere.test');
  const { failure, steps } = await clinic.diagnose({ url: `${host.origin}/mcp` });
  expect(failure).toMatchObject({ layer: 'DNS', responsibleParty: 'PROVIDER' });
  expect(failure?.message).toContain('nowhere.test');
  expect(steps.filter(({ layer }) => layer === 'DNS')).toContainEqual(
    expect.objectContaining({ name: 'Name resolution', url: 'https://nowhere.test', outcome: 'FAILED' }),
  );
});

test('TLS of the provider: the provider is responsible for an expired certificate', async () => {
  clinic.zone['auth.test'] = [['127.0.0.1']];
  const day = 86_400_000;
  const certificate = clinic.authority.issue({
    dns: ['auth.test'],
    from: new Date(Date.now() - 3 * day),
    to: new Date(Date.now() - day),
  });
  const site = opened.add(await startWebServer((_req, res) => void res.end(remoteText), { certificate }));
  const host = await challenging(`https://auth.test:${site.port}`);
  const { failure } = await clinic.diagnose({ url: `${host.origin}/mcp` });
  expect(failure).toMatchObject({ layer: 'TLS', responsibleParty: 'PROVIDER' });
  expect(failure?.message).toContain('expired');
  expect(failure?.remedy).toContain('renew');
  expect(site.requests).toHaveLength(0);
});

describe('a provider without dynamic registration', () => {
  const withoutRegistration = { dynamicRegistration: false };

  test('CLIENT: suggests an id, and the redirect URI to create an OAuth app with, for a URL', async () => {
    const { mcp, provider } = await realServers(withoutRegistration);
    const { failure } = await clinic.diagnose({ url: mcp.url });
    expect(failure).toMatchObject({ layer: 'CLIENT', responsibleParty: 'ADMINISTRATOR' });
    const [, host, redirectUri, id] =
      /^Create an OAuth app at (\S+), with exactly this redirect URI: (\S+) Then create the server with id: "([^"]+)", oauth2ClientId and oauth2ClientSecret\.$/.exec(
        failure?.remedy ?? '',
      ) ?? [];
    expect(host).toBe(new URL(provider.issuer).host);
    expect(redirectUri).toBe(`${clinic.app.publicUrl}/mcp-servers/${id}/oauth2/callback`);

    // The remedy works.
    const made = await createServer(
      { admin: clinic.admin, mcp },
      { id, oauth2ClientId: 'made-there', oauth2ClientSecret: 'secret' },
    );
    expect(made).toBe(id);
  });

  test('CLIENT: names the redirect URI of a stored server without a client', async () => {
    const { mcp } = await realServers(withoutRegistration);
    const { id } = await seedOAuth2Server(clinic.app, {
      url: mcp.url,
      oauth2ClientId: '',
      oauth2AuthUrl: '',
      oauth2TokenUrl: '',
      oauth2Issuer: '',
      oauth2Registration: null,
    });
    const { failure } = await clinic.diagnose({ id });
    expect(failure).toMatchObject({ layer: 'CLIENT', responsibleParty: 'ADMINISTRATOR' });
    expect(failure?.remedy).toContain(
      `redirect URI: ${clinic.app.publicUrl}/mcp-servers/${id}/oauth2/callback`,
    );
    expect(failure?.remedy).toContain('oauth2ClientId');
  });
});

describe('the client', () => {
  const forget = (id: string) =>
    clinic.app.sql(`update mcp_server_configs set oauth2_client_id = 'forgotten' where id = $1`, [id]);

  test('that the provider has forgotten is registered again, and the diagnosis says so', async () => {
    const { id, provider } = await addedServer();
    await forget(id);
    const registrations = provider.count(endpoints.registration);
    const diagnosis = await clinic.diagnose({ id });
    expect(diagnosis.failure).toBeNull();
    expect(outline(diagnosis)).toEqual(
      expect.arrayContaining([
        'CLIENT Client at the authorization endpoint: NOT_HERE',
        'CLIENT Client at the token endpoint: NOT_HERE',
        'CLIENT Registration: FOUND',
      ]),
    );
    expect(provider.count(endpoints.registration)).toBe(registrations + 1);
    expect((await clinic.diagnose({ id })).failure).toBeNull();
  });

  test('CLIENT: an administrator can register a forgotten client that was renewed within the hour', async () => {
    const { id } = await addedServer();
    await forget(id);
    await clinic.app.sql('update mcp_server_configs set oauth2_client_renewal_at = now() where id = $1', [
      id,
    ]);
    const { failure, steps } = await clinic.diagnose({ id });
    expect(failure).toMatchObject({ layer: 'CLIENT', responsibleParty: 'ADMINISTRATOR' });
    expect(failure?.remedy).toContain('registerMcpServerOAuth2Client');
    expect(steps.at(-1)).toMatchObject({ name: 'Client', outcome: 'FAILED' });
    const marked = await clinic.app.sql(
      'select oauth2_client_failure from mcp_server_configs where id = $1',
      [id],
    );
    expect(marked).toEqual([{ oauth2_client_failure: 'INVALID_CLIENT' }]);

    // The remedy works.
    await clinic.admin.graphql.data(
      'mutation ($id: ID!) { registerMcpServerOAuth2Client(id: $id) { server { id } } }',
      { id },
    );
    expect((await clinic.diagnose({ id })).failure).toBeNull();
  });

  test.each([
    [
      'GitHub’s way',
      { status: 200, json: { error: 'incorrect_client_credentials', error_description: remoteText } },
    ],
    [
      'a challenge',
      { status: 401, headers: { 'www-authenticate': `Basic realm="${remoteText}"` }, text: remoteText },
    ],
  ])('CLIENT: the administrator must correct a refused secret, reported in %s', async (_way, answer) => {
    const host = await challenging();
    host.answer('/.well-known/oauth-authorization-server', metadata(host.origin));
    host.answer('/token', answer);
    const { id } = await storedAt(host, {
      oauth2ClientSecret: 'planted-client-secret',
      oauth2TokenAuthMethod: 'client_secret_basic',
    });
    const diagnosis = await clinic.diagnose({ id });
    expect(diagnosis.failure).toMatchObject({ layer: 'CLIENT', responsibleParty: 'ADMINISTRATOR' });
    expect(diagnosis.failure?.remedy).toContain('oauth2ClientSecret');
    const stored = await clinic.app.sql(
      'select * from mcp_server_diagnoses where mcp_server_config_id = $1',
      [id],
    );
    expect(JSON.stringify([diagnosis, stored])).not.toContain('planted-client-secret');
  });

  test.each([
    ['an outage', { status: 503, text: remoteText }],
    ['a server error', { status: 500, json: { error: 'server_error', error_description: remoteText } }],
    ['a web page', { status: 200, headers: { 'content-type': 'text/html' }, text: remoteText }],
    ['no OAuth error', { status: 404, text: remoteText }],
    ['a Bearer challenge', { status: 401, headers: { 'www-authenticate': 'Bearer' }, text: remoteText }],
    ['a token', { json: { access_token: remoteText, token_type: 'bearer' } }],
    ['silence', null],
  ])('passes where the token endpoint answers an invented code with %s', async (_kind, answer) => {
    const host = await challenging();
    host.answer('/.well-known/oauth-authorization-server', metadata(host.origin));
    host.answer('/token', answer);
    host.answer('/authorize', { status: 302, headers: { location: '/login' } });
    const { id } = await storedAt(host, { oauth2Registration: 'DYNAMIC' });
    const diagnosis = await clinic.diagnose({ id });
    expect(diagnosis.failure).toBeNull();
    expect(outline(diagnosis)).toEqual(
      expect.arrayContaining([
        'CLIENT Client at the authorization endpoint: FOUND',
        'CLIENT Client at the token endpoint: SKIPPED',
      ]),
    );
    expect(host.count('/register')).toBe(0);
  });

  test('CLIENT: a client that was registered under another PUBLIC_URL must be registered again', async () => {
    const { id, provider } = await addedServer();
    await clinic.app.sql(
      `update mcp_server_configs set oauth2_redirect_uri = 'https://old.example.com/callback' where id = $1`,
      [id],
    );
    const asked = provider.count(endpoints.token);
    const { failure } = await clinic.diagnose({ id });
    expect(failure).toMatchObject({ layer: 'CLIENT', responsibleParty: 'ADMINISTRATOR' });
    expect(failure?.message).toContain('https://old.example.com/callback');
    expect(provider.count(endpoints.token)).toBe(asked);
  });

  test('CONFIGURATION: the administrator must restore the encryption key of an unreadable secret', async () => {
    const { id } = await addedServer();
    await clinic.app.sql(`update mcp_server_configs set oauth2_client_secret = 'gone.x' where id = $1`, [id]);
    const { failure } = await clinic.diagnose({ id });
    expect(failure).toMatchObject({ layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR' });
    expect(failure?.remedy).toContain('SWITCHBOARD_ENCRYPTION_KEYS');
  });
});

test('CONFIGURATION: the administrator must register at another authorization server, which is sent nothing', async () => {
  const { id, mcp } = await addedServer();
  const next = opened.add(await startAuthorizationServer());
  mcp.moveTo(next);
  const { failure } = await clinic.diagnose({ id });
  expect(failure).toMatchObject({ layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR' });
  expect(failure?.message).toContain(next.issuer);
  expect(failure?.remedy).toContain('registerMcpServerOAuth2Client');
  expect(next.count(endpoints.token) + next.count(endpoints.registration)).toBe(0);
});

test('CONFIGURATION: the administrator must change the auth type of an open server that is configured for OAuth', async () => {
  const open = opened.add(await startMcpServer());
  const { id } = await seedOAuth2Server(clinic.app, { url: open.url, oauth2AsMetadata: { issuer: 'x' } });
  const { failure } = await clinic.diagnose({ id });
  expect(failure).toMatchObject({ layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR' });
  expect(failure?.remedy).toContain('authType to NONE');
});

test('uses manual endpoints and requests no metadata', async () => {
  const { mcp, provider } = await realServers({
    clients: [{ clientId: 'by-hand', redirectUris: ['https://a.example.com/callback'] }],
  });
  const { id } = await seedOAuth2Server(clinic.app, {
    url: mcp.url,
    oauth2ClientId: 'by-hand',
    oauth2Issuer: '',
    oauth2AuthUrl: `${provider.issuer}${endpoints.authorization}`,
    oauth2TokenUrl: `${provider.issuer}${endpoints.token}`,
  });
  const diagnosis = await clinic.diagnose({ id });
  expect(diagnosis.failure).toBeNull();
  expect(outline(diagnosis)).toContain('CLIENT Client at the token endpoint: FOUND');
  expect(diagnosis.steps.map(({ layer }) => layer)).not.toContain('AUTHORIZATION_SERVER_METADATA');
});

describe('the administrator’s own account', () => {
  test('TOKEN: an account that has ended must be connected again', async () => {
    const { id } = await addedServer();
    await seedAccount(clinic.app, { userId: clinic.admin.id, serverId: id });
    await clinic.app.sql(
      `update mcp_server_user_tokens set status = 'NEEDS_AUTHORIZATION', access_token = null,
         failure_code = 'INVALID_GRANT', failure_at = now(), failure_reason = 'The provider has ended this connection.' where mcp_server_config_id = $1`,
      [id],
    );
    const { failure } = await clinic.diagnose({ id });
    expect(failure).toMatchObject({ layer: 'TOKEN', responsibleParty: 'ADMINISTRATOR' });
    expect(failure?.remedy).toContain(`/mcp-servers/${id}/oauth2/connect`);
  });

  test('TOKEN: an account whose token the server refuses is kept, and the remedy is to connect again', async () => {
    const { id } = await addedServer();
    const token = 'planted-access-token';
    await seedAccount(clinic.app, { userId: clinic.admin.id, serverId: id }, { accessToken: token });
    const diagnosis = await clinic.diagnose({ id });
    expect(diagnosis.failure).toMatchObject({ layer: 'TOKEN', responsibleParty: 'ADMINISTRATOR' });
    expect(diagnosis.failure?.message).toContain('HTTP 401');
    const stored = await clinic.app.sql('select * from mcp_server_diagnoses');
    expect(JSON.stringify([diagnosis, stored])).not.toContain(token);
    const [account] = await clinic.app.sql(
      'select status from mcp_server_user_tokens where mcp_server_config_id = $1',
      [id],
    );
    expect(account).toEqual({ status: 'CONNECTED' });
  });

  test('no other user’s account is used', async () => {
    const { id, provider } = await addedServer();
    const member = await seedSignedInUser(clinic.app);
    expect((await connect({ app: clinic.app, provider, serverId: id }, member)).status).toBe(200);
    expect((await clinic.diagnose({ id })).steps.at(-1)).toMatchObject({
      layer: 'TOKEN',
      outcome: 'SKIPPED',
    });
  });
});
