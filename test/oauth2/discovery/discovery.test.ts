import { describe, expect, test } from '@jest/globals';
import { discover } from '../../../src/oauth2/discovery/discovery.js';
import type { MetadataLocation } from '../../support/oauth/authorization-server.js';
import type { HandcraftedServer } from '../../support/handcrafted-server.js';
import { discoveryWorld, places } from './discovery-world.js';
import { failureOf, sentinel } from '../outbound.js';

const world = discoveryWorld();
const { outbound, authorizationServer, mcpServer, challenge, resourceMetadata, serverMetadata } = world;

describe('a real MCP server with a real authorization server', () => {
  test('is discovered by its URL alone, and reports every step', async () => {
    const issuer = await authorizationServer();
    const mcp = await mcpServer({ authorizationServer: issuer });
    const { steps, metadata, ...found } = await discover(mcp.url, outbound);
    expect(found).toEqual({
      url: mcp.url,
      transport: 'STREAMABLE_HTTP',
      isUncertain: false,
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
      ['Protected resource metadata (announced)', places.resource, 200, 'FOUND'],
      ['Authorization server metadata', places.oauth, 200, 'FOUND'],
    ]);
    expect(issuer.count('/reg')).toBe(0);
    expect(metadata?.scopes_supported).toEqual(['openid', 'offline_access', 'mcp:tools']);
  });

  test('reports the expected and the actual response of every step, and its duration', async () => {
    const issuer = await authorizationServer();
    const mcp = await mcpServer({ authorizationServer: issuer });
    const { steps } = await discover(mcp.url, outbound);
    expect(steps).toMatchObject([
      { layer: 'MCP', expected: expect.stringContaining('HTTP 401') },
      {
        layer: 'RESOURCE_METADATA',
        contentType: 'application/json',
        expected: expect.stringContaining('RFC 9728'),
      },
      {
        layer: 'AUTHORIZATION_SERVER_METADATA',
        contentType: 'application/json',
        expected: expect.stringContaining('RFC 8414'),
      },
    ]);
    for (const { durationMs } of steps) expect(durationMs).toBeGreaterThanOrEqual(0);
  });

  test('needs no authorization if the server works without a token', async () => {
    const mcp = await mcpServer();
    const found = await discover(mcp.url, outbound);
    expect(found).toMatchObject({ requiresAuthorization: false, issuer: '', authorizationEndpoint: '' });
    expect(found.steps.slice(0, 2).map(({ name, outcome }) => [name, outcome])).toEqual([
      ['initialize', 'FOUND'],
      ['tools/list', 'FOUND'],
    ]);
  });

  test('requires authorization if only tools/list is protected', async () => {
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

  test('is probed without a session if it supports none, and its challenge is used', async () => {
    const issuer = await authorizationServer();
    const mcp = await mcpServer({ authorizationServer: issuer, isSessionless: true });
    const found = await discover(mcp.url, outbound);
    expect(found).toMatchObject({ requiresAuthorization: true, issuer: issuer.issuer });
    expect(found.steps.slice(0, 3).map(({ name, status, outcome }) => [name, status, outcome])).toEqual([
      ['initialize', 400, 'NOT_HERE'],
      ['tools/list (2026-07-28)', 401, 'FOUND'],
      ['Protected resource metadata (announced)', 200, 'FOUND'],
    ]);
    const open = await mcpServer({ isSessionless: true });
    await expect(discover(open.url, outbound)).resolves.toMatchObject({ requiresAuthorization: false });
  });

  test.each<MetadataLocation>([
    'oauth-authorization-server',
    'openid-configuration',
    'openid-configuration appended',
    'oauth-authorization-server appended',
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
    world.host.answer(places.resource, resourceMetadata(`${issuer.issuer}/`));
    const failure = await failureOf(discover(world.mcpUrl, outbound));
    expect(failure.message).toContain('another issuer');
  });
});

describe('a server without resource metadata', () => {
  test('is its own authorization server, by the metadata at its origin', async () => {
    world.host.answer(places.oauth, serverMetadata({ issuer: `${world.host.origin}/` }));
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({
      issuer: `${world.host.origin}/`,
      resource: world.mcpUrl,
      tokenEndpoint: `${world.host.origin}/oauth/token`,
    });
  });

  test('that asks for a password is not treated as OAuth', async () => {
    challenge('Basic realm="inside"');
    const failure = await failureOf(discover(world.mcpUrl, outbound));
    expect(failure.details.remedy).toContain('API key');
    expect(failure.details.suggestedAuthType).toBe('API_KEY');
  });
});

describe('the probe', () => {
  test('reports a URL without an MCP server', async () => {
    world.host.answer('/mcp', { text: '<h1>A web site</h1>', headers: { 'content-type': 'text/html' } });
    const failure = await failureOf(discover(world.mcpUrl, outbound));
    expect(failure.message).toContain('No MCP server answers');
  });

  test.each<[string, Parameters<HandcraftedServer['answer']>[1]]>([
    ['fails', { status: 500, text: sentinel, headers: { 'www-authenticate': sentinel } }],
    ['does not respond', null],
    ['redirects', { status: 307, headers: { location: 'https://elsewhere.example/mcp' } }],
  ])('ends the discovery when the server %s, and repeats no remote text', async (_what, answer) => {
    world.host.answer('/mcp', answer);
    const failure = await failureOf(discover(world.mcpUrl, outbound));
    expect(failure.code).toBe('DISCOVERY_FAILED');
    expect(JSON.stringify([failure.message, failure.details])).not.toMatch(/REMOTE|elsewhere/);
  });

  test('requests the event stream if the server accepts no POST', async () => {
    const issuer = await authorizationServer();
    world.host.answer('/mcp', { status: 405 });
    world.host.answer('GET /mcp', {
      status: 401,
      headers: { 'www-authenticate': `Bearer resource_metadata="${world.host.origin}${places.resource}"` },
    });
    world.host.answer(places.resource, resourceMetadata(issuer.issuer));
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: issuer.issuer });
  });

  test('connects to no refused address, and names the setting that allows it', async () => {
    const failure = await failureOf(discover('http://10.0.0.1/mcp', outbound));
    expect(failure.details.remedy).toContain('ALLOWED_PRIVATE_CIDRS');
  });

  test.each([
    ['text/html; charset=utf-8', 'text/html'],
    [`text/${sentinel}`, 'other'],
    ['application/vnd.remote-text', 'other'],
  ])('reports the media type of a response only if it is well known: %s', async (given, shown) => {
    world.host.answer('/mcp', { status: 404, headers: { 'content-type': given }, text: sentinel });
    const failure = await failureOf(discover(world.mcpUrl, outbound));
    expect(failure.details).toMatchObject({ layer: 'MCP', responsibleParty: 'ADMINISTRATOR' });
    expect(failure.details.steps).toContainEqual(
      expect.objectContaining({ name: 'initialize', status: 404, contentType: shown }),
    );
    expect(JSON.stringify(failure)).not.toMatch(/REMOTE-TEXT/i);
  });

  test('ends within its timeout even if each response is within the timeout of one request', async () => {
    const slowly = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const late =
      (fetch: typeof outbound.fetch): typeof outbound.fetch =>
      async (url, init) => {
        await slowly(200);
        return fetch(url, init);
      };
    const unhurried: typeof outbound = {
      ...outbound,
      fetch: late(outbound.fetch),
      fetchWithoutCredentials: late(outbound.fetchWithoutCredentials),
    };
    const failure = await failureOf(discover(world.mcpUrl, unhurried, { withinMs: 500 }));
    expect(failure.code).toBe('DISCOVERY_FAILED');
    expect(failure.details.steps).toHaveLength(3);
    expect(failure.details.steps).toMatchObject([
      { outcome: 'FOUND' },
      {},
      { outcome: 'FAILED', status: null },
    ]);
  });
});
