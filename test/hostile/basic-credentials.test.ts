import { randomUUID } from 'node:crypto';
import { setSecondsLeft } from '../accounts/token-access.js';
import { listTools } from '../tools/tool-calls.js';
import { createServer, disconnect, visit } from '../accounts/world.js';
import { startApp, type TestApp } from '../support/app.js';
import { startAuthorizationServer, type AuthorizationServer } from '../support/oauth/authorization-server.js';
import { startMcpServer, type McpServer } from '../support/mcp/mcp-server.js';
import { seedSignedInUser } from '../support/seed.js';

const serverId = randomUUID();
const clientId = 'a client:id/+%';
const clientSecret = 'a+b/c=d&e%f:g h~i-j.k_l';

let app: TestApp;
let provider: AuthorizationServer;
let mcp: McpServer;

beforeAll(async () => {
  app = await startApp();
  const redirectUris = [`${app.publicUrl}/mcp-servers/${serverId}/oauth2/callback`];
  provider = await startAuthorizationServer({
    clients: [{ clientId, clientSecret, redirectUris }],
    metadata: { token_endpoint_auth_methods_supported: ['client_secret_basic'] },
  });
  mcp = await startMcpServer({ authorizationServer: provider });
});
afterAll(async () => {
  await app.close();
  await mcp.close();
  await provider.close();
});

test('authenticates with Basic at exchange, refresh and revocation, with + / = & % : and a space in the secret', async () => {
  const admin = await seedSignedInUser(app, { role: 'ADMIN' });
  await createServer(
    { admin, mcp },
    {
      id: serverId,
      oauth2ClientId: clientId,
      oauth2ClientSecret: clientSecret,
      oauth2Scopes: 'offline_access mcp:tools',
    },
  );
  const answer = await visit(app, admin, `${app.publicUrl}/mcp-servers/${serverId}/oauth2/connect`);
  const callback = await provider.approve(answer.headers.get('location') ?? '');
  expect((await visit(app, admin, callback)).status).toBe(200);
  await setSecondsLeft(app, admin, -1);
  expect(await listTools(admin, serverId)).not.toHaveLength(0);
  expect(await disconnect(admin, serverId)).toMatchObject({ revoked: true, revocationError: null });

  const asClient = provider.requests.filter(({ headers }) => headers.authorization?.startsWith('Basic '));
  const asThisClient = asClient.filter(({ path }) => /^\/token(\/revocation)?$/.test(path));
  expect(asThisClient.map(({ path }) => path)).toEqual([
    '/token',
    '/token',
    '/token/revocation',
    '/token/revocation',
  ]);
  for (const { headers, body } of asThisClient) {
    const [id = '', secret = ''] = atob(headers.authorization?.slice(6) ?? '').split(':');
    const decode = (text: string) => new URLSearchParams(`x=${text}`).get('x');
    expect([decode(id), decode(secret)]).toEqual([clientId, clientSecret]);
    expect(body).not.toContain('client_secret');
  }
});
