import type { RequestListener } from 'node:http';
import { accountOf } from '../accounts/token-access.js';
import { callTool, listTools } from '../tools/tool-calls.js';
import { visit } from '../accounts/world.js';
import { seedSignedInUser } from '../support/seed.js';
import { goodTokens } from './upstream.js';
import { approved, connected, startHostileWorld, type HostileWorld } from './world.js';

let world: HostileWorld;
beforeAll(async () => {
  world = await startHostileWorld();
});
afterAll(() => world.close());
afterEach(() => world.upstream.behave());

const json =
  (body: unknown): RequestListener =>
  (_req, res) =>
    void res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

test('sends a token in the Authorization header of every request to its MCP server, and in no URL or body', async () => {
  const user = await connected(world);
  world.upstream.behave();
  await listTools(user, world.serverId);
  await callTool(user, world.serverId, 'good');
  expect(world.upstream.requests.length).toBeGreaterThan(4);
  for (const { headers, path, body } of world.upstream.requests) {
    expect(headers.authorization).toBe(`Bearer ${goodTokens.access_token}`);
    expect(path + body).not.toContain(goodTokens.access_token);
  }
});

test('connects in spite of unknown members and parameters and a long code', async () => {
  const { app, upstream, serverId } = world;
  upstream.misbehave('code exchange', json({ ...goodTokens, unheard_of: { member: ['x'] } }));
  const user = await seedSignedInUser(app);
  const params = { code: 'c'.repeat(4_000), iss: upstream.origin, session_state: 'x', unheard_of: 'y' };
  expect((await visit(app, user, await approved(world, user, serverId, params))).status).toBe(200);
  const exchange = upstream.requests.find(({ place }) => place === 'code exchange');
  expect(new URLSearchParams(exchange?.body).get('code')).toHaveLength(4_000);
});

test('connects to a provider that issues no refresh token', async () => {
  const { refresh_token: _none, ...tokens } = goodTokens;
  world.upstream.misbehave('code exchange', json(tokens));
  const user = await connected(world);
  expect(await accountOf(world.app, user)).toMatchObject({ status: 'CONNECTED', refresh_token: null });
  expect(await listTools(user, world.serverId)).toHaveLength(1);
});
