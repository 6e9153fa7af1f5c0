import { describe, expect, test } from '@jest/globals';
import { compatibilityOf, type StoredCompatibility } from '../../../src/oauth2/compatibility.js';
import { discover } from '../../../src/oauth2/discovery/discovery.js';
import { customResource, omitResource } from '../../../src/oauth2/report/suggested-settings.js';
import { covers } from '../../../src/oauth2/discovery/protected-resource.js';
import { readableSetting } from '../../../src/servers/settings/oauth2-failures.js';
import type { HandcraftedServer } from '../../support/handcrafted-server.js';
import { discoveryWorld, places } from './discovery-world.js';
import { failureOf } from '../outbound.js';

const world = discoveryWorld();
const { outbound, authorizationServer, challenge, resourceMetadata } = world;

describe('protected resource metadata', () => {
  test('at the path takes precedence over that at the root', async () => {
    const [right, wrong] = [await authorizationServer(), await authorizationServer()];
    world.host.answer(places.resource, resourceMetadata(right.issuer));
    world.host.answer(places.rootResource, resourceMetadata(wrong.issuer));
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: right.issuer });
    expect(world.host.count(places.rootResource)).toBe(0);
  });

  test('that requires DPoP is refused with what to do', async () => {
    const { issuer } = await authorizationServer();
    const required = { dpop_bound_access_tokens_required: true };
    world.host.answer(places.resource, resourceMetadata(issuer, required));
    const { message, details } = await failureOf(discover(world.mcpUrl, outbound));
    expect(message).toContain('DPoP');
    expect(details.remedy).toContain('Bearer');
    world.host.answer(
      places.resource,
      resourceMetadata(issuer, { dpop_signing_alg_values_supported: ['ES256'] }),
    );
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer });
  });

  test('at the announced URL takes precedence over both', async () => {
    const [right, wrong] = [await authorizationServer(), await authorizationServer()];
    challenge(
      `Basic realm="a, b", Bearer resource_metadata="${world.host.origin}/elsewhere", scope="files:read"`,
    );
    world.host.answer('/elsewhere', resourceMetadata(right.issuer, { scopes_supported: ['ignored'] }));
    world.host.answer(places.resource, resourceMetadata(wrong.issuer));
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({
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
    ['an empty list of servers for another resource', { json: { resource: 'x', authorization_servers: [] } }],
    ['no list of servers for another resource', { json: { resource: 'x' } }],
    ['a list of something else', { json: { resource: 'x', authorization_servers: [null, 7] } }],
    ['no resource', { json: { authorization_servers: ['https://as.example'] } }],
  ])('at a guessed URL is skipped when it is %s', async (_what, answer) => {
    const issuer = await authorizationServer();
    world.host.answer(places.resource, answer);
    world.host.answer(places.rootResource, resourceMetadata(issuer.issuer));
    const found = await discover(world.mcpUrl, outbound);
    expect(found.issuer).toBe(issuer.issuer);
    expect(found.steps.find(({ url }) => url.endsWith(places.resource))?.outcome).toBe('NOT_HERE');
  });

  test('for another resource is refused at every URL', async () => {
    const issuer = await authorizationServer();
    world.host.answer(
      places.rootResource,
      resourceMetadata(issuer.issuer, { resource: `${world.host.origin}/other` }),
    );
    const failure = await failureOf(discover(world.mcpUrl, outbound));
    expect(failure.message).toContain('another resource');
    expect(issuer.requests).toHaveLength(0);
  });

  test('for another resource is accepted with CUSTOM for that resource, and with OMIT', async () => {
    const issuer = await authorizationServer();
    const resource = `${world.host.origin}/other`;
    world.host.answer(places.resource, resourceMetadata(issuer.issuer, { resource }));
    const found = (activeSettings: StoredCompatibility) =>
      discover(world.mcpUrl, outbound, { compatibility: compatibilityOf(activeSettings) });
    const { details } = await failureOf(found({}));
    expect(details.suggestedSettings).toEqual([customResource(resource), omitResource].map(readableSetting));
    await failureOf(found({ resource: 'CUSTOM', customResource: `${resource}/` }));
    await expect(found({ resource: 'CUSTOM', customResource: resource })).resolves.toMatchObject({
      resource,
    });
    await expect(found({ resource: 'OMIT' })).resolves.toMatchObject({ issuer: issuer.issuer });
  });

  test('keeps the resource unchanged', async () => {
    const issuer = await authorizationServer();
    const resource = world.host.origin.replace('http', 'HTTP');
    world.host.answer(places.rootResource, resourceMetadata(issuer.issuer, { resource }));
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ resource });
  });

  test('with insecure authorization servers only is refused', async () => {
    world.host.answer(places.resource, resourceMetadata('http://as.example'));
    await expect(failureOf(discover(world.mcpUrl, outbound))).resolves.toMatchObject({
      code: 'DISCOVERY_FAILED',
    });
  });
});

test.each([
  ['https://mcp.example/a/b', 'https://mcp.example/a/b'],
  ['https://mcp.example/a', 'https://mcp.example/a/b'],
  ['https://mcp.example/a/', 'https://mcp.example/a/b'],
  ['https://mcp.example', 'https://mcp.example/a/b'],
  ['https://mcp.example/', 'https://mcp.example/'],
  ['HTTPS://MCP.example:443', 'https://mcp.example/a'],
  ['https://mcp.example/a?tenant=1', 'https://mcp.example/a?tenant=1'],
])('the resource %s covers %s', (resource, url) => {
  expect(covers(resource, url)).toBe(true);
});

test.each([
  ['https://mcp.example/a', 'https://mcp.example/ab'],
  ['https://mcp.example/a/b/c', 'https://mcp.example/a/b'],
  ['https://mcp.example/b', 'https://mcp.example/a'],
  ['https://mcp.example/a/../b', 'https://mcp.example/a'],
  ['http://mcp.example/a', 'https://mcp.example/a'],
  ['https://mcp.example:8443/a', 'https://mcp.example/a'],
  ['https://example/a', 'https://mcp.example/a'],
  ['https://mcp.example.attacker.example/a', 'https://mcp.example/a'],
  ['https://user@mcp.example/a', 'https://mcp.example/a'],
  ['https://mcp.example/a#b', 'https://mcp.example/a'],
  ['https://mcp.example/a\n', 'https://mcp.example/a'],
  ['https://mcp.example/a?tenant=1', 'https://mcp.example/a?tenant=2'],
  ['urn:mcp', 'https://mcp.example/a'],
  ['', 'https://mcp.example/a'],
])('the resource %j does not cover %s', (resource, url) => {
  expect(covers(resource, url)).toBe(false);
});
