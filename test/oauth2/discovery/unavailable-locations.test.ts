import { describe, expect, test } from '@jest/globals';
import { discover } from '../../../src/oauth2/discovery/discovery.js';
import { startAuthorizationServer } from '../../support/oauth/authorization-server.js';
import type { HandcraftedServer } from '../../support/handcrafted-server.js';
import { failureOf, sentinel } from '../outbound.js';
import { discoveryWorld, places } from './discovery-world.js';

type Answer = Parameters<HandcraftedServer['answer']>[1];

const world = discoveryWorld();
const { outbound, authorizationServer, resourceMetadata, serverMetadata } = world;

/** The ways in which a location that was only guessed can fail. None of them proves anything. */
const failures: [string, Answer][] = [
  ['500', { status: 500, text: sentinel }],
  ['502 as a page', { status: 502, headers: { 'content-type': 'text/html' }, text: sentinel }],
  ['503', { status: 503 }],
  ['429', { status: 429 }],
  ['408', { status: 408 }],
  ['silent', null],
  ['a redirect to a refused address', { status: 302, headers: { location: 'http://10.0.0.1/' } }],
  ['a redirect to a port that is closed', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ['a page with status 200', { headers: { 'content-type': 'text/html' }, text: `<h1>${sentinel}</h1>` }],
  ['too large', { text: 'x'.repeat(2_000_000) }],
];

describe.each(failures)('a guessed location that is %s', (_what, answer) => {
  test('does not hide resource metadata at the next one', async () => {
    const issuer = await authorizationServer();
    world.host.answer(places.resource, answer);
    world.host.answer(places.rootResource, resourceMetadata(issuer.issuer));
    const found = await discover(world.mcpUrl, outbound);
    expect(found.issuer).toBe(issuer.issuer);
    expect(found.steps.find(({ url }) => url.endsWith(places.resource))?.outcome).toBe('NOT_HERE');
    expect(JSON.stringify(found.steps)).not.toContain('REMOTE-TEXT');
  });

  test('does not hide the server metadata at the origin', async () => {
    world.host.answer(places.resource, answer);
    world.host.answer(places.rootResource, answer);
    world.host.answer(places.oauth, serverMetadata());
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: world.host.origin });
  });

  test('does not hide server metadata at a later one', async () => {
    const { host } = world;
    host.answer(places.resource, resourceMetadata(`${host.origin}/tenant`));
    const inserted = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];
    for (const place of inserted) host.answer(`${place}/tenant`, answer);
    host.answer(
      '/tenant/.well-known/oauth-authorization-server',
      serverMetadata({ issuer: `${host.origin}/tenant` }),
    );
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({
      issuer: `${host.origin}/tenant`,
    });
  });
});

/** The failures after which the location may have the document a moment later. */
const outages = failures.filter(([what]) => /^(500|503|429|silent)$/.test(what));

describe.each(outages)('a location that is %s', (_what, answer) => {
  test('ends the discovery when no other one has the metadata, and names the manual way too', async () => {
    world.host.answer(places.resource, resourceMetadata(world.host.origin));
    world.host.answer(places.oauth, answer);
    const { details } = await failureOf(discover(world.mcpUrl, outbound));
    expect(details.remedy).toMatch(/^Try again later.*oauth2ClientId/);
    expect(details.layer).toBe('HTTP');
  });

  test('is never replaced by default endpoints', async () => {
    world.host.answer(places.resource, answer);
    for (const path of ['/authorize', '/token', '/register']) world.host.answer(path, { status: 400 });
    const { details } = await failureOf(discover(world.mcpUrl, outbound));
    expect(details.remedy).toMatch(/^Try again later/);
    expect(world.host.count('/token') + world.host.count('/register')).toBe(0);
  });

  test('does not move users to the next listed authorization server', async () => {
    const [broken, other] = [await authorizationServer(), await authorizationServer()];
    await broken.close();
    world.host.answer('/tenant/.well-known/openid-configuration', answer);
    const json = {
      resource: world.mcpUrl,
      authorization_servers: [`${world.host.origin}/tenant`, other.issuer],
    };
    world.host.answer(places.resource, { json });
    await failureOf(discover(world.mcpUrl, outbound));
    expect(other.requests).toHaveLength(0);
  });

  test('makes the result uncertain when it may name another authorization server', async () => {
    const issuer = await startAuthorizationServer();
    world.host.answer(places.resource, answer);
    world.host.answer(places.rootResource, resourceMetadata(issuer.issuer));
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ isUncertain: true });
    world.host.answer(places.resource, { status: 404 });
    await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ isUncertain: false });
    await issuer.close();
  });

  test('does not lead to an authorization server with another issuer', async () => {
    world.host.answer(places.resource, answer);
    world.host.answer(places.oauth, serverMetadata({ issuer: 'https://other.example' }));
    await failureOf(discover(world.mcpUrl, outbound));
  });
});

test('a document of the issuer that cannot be used does not hide a usable one', async () => {
  world.host.answer(places.resource, resourceMetadata(world.host.origin));
  world.host.answer(places.oauth, serverMetadata({ code_challenge_methods_supported: undefined }));
  world.host.answer(places.openid, serverMetadata());
  await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: world.host.origin });
});

test('metadata for another resource does not hide that for the URL', async () => {
  const issuer = await authorizationServer();
  const resource = `${world.host.origin}/other`;
  world.host.answer(places.resource, resourceMetadata('https://as.example', { resource }));
  world.host.answer(places.rootResource, resourceMetadata(issuer.issuer));
  await expect(discover(world.mcpUrl, outbound)).resolves.toMatchObject({ issuer: issuer.issuer });
});
