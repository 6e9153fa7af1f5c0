import type { RequestListener } from 'node:http';
import { accountOf } from '../accounts/token-access.js';
import { visit } from '../accounts/world.js';
import { seedSignedInUser } from '../support/seed.js';
import { callTool, listTools } from '../tools/tool-calls.js';
import { goodMetadata, goodTokens } from './upstream.js';
import { addServer, approved, connected, startHostileWorld, type HostileWorld } from './world.js';

/** Text that PostgreSQL doesn't store: NUL, and half of a surrogate pair. */
const unstorable = 'a\0b\ud83d';

let world: HostileWorld;
beforeAll(async () => {
  world = await startHostileWorld();
});
afterAll(() => world.close());
afterEach(() => {
  world.upstream.behave();
  expect(world.app.logs.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});

const json =
  (body: string): RequestListener =>
  (_req, res) =>
    void res.writeHead(200, { 'content-type': 'application/json' }).end(body);

test('adds a server whose metadata contains unstorable text, which is dropped', async () => {
  const { upstream, admin } = world;
  const { origin } = upstream;
  const resource = { resource: `${origin}/mcp`, authorization_servers: [origin, unstorable] };
  upstream.misbehave(
    'announced resource metadata',
    json(JSON.stringify({ ...resource, scopes_supported: [unstorable, 'read'] })),
  );
  const lists = {
    scopes_supported: [unstorable, 'read'],
    grant_types_supported: ['authorization_code', unstorable],
    code_challenge_methods_supported: ['S256', unstorable],
    token_endpoint_auth_methods_supported: ['none', unstorable],
    revocation_endpoint: `${origin}/revoke${unstorable}`,
  };
  upstream.misbehave('server metadata', json(JSON.stringify({ ...goodMetadata(origin), ...lists })));
  const id = await addServer(admin, upstream.mcpUrl);
  const query = `{ mcpServerConfig(id: "${id}") { oauth2Issuer oauth2RevocationUrl } }`;
  expect(await admin.graphql.data(query)).toEqual({
    mcpServerConfig: { oauth2Issuer: origin, oauth2RevocationUrl: '' },
  });
});

test('refuses a resource that cannot be stored, even if any resource is accepted', async () => {
  const { upstream, admin } = world;
  const document = JSON.stringify({ resource: unstorable, authorization_servers: [upstream.origin] });
  for (const place of ['announced resource metadata', 'guessed resource metadata'] as const) {
    upstream.misbehave(place, json(document));
  }
  upstream.misbehave('server metadata', json('{}'));
  const input = { oauth2Compatibility: { resource: 'OMIT' } };
  await expect(addServer(admin, upstream.mcpUrl, input)).rejects.toThrow('DISCOVERY_FAILED');
});

test.each([
  ['scopes with unstorable text', { scope: `read ${unstorable} write` }],
  ['a lifetime that no date can represent', { expires_in: 1e300 }],
  ['a lifetime beyond an integer', { expires_in: 2 ** 40 }],
  ['a tiny lifetime', { expires_in: 1e-300 }],
  [
    'a JWT with an expiry that no date can represent',
    {
      access_token: `e30.${Buffer.from('{"exp":1e300}').toString('base64url')}.e30`,
      expires_in: undefined,
    },
  ],
])('connects an account in spite of %s', async (_what, members) => {
  const { app, upstream, serverId } = world;
  upstream.misbehave('code exchange', json(JSON.stringify({ ...goodTokens, ...members })));
  const user = await seedSignedInUser(app);
  expect((await visit(app, user, await approved(world, user, serverId))).status).toBe(200);
  const account = await accountOf(app, user);
  expect(account).toMatchObject({ status: 'CONNECTED' });
  if ('scope' in members) expect(account?.scope).toBe('read write');
});

test('passes a tool’s name, description and result on in spite of unstorable text', async () => {
  const { upstream, serverId } = world;
  const user = await connected(world);
  upstream.misbehave('tools/list', (req, res, good) => {
    const send = res.end.bind(res);
    res.end = ((body: string) =>
      send(body.replaceAll('"good"', '"\\u0000\\ud83d"'))) as unknown as typeof res.end;
    return good(req, res);
  });
  expect((await listTools(user, serverId))[0]?.name).toBe('\0\ud83d');
  upstream.misbehave('tools/call', (req, res, good) => {
    const send = res.end.bind(res);
    res.end = ((body: string) =>
      send(body.replaceAll('"good"', '"\\u0000\\ud83d"'))) as unknown as typeof res.end;
    return good(req, res);
  });
  expect((await callTool(user, serverId, 'good')).content).toEqual([{ type: 'text', text: '\0\ud83d' }]);
});
