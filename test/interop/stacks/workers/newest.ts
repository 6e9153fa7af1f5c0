// One Worker that is an authorization server and its only resource, as the library's README shows it.
import { OAuthProvider, type OAuthHelpers } from '@cloudflare/workers-oauth-provider';
import { consentPage } from '../support/pages.ts';
import { answerMcp } from '../support/web-mcp.ts';
import { scope } from '../support/whoami.ts';

interface Env {
  ORIGIN: string;
  OAUTH_PROVIDER: OAuthHelpers;
}

const apiHandler = {
  fetch: (request: Request, _env: Env, context: { props: { userId: string } }) =>
    answerMcp(request, context.props.userId),
};

const defaultHandler = {
  async fetch(request: Request, { OAUTH_PROVIDER: oauth }: Env): Promise<Response> {
    if (new URL(request.url).pathname !== '/authorize') return new Response('Not found', { status: 404 });
    if (request.method === 'GET') {
      const { handle, headers } = await oauth.beginConsent(await oauth.parseAuthRequest(request));
      headers.set('content-type', 'text/html');
      return new Response(consentPage({ handle }), { headers });
    }
    const form = new URLSearchParams(await request.text());
    const approved = await oauth.approveConsent(request, form.get('handle') ?? '');
    const { redirectTo } = await oauth.completeAuthorization({
      request: approved.request,
      userId: 'alice',
      metadata: {},
      scope: approved.request.scope,
      props: { userId: 'alice' },
    });
    approved.headers.set('location', redirectTo);
    return new Response(null, { status: 302, headers: approved.headers });
  },
};

export default {
  fetch(request: Request, env: Env, context: never): Promise<Response> {
    const provider = new OAuthProvider<Env>({
      apiRoute: '/mcp',
      apiHandler,
      defaultHandler,
      authorizeEndpoint: '/authorize',
      tokenEndpoint: '/token',
      clientRegistrationEndpoint: '/register',
      scopesSupported: [scope, 'offline_access'],
      requiredScopes: [scope],
      resourceMetadata: { resource: `${env.ORIGIN}/mcp`, authorization_servers: [env.ORIGIN] },
    });
    return provider.fetch(request, env, context);
  },
};
