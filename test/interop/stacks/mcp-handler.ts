// Vercel's adapter for MCP servers, with the tokens of oidc-provider.
import { McpServer } from '@modelcontextprotocol/server';
import {
  createMcpHandler,
  metadataCorsOptionsRequestHandler,
  protectedResourceHandler,
  withMcpAuth,
} from 'mcp-handler';
import { startOidc, withResources } from './support/oidc.ts';
import { ready } from './support/program.ts';
import { scope } from './support/whoami.ts';
import { startWeb } from './support/web.ts';

const { provider, issuer } = await startOidc(
  withResources(
    {
      clientAuthMethods: ['client_secret_basic', 'none'],
      features: { registration: { enabled: true } },
      issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
      rotateRefreshToken: true,
    },
    { accessTokenFormat: 'opaque' },
  ),
);
const handler = createMcpHandler((server: McpServer) => {
  server.registerTool('whoami', { description: 'Names the owner of the token.' }, (ctx) => ({
    content: [{ type: 'text', text: String(ctx.http?.authInfo?.extra?.sub) }],
  }));
});
const protectedHandler = withMcpAuth(
  handler,
  async (_request, token) => {
    const found = await provider.AccessToken.find(token ?? '');
    if (!token || !found?.isValid) return undefined;
    return {
      token,
      clientId: String(found.clientId),
      scopes: [...found.scopes],
      extra: { sub: found.accountId },
    };
  },
  { required: true, requiredScopes: [scope] },
);
const metadata = protectedResourceHandler({ authServerUrls: [issuer] });
const origin = await startWeb(async () => [
  (request, { pathname }) => {
    if (!pathname.startsWith('/.well-known/oauth-protected-resource')) return null;
    return request.method === 'OPTIONS' ? metadataCorsOptionsRequestHandler()() : metadata(request);
  },
  (request, { pathname }) => (pathname === '/api/mcp' ? protectedHandler(request) : null),
]);
ready({
  url: `${origin}/api/mcp`,
  calls: [{ name: 'whoami', result: 'alice' }],
  form: { login: 'alice', password: 'secret' },
});
