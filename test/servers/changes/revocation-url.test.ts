import { randomUUID } from 'node:crypto';
import { connect, createServer, disconnect } from '../../accounts/world.js';
import { startApp, type TestApp } from '../../support/app.js';
import { startMcpServer, type McpServer } from '../../support/mcp/mcp-server.js';
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../../support/oauth/authorization-server.js';
import { seedSignedInUser, type SignedInUser } from '../../support/seed.js';

const id = randomUUID();
const clientId = 'by-hand';
let app: TestApp;
/** Publishes no revocation endpoint, although it has one. */
let provider: AuthorizationServer;
let mcp: McpServer;
let admin: SignedInUser;
let member: SignedInUser;
let endpoint: string;

beforeAll(async () => {
  app = await startApp();
  const redirectUris = [`${app.publicUrl}/mcp-servers/${id}/oauth2/callback`];
  provider = await startAuthorizationServer({
    clients: [{ clientId, redirectUris }],
    metadata: { revocation_endpoint: undefined },
  });
  mcp = await startMcpServer({ authorizationServer: provider });
  admin = await seedSignedInUser(app, { role: 'ADMIN' });
  member = await seedSignedInUser(app);
  await createServer({ admin, mcp }, { id, oauth2ClientId: clientId });
  endpoint = `${provider.issuer}/token/revocation`;
});
afterAll(async () => {
  await app.close();
  await mcp.close();
  await provider.close();
});

const connectMember = () => connect({ app, provider, serverId: id }, member);

interface Edited {
  disconnects: number;
  server: { oauth2RevocationUrl: string; oauth2Registration: string };
}

async function edit(oauth2RevocationUrl: string): Promise<Edited> {
  const data = await admin.graphql.data<{ updateMcpServerConfig: Edited }>(
    `mutation ($id: ID!, $input: UpdateMcpServerConfigInput!) {
       updateMcpServerConfig(id: $id, input: $input) {
         disconnects server { oauth2RevocationUrl oauth2Registration }
       }
     }`,
    { id, input: { oauth2RevocationUrl } },
  );
  return data.updateMcpServerConfig;
}

const isConnected = async () => {
  const { mcpServerConfig } = await member.graphql.data<{ mcpServerConfig: { authConnected: boolean } }>(
    'query ($id: ID!) { mcpServerConfig(id: $id) { authConnected } }',
    { id },
  );
  return mcpServerConfig.authConnected;
};

test('adding a revocation URL to a discovered provider keeps accounts, and disconnecting uses it', async () => {
  await connectMember();
  expect(await edit(endpoint)).toMatchObject({ disconnects: 0, server: { oauth2RevocationUrl: endpoint } });
  expect(await isConnected()).toBe(true);
  const { registerMcpServerOAuth2Client } = await admin.graphql.data<{
    registerMcpServerOAuth2Client: Edited;
  }>('mutation ($id: ID!) { registerMcpServerOAuth2Client(id: $id) { server { oauth2RevocationUrl } } }', {
    id,
  });
  expect(registerMcpServerOAuth2Client.server.oauth2RevocationUrl).toBe(endpoint);
  expect(await isConnected()).toBe(true);
  expect(await disconnect(member, id)).toMatchObject({ revoked: true });
  expect(provider.count('/token/revocation')).toBeGreaterThan(0);
});

test.each([
  ['changing it', 'https://elsewhere.example.com/revoke'],
  ['removing it', ''],
])('%s drops accounts', async (_what, next) => {
  await edit('');
  await edit(endpoint);
  await connectMember();
  expect((await edit(next)).disconnects).toBe(1);
  expect(await isConnected()).toBe(false);
});
