import { describe, expect, test } from '@jest/globals';
import { discover, noProvider } from '../../../src/oauth2/discovery/discovery.js';
import type { HandcraftedServer } from '../../support/handcrafted-server.js';
import { failureOf } from '../outbound.js';
import { discoveryWorld, places } from './discovery-world.js';

type Answer = Parameters<HandcraftedServer['answer']>[1];

const world = discoveryWorld();
const { outbound, authorizationServer, challenge, resourceMetadata, serverMetadata } = world;
const find = (provider: { issuer?: string; resourceMetadataUrl?: string }) =>
  discover(world.mcpUrl, outbound, { provider: { ...noProvider, ...provider } });
const open = () => world.host.answer('/mcp', { json: { jsonrpc: '2.0', id: 1, result: {} } });

describe('an issuer that an administrator names', () => {
  const servers: [string, () => void][] = [
    ['works without a token', open],
    ['asks for a token and names nothing', () => challenge('Bearer')],
    ['announces unusable metadata', () => challenge('Bearer resource_metadata="http://backend.internal/m"')],
    ['sends a challenge that cannot be read', () => challenge('Bearer resource_metadata=""')],
    ['asks for other credentials', () => challenge('Basic realm="a"')],
    ['answers 400 without a token', () => world.host.answer('/mcp', { status: 400 })],
    ['answers 500 without a token', () => world.host.answer('/mcp', { status: 500 })],
    [
      'publishes metadata for another resource',
      () =>
        world.host.answer(
          places.resource,
          resourceMetadata('https://a.example', { resource: 'https://b.example' }),
        ),
    ],
    [
      'publishes metadata without a usable authorization server',
      () => world.host.answer(places.resource, resourceMetadata('http://as.example')),
    ],
    [
      'publishes metadata without authorization servers',
      () => world.host.answer(places.resource, resourceMetadata('', { authorization_servers: [] })),
    ],
  ];
  test.each(servers)('is used for a server that %s', async (_what, set) => {
    set();
    const issuer = await authorizationServer();
    const found = await find({ issuer: issuer.issuer });
    expect(found).toMatchObject({ issuer: issuer.issuer, resource: world.mcpUrl });
    expect(world.host.count('/token')).toBe(0);
  });

  test('is chosen among several that the server lists', async () => {
    const [first, second] = [await authorizationServer(), await authorizationServer()];
    const servers = { authorization_servers: [first.issuer, second.issuer] };
    world.host.answer(places.resource, resourceMetadata('', servers));
    await expect(find({ issuer: second.issuer })).resolves.toMatchObject({ issuer: second.issuer });
    await expect(find({})).resolves.toMatchObject({ issuer: first.issuer });
    expect(first.requests.length).toBeGreaterThan(0);
  });

  test('does not replace the one that the server names', async () => {
    const [named, entered] = [await authorizationServer(), await authorizationServer()];
    world.host.answer(places.resource, resourceMetadata(named.issuer));
    await expect(find({ issuer: entered.issuer })).resolves.toMatchObject({ issuer: named.issuer });
    expect(entered.requests).toHaveLength(0);
  });

  test('must be exactly the one of the metadata', async () => {
    const issuer = await authorizationServer();
    const failure = await failureOf(find({ issuer: `${issuer.issuer}/` }));
    expect(failure.message).toContain('another issuer');
  });

  test.each(['http://as.example', 'https://as.example/?a=1', 'https://as.example/#a', 'javascript:alert(1)'])(
    'is sent nothing when it is %s',
    async (issuer) => {
      const { details } = await failureOf(find({ issuer }));
      expect(details).toMatchObject({ layer: 'CONFIGURATION', responsibleParty: 'ADMINISTRATOR' });
    },
  );

  test('is reported when it publishes no metadata', async () => {
    const other = await authorizationServer({ metadataAt: [] });
    const failure = await failureOf(find({ issuer: other.issuer }));
    expect(failure.message).toContain('which an administrator names');
  });

  test('of the origin does not hide its default endpoints', async () => {
    for (const path of ['/authorize', '/token']) world.host.answer(path, { status: 400 });
    await expect(find({ issuer: world.host.origin })).resolves.toMatchObject({
      issuer: world.host.origin,
      metadata: null,
    });
  });
});

describe('resource metadata that an administrator names', () => {
  const named = () => ({ resourceMetadataUrl: `${world.host.origin}/entered` });

  test.each<[string, () => void]>([
    ['works without a token', open],
    [
      'announces other metadata',
      () => challenge(`Bearer resource_metadata="${world.host.origin}/announced"`),
    ],
    ['announces unusable metadata', () => challenge('Bearer resource_metadata="nothing"')],
  ])('replaces everything that a server says that %s', async (_what, set) => {
    set();
    const [right, wrong] = [await authorizationServer(), await authorizationServer()];
    world.host.answer('/entered', resourceMetadata(right.issuer, { scopes_supported: ['a'] }));
    world.host.answer('/announced', resourceMetadata(wrong.issuer));
    world.host.answer(places.resource, resourceMetadata(wrong.issuer));
    await expect(find(named())).resolves.toMatchObject({ issuer: right.issuer, scopes: 'a' });
    expect(wrong.requests).toHaveLength(0);
  });

  test.each<[string, Answer]>([
    ['missing', { status: 404 }],
    ['unavailable', { status: 503 }],
    ['a page', { text: '<h1>A page</h1>' }],
    [
      'for another resource',
      { json: { resource: 'https://o.example', authorization_servers: ['https://a'] } },
    ],
  ])('is not silently replaced when it is %s', async (_what, answer) => {
    world.host.answer('/entered', answer);
    const issuer = await authorizationServer();
    world.host.answer(places.resource, resourceMetadata(issuer.issuer));
    world.host.answer(places.oauth, serverMetadata());
    await failureOf(find(named()));
    expect(issuer.requests).toHaveLength(0);
    open();
    await failureOf(find(named()));
    expect(issuer.requests).toHaveLength(0);
  });

  test.each(['http://metadata.example/', 'javascript:alert(1)', '/relative'])(
    'is sent nothing when it is %s',
    async (resourceMetadataUrl) => {
      const failure = await failureOf(find({ resourceMetadataUrl }));
      expect(failure.message).toMatch(/not a valid https URL|metadata/);
    },
  );

  test('without authorization servers leads to the named issuer', async () => {
    const issuer = await authorizationServer();
    world.host.answer('/entered', resourceMetadata('', { authorization_servers: [] }));
    const found = await find({ ...named(), issuer: issuer.issuer });
    expect(found.issuer).toBe(issuer.issuer);
  });
});
