import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../../support/oauth/authorization-server.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { startSseMcpServer } from '../../support/mcp/sse-mcp-server.js';
import { seedAccount } from '../../support/seed.js';
import { callError } from '../../tools/tool-calls.js';
import { everyField, minimal, startCatalogue, type Catalogue, type Config } from '../catalogue.js';

let catalogue: Catalogue;
let provider: AuthorizationServer;
let other: AuthorizationServer;
let host: HandcraftedServer;

beforeAll(async () => {
  catalogue = await startCatalogue();
  provider = await startAuthorizationServer();
  other = await startAuthorizationServer();
});
afterAll(async () => {
  await catalogue.close();
  await provider.close();
  await other.close();
});
beforeEach(async () => {
  host = await startHandcraftedServer();
});
afterEach(() => host.close());

type Input = Record<string, unknown>;
const url = () => `${host.origin}/mcp`;
const metadataUrl = () => `${host.origin}/metadata`;
const oauth2 = (input: Input = {}): Input => minimal({ authType: 'OAUTH2', url: url(), ...input });
const publish = (path: string, { issuer }: AuthorizationServer) =>
  host.answer(path, { json: { resource: url(), authorization_servers: [issuer], scopes_supported: ['a'] } });

/** Answers without a token until a tool is called, and even a call gets no hint of the provider. */
function askAtToolsOnly() {
  host.answer('POST /mcp', (body) => {
    const { method, id, params } = JSON.parse(body) as {
      method: string;
      id?: number;
      params?: { name?: string };
    };
    if (method === 'tools/call' && params?.name === 'echo') return { status: 401 };
    const results: Input = {
      initialize: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'a', version: '1' },
      },
      'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] },
    };
    if (id === undefined) return { status: 202 };
    return method in results
      ? { json: { jsonrpc: '2.0', id, result: results[method] } }
      : { json: { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } } };
  });
}

const register = async (id: string) => {
  const mutation = `mutation ($id: ID!) { registerMcpServerOAuth2Client(id: $id) { server { ${everyField} } } }`;
  type Data = { registerMcpServerOAuth2Client: { server: Config } };
  return (await catalogue.admin.graphql.data<Data>(mutation, { id })).registerMcpServerOAuth2Client.server;
};
const discoverDocument = `mutation ($input: DiscoverMcpServerOAuth2Input!) { discoverMcpServerOAuth2(input: $input) { discovery {
  requiresAuthorization issuer registration transport suggestedUrl suggestedAuthType
} } }`;
const discovered = async (input: Input) =>
  (
    await catalogue.admin.graphql.data<{ discoverMcpServerOAuth2: { discovery: Input } }>(discoverDocument, {
      input,
    })
  ).discoverMcpServerOAuth2.discovery;
const discoveryError = (input: Input) => catalogue.admin.graphql.error(discoverDocument, { input });

describe('a server that asks for authorization only when a tool is called', () => {
  beforeEach(askAtToolsOnly);

  test('is told how to be set up, by discovery and by a refused call, and not in a circle', async () => {
    const refused = await catalogue.createError(oauth2());
    expect(refused.extensions.code).toBe('DISCOVERY_FAILED');
    expect(refused.extensions.remedy).toMatch(
      /only when a tool is called.*OAUTH2.*oauth2Issuer.*oauth2ResourceMetadataUrl.*oauth2ClientId, oauth2AuthUrl, oauth2TokenUrl/,
    );
    const { id } = await catalogue.create(minimal({ url: url(), authType: 'NONE', enabled: true }));
    const failed = await callError(catalogue.admin, id, 'echo');
    expect(failed.message).toMatch(
      /requires authorization.*401.*OAuth 2.*issuer.*resource metadata URL.*by hand/,
    );
    const { reference } = failed.extensions;
    const query = `query ($reference: String!) { failureReport(reference: $reference) { message httpStatus } }`;
    expect(await catalogue.admin.graphql.data(query, { reference })).toEqual({
      failureReport: { message: failed.message, httpStatus: 401 },
    });
  });

  test.each<[string, () => Input]>([
    ['the issuer', () => ({ oauth2Issuer: provider.issuer })],
    ['the resource metadata', () => ({ oauth2ResourceMetadataUrl: metadataUrl() })],
    ['both', () => ({ oauth2Issuer: provider.issuer, oauth2ResourceMetadataUrl: metadataUrl() })],
    ['the issuer and a client', () => ({ oauth2Issuer: provider.issuer, oauth2ClientId: 'mine' })],
    [
      'everything',
      () => ({
        oauth2ClientId: 'mine',
        oauth2AuthUrl: `${provider.issuer}/auth`,
        oauth2TokenUrl: `${provider.issuer}/token`,
      }),
    ],
  ])('is set up with %s, and again with the same settings', async (_what, named) => {
    publish('/metadata', provider);
    const input = named();
    const server = await catalogue.create(oauth2(input));
    expect(server).toMatchObject({
      oauth2TokenUrl: `${provider.issuer}/token`,
      oauth2ResourceMetadataUrl: input.oauth2ResourceMetadataUrl ?? '',
      oauth2Registration: 'oauth2ClientId' in input ? 'MANUAL' : 'DYNAMIC',
    });
    expect(await register(server.id)).toMatchObject({ oauth2TokenUrl: `${provider.issuer}/token` });
  });

  test('is discovered with a named provider, and nothing is stored', async () => {
    publish('/metadata', provider);
    expect(await discovered({ url: url() })).toMatchObject({ issuer: '', suggestedAuthType: 'NONE' });
    for (const named of [{ oauth2Issuer: provider.issuer }, { oauth2ResourceMetadataUrl: metadataUrl() }]) {
      expect(await discovered({ url: url(), ...named })).toMatchObject({
        issuer: provider.issuer,
        registration: 'DYNAMIC',
        suggestedAuthType: 'OAUTH2',
      });
    }
  });
});

describe('a named provider', () => {
  beforeEach(() => host.answer('/mcp', { status: 401, headers: { 'www-authenticate': 'Bearer' } }));

  test('gets no client if the server names another one', async () => {
    publish('/.well-known/oauth-protected-resource/mcp', other);
    const before = other.requests.length;
    const refused = await catalogue.createError(oauth2({ oauth2Issuer: provider.issuer }));
    expect(refused.message).toContain(`The entered issuer is ${provider.issuer}`);
    expect(refused.extensions).toMatchObject({ layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR' });
    const registered = other.requests.slice(before).filter(({ path }) => path === '/reg');
    expect(registered).toEqual([]);
  });

  test.each<[string, Input]>([
    ['an issuer with a query', { oauth2Issuer: 'https://as.example/?a=1' }],
    ['a URL that is none', { oauth2ResourceMetadataUrl: 'metadata' }],
    ['a URL with a password', { oauth2ResourceMetadataUrl: 'https://a:b@as.example/' }],
  ])('is refused with %s', async (_what, input) => {
    const refusals = [
      await catalogue.createError(oauth2(input)),
      await discoveryError({ url: url(), ...input }),
    ];
    for (const { extensions } of refusals) expect(extensions.code).toBe('BAD_USER_INPUT');
  });

  test('is no setting of a server with another auth type', async () => {
    const input = { authType: 'NONE', oauth2ResourceMetadataUrl: 'https://mcp.example/metadata' };
    expect((await catalogue.createError(minimal(input))).extensions.code).toBe('BAD_USER_INPUT');
    const { id } = await catalogue.create(oauth2({ oauth2Issuer: provider.issuer }));
    await catalogue.update(id, { oauth2ResourceMetadataUrl: metadataUrl() });
    const { clearedFields, server } = await catalogue.update(id, { authType: 'NONE' });
    expect(clearedFields).toContain('oauth2ResourceMetadataUrl');
    expect(server.oauth2ResourceMetadataUrl).toBe('');
  });

  test('with another issuer drops the accounts and everything of the previous one, and is used at the next registration', async () => {
    const server = await catalogue.create(oauth2({ oauth2Issuer: provider.issuer }));
    await seedAccount(catalogue.app, { userId: catalogue.member.id, serverId: server.id });
    const preview = await catalogue.preview(server.id, { oauth2Issuer: other.issuer });
    expect(preview.disconnects).toBe(1);
    const change = await catalogue.update(server.id, { oauth2Issuer: other.issuer });
    expect(change).toMatchObject({
      disconnects: 1,
      server: {
        oauth2Issuer: other.issuer,
        oauth2ClientId: '',
        oauth2TokenUrl: '',
        oauth2Registration: null,
      },
    });
    expect(await register(server.id)).toMatchObject({
      oauth2Issuer: other.issuer,
      oauth2TokenUrl: `${other.issuer}/token`,
    });
  });

  test('with another metadata URL keeps the accounts until the next registration', async () => {
    publish('/metadata', provider);
    publish('/moved', other);
    const server = await catalogue.create(oauth2({ oauth2ResourceMetadataUrl: metadataUrl() }));
    await seedAccount(catalogue.app, { userId: catalogue.member.id, serverId: server.id });
    const input = { oauth2ResourceMetadataUrl: `${host.origin}/moved` };
    expect(await catalogue.update(server.id, input)).toMatchObject({
      disconnects: 0,
      server: { oauth2ClientId: server.oauth2ClientId, oauth2Issuer: provider.issuer },
    });
    expect(await register(server.id)).toMatchObject({ oauth2Issuer: other.issuer });
  });

  test('does not move to another URL', async () => {
    publish('/metadata', provider);
    const server = await catalogue.create(oauth2({ oauth2ResourceMetadataUrl: metadataUrl() }));
    const { server: moved } = await catalogue.update(server.id, { url: `${host.origin}/other` });
    expect(moved).toMatchObject({ oauth2ResourceMetadataUrl: '', oauth2Issuer: '', oauth2ClientId: '' });
  });
});

describe('discovery suggests', () => {
  test('an API key for a server that asks for one, and registers no client there', async () => {
    host.answer('/mcp', { status: 401, headers: { 'www-authenticate': 'Bearer' } });
    for (const error of [await catalogue.createError(oauth2()), await discoveryError({ url: url() })]) {
      expect(error.message).toContain('probably requires an API key');
      expect(error.extensions).toMatchObject({
        suggestedAuthType: 'API_KEY',
        remedy: expect.stringContaining('API_KEY'),
      });
    }
    expect(host.requests.filter(({ path }) => path === '/register')).toEqual([]);
  });

  test('the address that a server redirects to, which works as entered too', async () => {
    host.answer('/mcp', { status: 307, headers: { location: '/mcp/' } });
    host.answer('/mcp/', { status: 401, headers: { 'www-authenticate': 'Bearer' } });
    publish('/.well-known/oauth-protected-resource/mcp', provider);
    expect(await discovered({ url: url() })).toMatchObject({ suggestedUrl: `${url()}/` });
    expect(await discovered({ url: `${url()}/` })).toMatchObject({ suggestedUrl: null });
    expect(await catalogue.create(oauth2())).toMatchObject({ oauth2Issuer: provider.issuer });
  });

  test('the address of a redirect that cannot be followed', async () => {
    host.answer('/mcp', { status: 301, headers: { location: '/mcp/' } });
    const error = await discoveryError({ url: url() });
    expect(error.extensions).toMatchObject({ suggestedUrl: `${url()}/` });
  });

  test('the transport of a server that speaks only the older one', async () => {
    const sse = await startSseMcpServer();
    try {
      expect(await discovered({ url: sse.url })).toMatchObject({
        transport: 'SSE',
        suggestedAuthType: 'NONE',
      });
    } finally {
      await sse.close();
    }
  });
});
