import { setSecondsLeft } from '../accounts/token-access.js';
import { connect, createServer, disconnect, startWorld, type World } from '../accounts/world.js';
import { callTool, listTools, text } from './tool-calls.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

test('sends the headers of an OAUTH2 server beside each token, and never to the provider', async () => {
  const { admin, member, mcp, provider } = world;
  const customHeaders = [
    { name: 'X-Goog-User-Project', value: 'acme-42' },
    { name: 'X-MCP-Toolsets', value: 'repos' },
  ];
  const id = await createServer(world, { customHeaders });
  expect((await connect(world, member, id)).status).toBe(200);
  await connect(world, admin, id);
  const before = mcp.requests.length;
  expect((await listTools(member, id)).length).toBeGreaterThan(0);
  await setSecondsLeft(world.app, member, -1);
  expect(text(await callTool(member, id, 'add', { a: 1, b: 2 }))).toBe('3');
  const asMember = mcp.requests.slice(before);
  expect(asMember.length).toBeGreaterThan(1);
  for (const { headers } of asMember) {
    expect(headers).toMatchObject({
      'x-goog-user-project': 'acme-42',
      'x-mcp-toolsets': 'repos',
      authorization: expect.stringMatching(/^Bearer ./),
    });
  }
  const { diagnoseMcpServer } = await admin.graphql.data<{
    diagnoseMcpServer: { diagnosis: { failure: unknown } };
  }>(`mutation ($id: ID!) { diagnoseMcpServer(id: $id) { diagnosis { failure { message } } } }`, { id });
  expect(diagnoseMcpServer.diagnosis.failure).toBeNull();
  expect(mcp.requests.at(-1)?.headers).toMatchObject({ 'x-goog-user-project': 'acme-42' });
  await disconnect(member, id);
  // Two exchanges, a refresh, and the check of the client in the diagnosis.
  expect(provider.count('/token')).toBe(4);
  expect(provider.count('/token/revocation')).toBeGreaterThan(0);
  for (const { headers, body } of provider.requests) {
    expect(headers).not.toHaveProperty('x-goog-user-project');
    expect(JSON.stringify([headers, body])).not.toContain('acme-42');
  }
});
