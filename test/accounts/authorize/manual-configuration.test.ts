import { randomUUID } from 'node:crypto';
import {
  endpoints,
  startAuthorizationServer,
  type AuthorizationServer,
} from '../../support/oauth/authorization-server.js';
import { begin, createServer, disconnect, startWorld, visit, withParams, type World } from '../world.js';

let world: World;
let serverId: string;

beforeAll(async () => {
  world = await startWorld();
  serverId = randomUUID();
  const client = await register(world.provider);
  await createServer(world, {
    id: serverId,
    oauth2ClientId: client.client_id,
    oauth2ClientSecret: client.client_secret,
    oauth2AuthUrl: world.provider.issuer + endpoints.authorization,
    oauth2TokenUrl: world.provider.issuer + endpoints.token,
    oauth2RevocationUrl: world.provider.issuer + endpoints.revocation,
    oauth2Scopes: 'offline_access',
  });
});
afterAll(() => world.close());

/** Registers a client as an administrator does on the provider's pages. */
async function register({
  issuer,
}: AuthorizationServer): Promise<{ client_id: string; client_secret: string }> {
  const answer = await fetch(issuer + endpoints.registration, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: [`${world.app.publicUrl}/mcp-servers/${serverId}/oauth2/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
    }),
  });
  return (await answer.json()) as { client_id: string; client_secret: string };
}

const callbackUrl = async () => world.provider.approve(await begin(world, world.member, '', serverId));
const exchanges = () => world.provider.count('/token');

test('connects and disconnects with manual endpoints and client, and verifies the issuer by its metadata', async () => {
  const answer = await visit(world.app, world.member, await callbackUrl());
  expect({ status: answer.status, page: await answer.text() }).toMatchObject({ status: 200 });
  expect(await disconnect(world.member, serverId)).toEqual({
    revoked: true,
    revocationPending: false,
    revocationError: null,
  });
});

test('refuses an iss whose metadata names other endpoints before it sends the code', async () => {
  const another = await startAuthorizationServer();
  try {
    const callback = withParams(await callbackUrl(), { iss: another.issuer });
    const before = exchanges();
    expect((await visit(world.app, world.member, callback)).status).toBe(502);
    expect(exchanges()).toBe(before);
    expect(another.count('/token')).toBe(0);
  } finally {
    await another.close();
  }
});

test('refuses an iss with a trailing slash, and an iss without metadata', async () => {
  for (const iss of [`${world.provider.issuer}/`, `${world.provider.issuer}/elsewhere`, 'not a url', '']) {
    const callback = withParams(await callbackUrl(), { iss });
    const before = exchanges();
    expect((await visit(world.app, world.member, callback)).status).toBe(502);
    expect(exchanges()).toBe(before);
  }
});

test('accepts a response without iss if the provider does not announce it', async () => {
  const callback = withParams(await callbackUrl(), { iss: null });
  expect((await visit(world.app, world.member, callback)).status).toBe(200);
});
