// fastmcp with its OAuth proxy before oidc-provider, where the proxy has a client of its own.
import { FastMCP, OAuthProvider, getAuthSession } from 'fastmcp';
import { startOidc } from './support/oidc.ts';
import { freePort, ready } from './support/program.ts';

const port = await freePort();
const baseUrl = `http://127.0.0.1:${port}`;
const client = { id: 'fastmcp', secret: 'only-for-tests' };
const { provider, issuer } = await startOidc({
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [`${baseUrl}/oauth/callback`],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
  scopes: ['openid', 'offline_access', 'mcp'],
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  expiresWithSession: () => false,
  rotateRefreshToken: true,
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  features: { resourceIndicators: { enabled: false } },
});
const server = new FastMCP({
  name: 'whoami',
  version: '1.0.0',
  auth: new OAuthProvider({
    baseUrl,
    clientId: client.id,
    clientSecret: client.secret,
    authorizationEndpoint: `${issuer}/auth`,
    tokenEndpoint: `${issuer}/token`,
    scopes: ['openid', 'mcp'],
  }),
});
server.addTool({
  name: 'whoami',
  description: 'Names the owner of the token.',
  async execute(_args, { session }) {
    const found = await provider.AccessToken.find(getAuthSession(session).accessToken);
    return String(found?.accountId);
  },
});
await server.start({ transportType: 'httpStream', httpStream: { port, host: '127.0.0.1' } });
ready({
  url: `${baseUrl}/mcp`,
  calls: [{ name: 'whoami', result: 'alice' }],
  form: { login: 'alice', password: 'secret', action: 'approve' },
});
