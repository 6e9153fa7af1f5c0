import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { discover } from '../../src/oauth2/discovery.js';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
  type MetadataLocation,
} from '../support/authorization-server.js';
import { startHandcraftedServer, type HandcraftedServer } from '../support/handcrafted-server.js';
import { startMcpServer, type McpServerOptions } from '../support/mcp-server.js';
import { failureOf, openOutbound, sentinel } from './outbound.js';

const outbound = openOutbound();
const closing: { close(): Promise<void> }[] = [];
/** An MCP server in front of which everything can be set wrong. */
let host: HandcraftedServer;
let mcpUrl: string;

beforeEach(async () => {
  host = await startHandcraftedServer();
  closing.push(host);
  mcpUrl = `${host.origin}/mcp`;
  challenge('Bearer');
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((server) => server.close()));
});
afterAll(() => outbound.guarded.close());

async function authorizationServer(options?: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const server = await startAuthorizationServer(options);
  closing.push(server);
  return server;
}

async function mcpServer(options?: McpServerOptions) {
  const server = await startMcpServer(options);
  closing.push(server);
  return server;
}

function challenge(header: string, path = '/mcp') {
  host.answer(path, { status: 401, headers: { 'www-authenticate': header } });
}

function resourceMetadata(issuer: string, more: Record<string, unknown> = {}) {
  return { json: { resource: mcpUrl, authorization_servers: [issuer], ...more } };
}

/** Metadata of an authorization server at the MCP server's own origin. */
function serverMetadata(more: Record<string, unknown> = {}) {
  return {
    json: {
      issuer: host.origin,
      authorization_endpoint: `${host.origin}/oauth/authorize`,
      token_endpoint: `${host.origin}/oauth/token`,
      code_challenge_methods_supported: ['S256'],
      ...more,
    },
  };
}

const inserted = '/.well-known/oauth-protected-resource/mcp';
const root = '/.well-known/oauth-protected-resource';
const oauthMetadata = '/.well-known/oauth-authorization-server';
const openidMetadata = '/.well-known/openid-configuration';

describe('a real MCP server with a real authorization server', () => {
  test('is discovered by its URL alone, with every step as evidence', async () => {
    const issuer = await authorizationServer();
    const mcp = await mcpServer({ authorizationServer: issuer });
    const { steps, metadata, ...found } = await discover(mcp.url, outbound);
    expect(found).toEqual({
      requiresAuthorization: true,
      resource: mcp.url,
      scopes: 'mcp:tools',
      issuer: issuer.issuer,
      authorizationEndpoint: `${issuer.issuer}/auth`,
      tokenEndpoint: `${issuer.issuer}/token`,
      revocationEndpoint: `${issuer.issuer}/token/revocation`,
      registrationEndpoint: `${issuer.issuer}/reg`,
      issRequired: true,
    });
    expect(
      steps.map(({ name, url, status, outcome }) => [name, new URL(url).pathname, status, outcome]),
    ).toEqual([
      ['initialize', '/mcp', 401, 'FOUND'],
      ['Protected resource metadata (announced)', inserted, 200, 'FOUND'],
      ['Authorization server metadata', oauthMetadata, 200, 'FOUND'],
    ]);
    expect(issuer.count('/reg')).toBe(0);
    expect(metadata?.scopes_supported).toEqual(['openid', 'offline_access', 'mcp:tools']);
  });

  test('needs no authorization where the server answers without a token', async () => {
    const mcp = await mcpServer();
    const found = await discover(mcp.url, outbound);
    expect(found).toMatchObject({ requiresAuthorization: false, issuer: '', authorizationEndpoint: '' });
    expect(found.steps.slice(0, 2).map(({ name, outcome }) => [name, outcome])).toEqual([
      ['initialize', 'FOUND'],
      ['tools/list', 'FOUND'],
    ]);
  });

  test('is asked for authorization where only tools/list is guarded', async () => {
    const issuer = await authorizationServer();
    const guarded = await mcpServer({ authorizationServer: issuer });
    const open = await mcpServer();
    const fetch: typeof outbound.fetch = (url, init) =>
      String(init?.body).includes('"initialize"')
        ? outbound.fetch(open.url, init)
        : outbound.fetch(url, init);
    const found = await discover(guarded.url, { ...outbound, fetch });
    expect(found).toMatchObject({ requiresAuthorization: true, issuer: issuer.issuer });
  });

  test.each<MetadataLocation>([
    'oauth-authorization-server',
    'openid-configuration',
    'openid-configuration appended',
  ])('finds an issuer with a path by its %s metadata alone', async (location) => {
    const issuer = await authorizationServer({ issuerPath: '/tenant/one', metadataAt: [location] });
    const mcp = await mcpServer({ authorizationServer: issuer });
    await expect(discover(mcp.url, outbound)).resolves.toMatchObject({
      issuer: issuer.issuer,
      tokenEndpoint: `${issuer.issuer}/token`,
    });
  });

  test('refuses an authorization server that does not list PKCE with S256', async () => {
    for (const methods of [undefined, ['plain']]) {
      const issuer = await authorizationServer({ metadata: { code_challenge_methods_supported: methods } });
      const mcp = await mcpServer({ authorizationServer: issuer });
      const failure = await failureOf(discover(mcp.url, outbound));
      expect(failure.code).toBe('DISCOVERY_FAILED');
      expect(failure.message).toContain('PKCE');
    }
  });

  test('refuses an issuer that differs by a slash', async () => {
    const issuer = await authorizationServer();
    host.answer(inserted, resourceMetadata(`${issuer.issuer}/`));
    const failure = await failureOf(discover(mcpUrl, outbound));
    expect(failure.message).toContain('another issuer');
  });
});

describe('protected resource metadata', () => {
  test('at the path beats that at the root', async () => {
    const [right, wrong] = [await authorizationServer(), await authorizationServer()];
    host.answer(inserted, resourceMetadata(right.issuer));
    host.answer(root, resourceMetadata(wrong.issuer));
    await expect(discover(mcpUrl, outbound)).resolves.toMatchObject({ issuer: right.issuer });
    expect(host.count(root)).toBe(0);
  });

  test('at the announced location beats both', async () => {
    const [right, wrong] = [await authorizationServer(), await authorizationServer()];
    challenge(`Basic realm="a, b", Bearer resource_metadata="${host.origin}/elsewhere", scope="files:read"`);
    host.answer('/elsewhere', resourceMetadata(right.issuer, { scopes_supported: ['ignored'] }));
    host.answer(inserted, resourceMetadata(wrong.issuer));
    await expect(discover(mcpUrl, outbound)).resolves.toMatchObject({
      issuer: right.issuer,
      scopes: 'files:read',
    });
  });

  test.each<[string, Parameters<HandcraftedServer['answer']>[1]]>([
    ['404', { status: 404 }],
    ['410', { status: 410 }],
    ['403', { status: 403, json: {} }],
    ['a page', { headers: { 'content-type': 'text/html' }, text: '<h1>Welcome</h1>' }],
    ['broken JSON', { headers: { 'content-type': 'application/json' }, text: '{"resource":' }],
    ['a JSON list', { json: [] }],
    ['an empty list of servers', { json: { resource: 'x', authorization_servers: [] } }],
    ['no list of servers', { json: { resource: 'x' } }],
    ['a list of something else', { json: { resource: 'x', authorization_servers: [null, 7] } }],
    ['no resource', { json: { authorization_servers: ['https://as.example'] } }],
  ])('at a guessed place is passed over when it is %s', async (_what, answer) => {
    const issuer = await authorizationServer();
    host.answer(inserted, answer);
    host.answer(root, resourceMetadata(issuer.issuer));
    const found = await discover(mcpUrl, outbound);
    expect(found.issuer).toBe(issuer.issuer);
    expect(found.steps.find(({ url }) => url.endsWith(inserted))?.outcome).toBe('NOT_HERE');
  });

  test.each<[string, Parameters<HandcraftedServer['answer']>[1]]>([
    ['500', { status: 500, text: sentinel }],
    ['503', { status: 503 }],
    ['429', { status: 429 }],
    ['silence', null],
  ])('at a guessed place ends the discovery when it is %s: no downgrade by outage', async (_what, answer) => {
    const issuer = await authorizationServer();
    host.answer(inserted, answer);
    host.answer(root, resourceMetadata(issuer.issuer));
    const failure = await failureOf(discover(mcpUrl, outbound));
    expect(failure.code).toBe('DISCOVERY_FAILED');
    expect(host.count(root)).toBe(0);
    expect(failure.extensions.steps).toMatchObject([{ name: 'initialize' }, { outcome: 'FAILED' }]);
    expect(failure.extensions.remedy).toContain('Try again later');
  });

  test.each<[string, Parameters<HandcraftedServer['answer']>[1]]>([
    ['missing', { status: 404 }],
    ['a page', { text: `<h1>${sentinel}</h1>` }],
    ['empty', { json: {} }],
    ['for no server', { json: { resource: 'x', authorization_servers: [] } }],
    ['out of order', { status: 502 }],
  ])('at the announced place ends the discovery when it is %s', async (_what, answer) => {
    const issuer = await authorizationServer();
    challenge(`Bearer resource_metadata="${host.origin}/announced"`);
    host.answer('/announced', answer);
    host.answer(inserted, resourceMetadata(issuer.issuer));
    await expect(failureOf(discover(mcpUrl, outbound))).resolves.toMatchObject({ code: 'DISCOVERY_FAILED' });
    expect(host.count(inserted)).toBe(0);
  });

  test.each([
    'javascript:alert(1)',
    '/relative',
    'http://metadata.example/',
    'https://user:pass@host.example/',
  ])('announced at %s is refused without a request', async (url) => {
    challenge(`Bearer resource_metadata="${url}"`);
    const failure = await failureOf(discover(mcpUrl, outbound));
    expect(failure.message).toContain('announces an address');
    expect(host.requests).toHaveLength(1);
  });

  test('for another resource is refused, wherever it was found', async () => {
    const issuer = await authorizationServer();
    host.answer(root, resourceMetadata(issuer.issuer, { resource: `${host.origin}/other` }));
    const failure = await failureOf(discover(mcpUrl, outbound));
    expect(failure.message).toContain('another resource');
    expect(issuer.requests).toHaveLength(0);
  });

  test('keeps the resource exactly as published', async () => {
    const issuer = await authorizationServer();
    const resource = host.origin.replace('http', 'HTTP');
    host.answer(root, resourceMetadata(issuer.issuer, { resource }));
    await expect(discover(mcpUrl, outbound)).resolves.toMatchObject({ resource });
  });

  test('that names only insecure authorization servers is refused', async () => {
    host.answer(inserted, resourceMetadata('http://as.example'));
    await expect(failureOf(discover(mcpUrl, outbound))).resolves.toMatchObject({ code: 'DISCOVERY_FAILED' });
  });
});

describe('authorization server metadata', () => {
  beforeEach(() => host.answer(inserted, resourceMetadata(host.origin)));

  test('of another issuer is refused even when everything else fits', async () => {
    host.answer(oauthMetadata, serverMetadata({ issuer: 'https://attacker.example' }));
    const failure = await failureOf(discover(mcpUrl, outbound));
    expect(failure.message).toContain('another issuer');
    expect(JSON.stringify(failure)).not.toContain('attacker');
  });

  test('of another issuer does not hide the right document at the next place', async () => {
    host.answer(oauthMetadata, serverMetadata({ issuer: `${host.origin}/catch-all` }));
    host.answer(openidMetadata, serverMetadata());
    await expect(discover(mcpUrl, outbound)).resolves.toMatchObject({ issuer: host.origin });
  });

  test('that cannot be had ends the discovery instead of trying the next place', async () => {
    host.answer(oauthMetadata, { status: 503 });
    host.answer(openidMetadata, serverMetadata());
    await expect(failureOf(discover(mcpUrl, outbound))).resolves.toMatchObject({ code: 'DISCOVERY_FAILED' });
    expect(host.count(openidMetadata)).toBe(0);
  });

  test('is never replaced by default endpoints once the server has named its issuer', async () => {
    const failure = await failureOf(discover(mcpUrl, outbound));
    expect(failure.message).toContain('publishes no metadata');
  });

  test.each([
    ['a token endpoint on plain http', { token_endpoint: 'http://as.example/token' }],
    ['no token endpoint', { token_endpoint: undefined }],
    ['a script for an authorization endpoint', { authorization_endpoint: 'javascript:alert(1)' }],
    ['user and password in an endpoint', { authorization_endpoint: 'https://user:pass@as.example/' }],
    ['a fragment in an endpoint', { authorization_endpoint: 'https://as.example/#here' }],
    ['only the implicit grant', { grant_types_supported: ['implicit'] }],
  ])('with %s is refused', async (_what, more) => {
    host.answer(oauthMetadata, serverMetadata(more));
    await expect(failureOf(discover(mcpUrl, outbound))).resolves.toMatchObject({ code: 'DISCOVERY_FAILED' });
  });

  test('with an insecure registration or revocation endpoint is used without it', async () => {
    const endpoints = {
      registration_endpoint: 'http://as.example/r',
      revocation_endpoint: 'http://as.example/v',
    };
    host.answer(oauthMetadata, serverMetadata(endpoints));
    const found = await discover(mcpUrl, outbound);
    expect(found).toMatchObject({ registrationEndpoint: '', revocationEndpoint: '' });
    expect(found.steps.at(-1)?.detail).toContain('registration_endpoint is not a usable https URL');
  });

  test('is kept in known members only, within bounds', async () => {
    const json = JSON.stringify({
      ...serverMetadata({ scopes_supported: ['a', 7, 'x'.repeat(5_000), ...Array(2_000).fill('b')] }).json,
      op_policy_uri: sentinel,
      constructor: sentinel,
    }).replace('"issuer"', `"__proto__":{"polluted":true},"issuer"`);
    host.answer(oauthMetadata, { headers: { 'content-type': 'application/json' }, text: json });
    const { metadata } = await discover(mcpUrl, outbound);
    expect(Object.keys(metadata ?? {}).toSorted()).toEqual([
      'authorization_endpoint',
      'code_challenge_methods_supported',
      'issuer',
      'scopes_supported',
      'token_endpoint',
    ]);
    expect(metadata).not.toHaveProperty('polluted');
    expect(metadata?.scopes_supported?.length).toBeLessThanOrEqual(500);
  });
});

describe('a server without resource metadata', () => {
  test('is its own authorization server, by the metadata at its origin', async () => {
    host.answer(oauthMetadata, serverMetadata({ issuer: `${host.origin}/` }));
    await expect(discover(mcpUrl, outbound)).resolves.toMatchObject({
      issuer: `${host.origin}/`,
      resource: mcpUrl,
      tokenEndpoint: `${host.origin}/oauth/token`,
    });
  });

  test('gets the default endpoints of MCP 2025-03-26 where there is no metadata either', async () => {
    await expect(discover(mcpUrl, outbound)).resolves.toMatchObject({
      requiresAuthorization: true,
      metadata: null,
      issuer: host.origin,
      authorizationEndpoint: `${host.origin}/authorize`,
      tokenEndpoint: `${host.origin}/token`,
      registrationEndpoint: `${host.origin}/register`,
    });
  });

  test('gets no default endpoints while its metadata cannot be had, or is of another issuer', async () => {
    host.answer(oauthMetadata, { status: 500 });
    await failureOf(discover(mcpUrl, outbound));
    host.answer(oauthMetadata, serverMetadata({ issuer: 'https://other.example' }));
    await failureOf(discover(mcpUrl, outbound));
  });

  test('that asks for a password is not taken for OAuth', async () => {
    challenge('Basic realm="inside"');
    const failure = await failureOf(discover(mcpUrl, outbound));
    expect(failure.extensions.remedy).toContain('API key');
  });
});

describe('the probe', () => {
  test('says that no MCP server answers at a URL', async () => {
    host.answer('/mcp', { text: '<h1>A web site</h1>', headers: { 'content-type': 'text/html' } });
    const failure = await failureOf(discover(mcpUrl, outbound));
    expect(failure.message).toContain('No MCP server answers');
  });

  test.each<[string, Parameters<HandcraftedServer['answer']>[1]]>([
    ['fails', { status: 500, text: sentinel, headers: { 'www-authenticate': sentinel } }],
    ['is silent', null],
    ['redirects', { status: 307, headers: { location: 'https://elsewhere.example/mcp' } }],
  ])('ends the discovery when the server %s, and repeats nothing it said', async (_what, answer) => {
    host.answer('/mcp', answer);
    const failure = await failureOf(discover(mcpUrl, outbound));
    expect(failure.code).toBe('DISCOVERY_FAILED');
    expect(JSON.stringify([failure.message, failure.extensions])).not.toMatch(/REMOTE|elsewhere/);
  });

  test('asks for the event stream where nothing can be posted', async () => {
    const issuer = await authorizationServer();
    host.answer('/mcp', { status: 405 });
    host.answer('GET /mcp', {
      status: 401,
      headers: { 'www-authenticate': `Bearer resource_metadata="${host.origin}${inserted}"` },
    });
    host.answer(inserted, resourceMetadata(issuer.issuer));
    await expect(discover(mcpUrl, outbound)).resolves.toMatchObject({ issuer: issuer.issuer });
  });

  test('reaches nothing that the guard refuses, and says how to allow it', async () => {
    const failure = await failureOf(discover('http://10.0.0.1/mcp', outbound));
    expect(failure.extensions.remedy).toContain('ALLOWED_PRIVATE_CIDRS');
  });
});
