// The MCP plugin of Better Auth 1.6, which has an authorization server of its own.
import { DatabaseSync } from 'node:sqlite';
import { betterAuth } from 'better-auth-1.6';
import { getMigrations } from 'better-auth-1.6/db/migration';
import {
  mcp,
  oAuthDiscoveryMetadata,
  oAuthProtectedResourceMetadata,
  withMcpAuth,
} from 'better-auth-1.6/plugins';
import { pages, user } from './support/better-auth-pages.ts';
import { ready } from './support/program.ts';
import { answerMcp } from './support/web-mcp.ts';
import { startWeb } from './support/web.ts';

let userId = '';
const origin = await startWeb(async (baseURL) => {
  const auth = betterAuth({
    baseURL,
    secret: 'only for tests, and long enough for that',
    database: new DatabaseSync(':memory:'),
    emailAndPassword: { enabled: true },
    plugins: [mcp({ loginPage: '/login', resource: `${baseURL}/mcp` })],
  });
  await (await getMigrations(auth.options)).runMigrations();
  userId = (await auth.api.signUpEmail({ body: user })).user.id;
  const server = withMcpAuth(auth, (request, session) => answerMcp(request, session.userId));
  const metadata = oAuthDiscoveryMetadata(auth);
  const resourceMetadata = oAuthProtectedResourceMetadata(auth);
  return [
    (request, { pathname }) => (pathname.startsWith('/api/auth/') ? auth.handler(request) : null),
    (request, { pathname }) => (pathname === '/mcp' ? server(request) : null),
    (request, { pathname }) =>
      pathname === '/.well-known/oauth-authorization-server' ? metadata(request) : null,
    (request, { pathname }) =>
      pathname === '/.well-known/oauth-protected-resource' ? resourceMetadata(request) : null,
    ...pages(baseURL, auth.handler),
  ];
});
ready({ url: `${origin}/mcp`, calls: [{ name: 'whoami', result: userId }], form: { login: user.email } });
