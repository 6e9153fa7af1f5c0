import { connect, createServer, startWorld, visit, type World } from '../accounts/world.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

test.each([
  ['of no version', '11111111-1111-1111-1111-111111111111'],
  ['of no variant', '01900000-0000-7000-0000-00000000000a'],
  ['in upper case', 'AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA'],
])('a server with a chosen id %s works at every place that takes its id', async (_what, given) => {
  const { app, admin, member } = world;
  const id = await createServer(world, { id: given });
  expect(id).toBe(given.toLowerCase());
  const at = (place: string) => `${app.publicUrl}/mcp-servers/${given}/oauth2/${place}`;

  const metadata = await fetch(at('client-metadata.json'));
  expect(await metadata.json()).toMatchObject({ redirect_uris: [expect.stringContaining(id)] });
  const asked = await visit(app, member, at('connect'), { headers: { 'sec-fetch-site': 'cross-site' } });
  expect(asked.status).toBe(200);
  const connected = await connect(world, member, given);
  expect({ status: connected.status, page: await connected.text() }).toEqual({
    status: 200,
    page: expect.stringContaining(id),
  });

  const variables = { id: given };
  const read = await admin.graphql.data(
    `query ($id: ID!) {
       mcpServerConfig(id: $id) { id }
       mcpServerAccounts(id: $id) { edges { node { user { id } } } }
       failureReports(serverId: $id) { edges { node { reference } } }
       mcpServerRevocations(serverId: $id) { edges { node { status } } }
     }`,
    variables,
  );
  expect(read).toEqual({
    mcpServerConfig: { id },
    mcpServerAccounts: { edges: [{ node: { user: { id: member.id } } }] },
    failureReports: { edges: [] },
    mcpServerRevocations: { edges: [] },
  });
  const tools = await member.graphql.data<{ mcpServerTools: unknown[] }>(
    'query ($id: ID!) { mcpServerTools(id: $id) { name } }',
    variables,
  );
  expect(tools.mcpServerTools.length).toBeGreaterThan(0);
  const answers: unknown[] = [];
  for (const [user, field] of [
    [member, 'callMcpServerTool(id: $id, input: { name: "add", arguments: { a: 1, b: 2 } }) { isError }'],
    [admin, 'diagnoseMcpServer(id: $id) { diagnosis { succeeded } }'],
    [admin, 'registerMcpServerOAuth2Client(id: $id) { server { id } }'],
    [admin, 'updateMcpServerConfig(id: $id, input: { description: "Notes" }) { server { id } }'],
    [admin, `disconnectUserFromMcpServer(id: $id, userId: "${member.id}") { revocationError }`],
    [admin, 'disconnectAllFromMcpServer(id: $id) { revocationError }'],
    [member, 'disconnectMcpServer(id: $id) { revocationError }'],
    [admin, 'deleteMcpServerConfig(id: $id) { deletedServerId }'],
  ] as const) {
    answers.push(await user.graphql.data(`mutation ($id: ID!) { answer: ${field} }`, variables));
  }
  expect(answers).toEqual(
    [
      { isError: false },
      { diagnosis: { succeeded: true } },
      { server: { id } },
      { server: { id } },
      // The registration before has replaced the client that the tokens were issued to.
      { revocationError: expect.stringContaining('an earlier registration') as string },
      { revocationError: null },
      { revocationError: null },
      { deletedServerId: id },
    ].map((answer) => ({ answer })),
  );
});

test('refuses an id that is no UUID', async () => {
  const { admin } = world;
  const create =
    'mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { id } } }';
  const input = { slug: 'no-uuid', displayName: 'No UUID', url: world.mcp.url, id: '11111111' };
  const error = await admin.graphql.error(create, { input });
  expect(error.extensions.code).toBe('BAD_USER_INPUT');
  expect(JSON.stringify(error)).toContain('id');
});
