import { callError } from '../../tools/tool-calls.js';
import { minimal, startCatalogue, type Catalogue } from '../catalogue.js';

/** Loopback addresses are allowed in these tests. This one is public, and nothing answers there. */
const publicHost = '93.184.215.14';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await startCatalogue();
});
afterAll(() => catalogue.close());

const credentials = {
  API_KEY: { apiKeyValue: 'Bearer key' },
  CUSTOM_HEADERS: { customHeaders: [{ name: 'X-Key', value: 'key' }] },
  OAUTH2: {
    oauth2ClientId: 'client',
    oauth2AuthUrl: 'https://auth.example.com/authorize',
    oauth2TokenUrl: 'https://auth.example.com/token',
  },
};
const authTypes = Object.keys(credentials) as (keyof typeof credentials)[];

const create =
  'mutation ($input: CreateMcpServerConfigInput!) { createMcpServerConfig(input: $input) { server { id } } }';
const update = `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
  updateMcpServerConfig(id: $id, input: $input) { server { url needsHttps } }
}`;
const needsHttps = async (user: Catalogue['admin'], id: string) => {
  const { mcpServerConfig } = await user.graphql.data<{ mcpServerConfig: { needsHttps: boolean | null } }>(
    'query ($id: ID!) { mcpServerConfig(id: $id) { needsHttps } }',
    { id },
  );
  return mcpServerConfig.needsHttps;
};

/** Creates a server with an https URL, and stores another URL as an earlier version allowed it. */
async function stored(authType: keyof typeof credentials, url: string): Promise<string> {
  const input = minimal({ enabled: true, authType, ...credentials[authType] });
  const { createMcpServerConfig } = await catalogue.admin.graphql.data<{
    createMcpServerConfig: { server: { id: string } };
  }>(create, { input });
  const { id } = createMcpServerConfig.server;
  await catalogue.app.sql('update mcp_server_configs set url = $2 where id = $1', [id, url]);
  return id;
}

test.each(authTypes)('refuses plain http to a public host for a new server with %s', async (authType) => {
  const input = minimal({ authType, ...credentials[authType], url: `http://${publicHost}/mcp` });
  const { extensions } = await catalogue.admin.graphql.error(create, { input });
  expect(extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: [{ path: 'input.url', message: expect.stringContaining('ALLOWED_PRIVATE_CIDRS') }],
  });
});

test('accepts plain http to a public host for a server without credentials, until it gets some', async () => {
  const input = minimal({ authType: 'NONE', url: `http://${publicHost}/mcp` });
  const { createMcpServerConfig } = await catalogue.admin.graphql.data<{
    createMcpServerConfig: { server: { id: string } };
  }>(create, { input });
  const { id } = createMcpServerConfig.server;
  expect(await needsHttps(catalogue.admin, id)).toBe(false);
  const { extensions } = await catalogue.admin.graphql.error(update, {
    id,
    input: { authType: 'API_KEY', ...credentials.API_KEY },
  });
  expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input.url' }] });
});

test.each(authTypes)(
  'a stored server with %s that breaks the rule keeps its row, and is listed',
  async (authType) => {
    const id = await stored(authType, `http://${publicHost}/mcp`);
    expect(await needsHttps(catalogue.admin, id)).toBe(true);
    expect(await needsHttps(catalogue.member, id)).toBeNull();
    // An edit of something else is accepted, and leaves the URL. A change to https mends the server.
    const rename = { id, input: { displayName: 'Another name' } };
    expect(await catalogue.admin.graphql.data(update, rename)).toMatchObject({
      updateMcpServerConfig: { server: { url: `http://${publicHost}/mcp`, needsHttps: true } },
    });
    const mend = { id, input: { url: `https://${publicHost}/mcp` } };
    expect(await catalogue.admin.graphql.data(update, mend)).toMatchObject({
      updateMcpServerConfig: { server: { needsHttps: false } },
    });
  },
);

test.each(['API_KEY', 'CUSTOM_HEADERS'] as const)(
  'sends no %s over plain http to a public host, and names the setting that would allow it',
  async (authType) => {
    const id = await stored(authType, `http://${publicHost}/mcp`);
    const { message, extensions } = await callError(catalogue.member, id, 'whoami');
    expect(extensions.code).toBe('UPSTREAM_ERROR');
    expect(message).toContain('ALLOWED_PRIVATE_CIDRS');
  },
);

test.each(authTypes)('accepts plain http to an allowed address for a server with %s', async (authType) => {
  const id = await stored(authType, 'http://127.0.0.1:1/mcp');
  expect(await needsHttps(catalogue.admin, id)).toBe(false);
});

test('limits the headers of a server to 8 KB together', async () => {
  const headers = (length: number) => ({
    authType: 'CUSTOM_HEADERS',
    customHeaders: ['X-A', 'X-B', 'X-C'].map((name) => ({ name, value: 'x'.repeat(length) })),
  });
  // Each line has a name of 3 bytes and 4 bytes of separators.
  await catalogue.admin.graphql.data(create, { input: minimal(headers(2_723)) });
  const { extensions } = await catalogue.admin.graphql.error(create, { input: minimal(headers(2_724)) });
  expect(extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: [{ path: 'input.customHeaders', message: expect.stringContaining('8,193') }],
  });
});
