import { describe, expect, test } from '@jest/globals';
import { discover } from '../../../src/oauth2/discovery/discovery.js';
import type { HandcraftedServer } from '../../support/handcrafted-server.js';
import { failureOf, sentinel } from '../outbound.js';
import { discoveryWorld, places } from './discovery-world.js';

type Answer = Parameters<HandcraftedServer['answer']>[1];

const world = discoveryWorld();
const { outbound, authorizationServer, challenge, resourceMetadata, serverMetadata } = world;

/** URLs of metadata that a proxy or a mistake makes unusable. */
const unusableUrls = [
  'http://backend.internal:8080/.well-known/oauth-protected-resource/mcp',
  'http://10.0.0.1/.well-known/oauth-protected-resource/mcp',
  'https://10.0.0.1/.well-known/oauth-protected-resource/mcp',
  'https://127.0.0.1:1/.well-known/oauth-protected-resource/mcp',
  'https://does-not-exist.invalid/.well-known/oauth-protected-resource/mcp',
  'http://metadata.example/',
  'https://user:pass@host.example/',
  'javascript:alert(1)',
  '//10.0.0.1/metadata',
  '/nowhere',
  'ORIGIN/p/p/.well-known/oauth-protected-resource/mcp',
];

const unusableAnswers: [string, Answer][] = [
  ['missing', { status: 404 }],
  ['forbidden', { status: 403 }],
  ['a page', { headers: { 'content-type': 'text/html' }, text: `<h1>${sentinel}</h1>` }],
  ['broken JSON', { headers: { 'content-type': 'application/json' }, text: '{"resource":' }],
  ['empty', { json: {} }],
  [
    'for another resource',
    { json: { resource: 'https://o.example/', authorization_servers: ['https://a'] } },
  ],
  ['for no server and another resource', { json: { resource: 'x', authorization_servers: [] } }],
  ['out of order', { status: 502 }],
  ['silent', null],
];

/** Makes the announced metadata unusable. */
const cases: [string, () => void][] = [
  ...unusableUrls.map((url): [string, () => void] => [
    url,
    () => challenge(`Bearer resource_metadata="${url.replace('ORIGIN', world.host.origin)}"`),
  ]),
  ...unusableAnswers.map(([what, answer]): [string, () => void] => [
    what,
    () => {
      challenge(`Bearer resource_metadata="${world.host.origin}/announced"`);
      world.host.answer('/announced', answer);
    },
  ]),
  ...['', 'yes', '{url}'].map((value): [string, () => void] => [
    `unreadable: "${value}"`,
    () => challenge(`Bearer resource_metadata="${value}"`),
  ]),
];

describe.each(cases)('announced metadata that is %s', (_what, announce) => {
  test('is replaced by that at a well-known location of the entered URL, with a remark', async () => {
    announce();
    const issuer = await authorizationServer();
    world.host.answer(places.resource, resourceMetadata(issuer.issuer));
    const { steps, ...found } = await discover(world.mcpUrl, outbound);
    expect(found).toMatchObject({ requiresAuthorization: true, issuer: issuer.issuer });
    expect(steps[1]).toMatchObject({ name: expect.stringContaining('announced') });
    expect(steps[1]?.outcome).not.toBe('FOUND');
    expect(steps[1]?.detail).not.toBe('');
    expect(JSON.stringify(steps)).not.toContain('REMOTE-TEXT');
  });

  test('is never replaced by default endpoints', async () => {
    announce();
    for (const path of ['/authorize', '/token', '/register']) world.host.answer(path, { status: 400 });
    const failure = await failureOf(discover(world.mcpUrl, outbound));
    expect(failure.message).toMatch(/metadata|answered HTTP 502|MCP server at/);
    expect(failure.details.suggestedAuthType).toBeUndefined();
    for (const path of ['/authorize', '/token', '/register']) expect(world.host.count(path)).toBe(0);
  });
});

test('the failure of unusable announced metadata names every other way', async () => {
  challenge(`Bearer resource_metadata="${world.host.origin}/announced"`);
  const { details } = await failureOf(discover(world.mcpUrl, outbound));
  expect(details.remedy).toMatch(/WWW-Authenticate.*oauth2Issuer.*oauth2ResourceMetadataUrl.*oauth2ClientId/);
});

test('the server metadata at the origin replaces unusable announced metadata', async () => {
  challenge('Bearer resource_metadata="http://backend.internal/metadata"');
  world.host.answer(places.oauth, serverMetadata());
  await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: world.host.origin });
});

test('a path is read at the origin of the entered URL', async () => {
  const issuer = await authorizationServer();
  challenge('Bearer resource_metadata="/custom/metadata"');
  world.host.answer('/custom/metadata', resourceMetadata(issuer.issuer));
  await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: issuer.issuer });
});

test.each([
  ['single quotes', `Bearer resource_metadata='URL'`],
  ['no quotes', 'Bearer resource_metadata=URL'],
  ['blanks for commas', 'Bearer realm="mcp" error="invalid_token" resource_metadata="URL"'],
  ['an unescaped quote', 'Bearer error_description="the "token" is bad", resource_metadata="URL"'],
  ['merged header lines', 'Basic realm="a", Negotiate, BEARER RESOURCE_METADATA="URL"'],
])('a challenge with %s is followed', async (_spelling, header) => {
  const issuer = await authorizationServer();
  challenge(header.replace('URL', `${world.host.origin}/elsewhere`));
  world.host.answer('/elsewhere', resourceMetadata(issuer.issuer));
  await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: issuer.issuer });
});

describe('metadata without authorization servers', () => {
  const documents: [string, Record<string, unknown>][] = [
    ['no list', { authorization_servers: undefined }],
    ['an empty list', { authorization_servers: [] }],
    ['null', { authorization_servers: null }],
    ['a list of something else', { authorization_servers: [7, null] }],
  ];

  test.each(documents)('with %s leads to the metadata of the origin', async (_what, more) => {
    world.host.answer(places.resource, resourceMetadata('', { scopes_supported: ['mcp'], ...more }));
    world.host.answer(places.oauth, serverMetadata());
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({
      issuer: world.host.origin,
      resource: world.mcpUrl,
      scopes: 'mcp',
    });
  });

  test.each(documents)('with %s never leads to default endpoints', async (_what, more) => {
    world.host.answer(places.resource, resourceMetadata('', more));
    for (const path of ['/authorize', '/token', '/register']) world.host.answer(path, { status: 400 });
    const { details } = await failureOf(discover(world.mcpUrl, outbound));
    expect(details.remedy).toContain('oauth2Issuer');
    expect(world.host.count('/token')).toBe(0);
  });

  test('never leads to an authorization server with another issuer', async () => {
    world.host.answer(places.resource, resourceMetadata('', { authorization_servers: [] }));
    world.host.answer(places.oauth, serverMetadata({ issuer: 'https://other.example' }));
    const failure = await failureOf(discover(world.mcpUrl, outbound));
    expect(failure.message).toContain('another issuer');
  });

  test('is used only if no other document lists one', async () => {
    const issuer = await authorizationServer();
    world.host.answer(places.resource, resourceMetadata('', { authorization_servers: [] }));
    world.host.answer(places.rootResource, resourceMetadata(issuer.issuer));
    world.host.answer(places.oauth, serverMetadata());
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: issuer.issuer });
  });
});

test('a string for the list of authorization servers is a list of one', async () => {
  const issuer = await authorizationServer();
  world.host.answer(places.resource, resourceMetadata('', { authorization_servers: issuer.issuer }));
  await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: issuer.issuer });
});

describe('the well-known locations of an entered URL', () => {
  test.each([
    ['/mcp/', places.resource],
    ['/mcp/', `${places.resource}/`],
    ['/mcp?tenant=1', places.resource],
    ['/mcp/?tenant=1', places.resource],
    ['/mcp/?tenant=1', places.rootResource],
    ['/?tenant=1', places.rootResource],
  ])('of %s include %s', async (entered, place) => {
    const issuer = await authorizationServer();
    challenge('Bearer', new URL(entered, world.host.origin).pathname);
    const resource = world.host.origin + new URL(entered, world.host.origin).pathname;
    world.host.answer(place, resourceMetadata(issuer.issuer, { resource }));
    await expect(discover(world.host.origin + entered, outbound)).resolves.toMatchObject({
      issuer: issuer.issuer,
      resource,
    });
  });
});
