import type { RequestListener } from 'node:http';
import { accountOf } from '../accounts/token-access.js';
import { callTool, listTools } from '../tools/tool-calls.js';
import { visit } from '../accounts/world.js';
import { seedPerson } from '../support/seed.js';
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

test('a token goes in the Authorization header of every request to its MCP server, and into no URL or body', async () => {
  const person = await connected(world);
  world.upstream.behave();
  await listTools(person, world.serverId);
  await callTool(person, world.serverId, 'good');
  expect(world.upstream.requests.length).toBeGreaterThan(4);
  for (const { headers, path, body } of world.upstream.requests) {
    expect(headers.authorization).toBe(`Bearer ${goodTokens.access_token}`);
    expect(path + body).not.toContain(goodTokens.access_token);
  }
});

test('answers with members and parameters that nobody knows, and a long code, connect all the same', async () => {
  const { app, upstream, serverId } = world;
  upstream.misbehave('code exchange', json({ ...goodTokens, unheard_of: { member: ['x'] } }));
  const person = await seedPerson(app);
  const params = { code: 'c'.repeat(4_000), iss: upstream.origin, session_state: 'x', unheard_of: 'y' };
  expect((await visit(app, person, await approved(world, person, serverId, params))).status).toBe(200);
  const exchange = upstream.requests.find(({ place }) => place === 'code exchange');
  expect(new URLSearchParams(exchange?.body).get('code')).toHaveLength(4_000);
});

test('a provider that issues no refresh token connects all the same', async () => {
  const { refresh_token: _none, ...tokens } = goodTokens;
  world.upstream.misbehave('code exchange', json(tokens));
  const person = await connected(world);
  expect(await accountOf(world.app, person)).toMatchObject({ status: 'CONNECTED', refresh_token: null });
  expect(await listTools(person, world.serverId)).toHaveLength(1);
});
