// The authorization server of Better Auth: its plugin oauth-provider, and the plugin for MCP on top of that.
import { DatabaseSync } from 'node:sqlite';
import { createMcpProtectedRequestHandler, mcp, requireMcpAuth } from '@better-auth/mcp';
import {
  oauthProvider,
  oauthProviderAuthServerMetadata,
  oauthProviderOpenIdConfigMetadata,
} from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { jwt } from 'better-auth/plugins';
import { pages, user } from './support/better-auth-pages.ts';
import { ready } from './support/program.ts';
import { answerMcp } from './support/web-mcp.ts';
import { startWeb } from './support/web.ts';

const [plugin] = process.argv.slice(2);
let userId = '';
const origin = await startWeb(async (baseURL) => {
  const resource = `${baseURL}/mcp`;
  const options = {
    loginPage: '/login',
    consentPage: '/consent',
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
  };
  const auth = betterAuth({
    baseURL,
    secret: 'only for tests, and long enough for that',
    database: new DatabaseSync(':memory:'),
    emailAndPassword: { enabled: true },
    plugins: [
      jwt(),
      plugin === 'mcp'
        ? mcp({ ...options, resource })
        : oauthProvider({
            ...options,
            resources: [resource],
            clientRegistrationDefaultResources: [resource],
          }),
    ],
  });
  await (await getMigrations(auth.options)).runMigrations();
  userId = (await auth.api.signUpEmail({ body: user })).user.id;
  const issuer = `${baseURL}/api/auth`;
  const answer = (request: Request, claims: { sub?: string }) => answerMcp(request, String(claims.sub));
  const server =
    plugin === 'mcp'
      ? requireMcpAuth(auth, answer, { resource })
      : createMcpProtectedRequestHandler({ issuer, audience: resource, jwksUrl: `${issuer}/jwks` }, answer);
  const metadata = oauthProviderAuthServerMetadata(auth);
  const openIdMetadata = oauthProviderOpenIdConfigMetadata(auth);
  return [
    (request, { pathname }) => (pathname === '/mcp' ? server(request) : null),
    (request, { pathname }) =>
      pathname === '/.well-known/oauth-authorization-server/api/auth' ? metadata(request) : null,
    (request, { pathname }) =>
      pathname === '/api/auth/.well-known/openid-configuration' ? openIdMetadata(request) : null,
    (_request, { pathname }) =>
      plugin !== 'mcp' && pathname === '/.well-known/oauth-protected-resource/mcp'
        ? Response.json({ resource, authorization_servers: [issuer] })
        : null,
    ...pages(baseURL, auth.handler),
    // The plugins answer at paths of the root too.
    (request) => auth.handler(request),
  ];
});
ready({ url: `${origin}/mcp`, calls: [{ name: 'whoami', result: userId }], form: { login: user.email } });
