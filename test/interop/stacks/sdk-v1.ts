// The TypeScript SDK's `mcpAuthRouter`, with a provider of its own or as a proxy of another one.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { InvalidGrantError, InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import type {
  AuthorizationParams,
  OAuthServerProvider,
} from '@modelcontextprotocol/sdk/server/auth/provider.js';
import { ProxyOAuthServerProvider } from '@modelcontextprotocol/sdk/server/auth/providers/proxyProvider.js';
import { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';
import type { OAuthClientInformationFull, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import express from 'express';
import { startOidc } from './support/oidc.ts';
import { loginPage } from './support/pages.ts';
import { listen, ready } from './support/program.ts';
import { addMcp, type Verify } from './support/resource-server.ts';
import { scope } from './support/whoami.ts';

interface Issued {
  clientId: string;
  sub: string;
}

const app = express();
const origin = `http://127.0.0.1:${await listen(createServer(app))}`;
const { provider, verify } = process.argv[2] === 'proxy' ? await proxyProvider() : ownProvider();
app.use(
  mcpAuthRouter({
    provider,
    issuerUrl: new URL(origin),
    resourceServerUrl: new URL(`${origin}/mcp`),
    scopesSupported: [scope],
  }),
);
addMcp(app, new URL(`${origin}/mcp`), verify);
ready({
  url: `${origin}/mcp`,
  calls: [{ name: 'whoami', result: 'alice' }],
  form: { login: 'alice', password: 'secret' },
});

/** Keeps everything in memory, as the SDK's examples do. */
function ownProvider(): { provider: OAuthServerProvider; verify: Verify } {
  const clients = new Map<string, OAuthClientInformationFull>();
  const requests = new Map<string, { client: OAuthClientInformationFull; params: AuthorizationParams }>();
  const codes = new Map<string, Issued & { challenge: string }>();
  const accessTokens = new Map<string, Issued>();
  const refreshTokens = new Map<string, Issued>();
  app.post('/login', express.urlencoded(), (request, response) => {
    const { login = '', id = '' } = request.body as Record<string, string>;
    const begun = requests.get(id);
    if (!begun) return void response.status(400).end();
    const code = randomUUID();
    codes.set(code, { clientId: begun.client.client_id, sub: login, challenge: begun.params.codeChallenge });
    const target = new URL(begun.params.redirectUri);
    target.searchParams.set('code', code);
    if (begun.params.state !== undefined) target.searchParams.set('state', begun.params.state);
    response.redirect(target.href);
  });
  app.get('/login', (request, response) => {
    response.type('html').send(loginPage({ id: String(request.query.id) }));
  });
  const issue = (issued: Issued): OAuthTokens => {
    const [access, refresh] = [randomUUID(), randomUUID()];
    accessTokens.set(access, issued);
    refreshTokens.set(refresh, issued);
    return { access_token: access, refresh_token: refresh, token_type: 'bearer', expires_in: 3600, scope };
  };
  const provider: OAuthServerProvider = {
    clientsStore: {
      getClient: (id) => clients.get(id),
      registerClient(client) {
        const registered = client as OAuthClientInformationFull;
        clients.set(registered.client_id, registered);
        return registered;
      },
    },
    async authorize(client, params, response) {
      const id = randomUUID();
      requests.set(id, { client, params });
      response.redirect(`/login?id=${id}`);
    },
    async challengeForAuthorizationCode(_client, code) {
      const issued = codes.get(code);
      if (!issued) throw new InvalidGrantError('The code is not known.');
      return issued.challenge;
    },
    async exchangeAuthorizationCode(_client, code) {
      const issued = codes.get(code);
      if (!issued) throw new InvalidGrantError('The code is not known.');
      codes.delete(code);
      return issue(issued);
    },
    async exchangeRefreshToken(_client, token) {
      const issued = refreshTokens.get(token);
      if (!issued) throw new InvalidGrantError('The refresh token is not known.');
      refreshTokens.delete(token);
      return issue(issued);
    },
    verifyAccessToken: () => Promise.reject(new Error('The MCP server verifies tokens.')),
    async revokeToken(_client, { token }) {
      accessTokens.delete(token);
      refreshTokens.delete(token);
    },
  };
  return {
    provider,
    async verify(token) {
      const issued = accessTokens.get(token);
      if (!issued) throw new InvalidTokenError('The token is not known.');
      return issued;
    },
  };
}

/** Proxies oidc-provider, which knows nothing of resources. */
async function proxyProvider(): Promise<{ provider: OAuthServerProvider; verify: Verify }> {
  const { provider: upstream, issuer } = await startOidc({
    scopes: ['openid', 'offline_access', scope],
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_post', 'none'],
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    features: {
      registration: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: { enabled: false },
    },
  });
  const verify: Verify = async (token) => {
    const found = await upstream.AccessToken.find(token);
    if (!found?.isValid) throw new InvalidTokenError('The token is not known.');
    return { sub: String(found.accountId), clientId: String(found.clientId) };
  };
  const provider = new ProxyOAuthServerProvider({
    endpoints: {
      authorizationUrl: `${issuer}/auth`,
      tokenUrl: `${issuer}/token`,
      revocationUrl: `${issuer}/token/revocation`,
      registrationUrl: `${issuer}/reg`,
    },
    verifyAccessToken: async (token) => ({ token, scopes: [scope], ...(await verify(token)) }),
    async getClient(id) {
      const client = await upstream.Client.find(id);
      return client?.metadata() as OAuthClientInformationFull | undefined;
    },
  });
  return { provider, verify };
}
