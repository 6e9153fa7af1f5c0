// A remote MCP server as the templates of 2025 have it: an agent in a Durable Object, on the SSE transport.
import { McpAgent } from 'agents/mcp';
import { OAuthProvider, type OAuthHelpers } from 'workers-oauth-provider-0.0.13';
import { loginPage } from '../support/pages.ts';
import { createWhoami } from '../support/whoami.ts';

interface Env {
  OAUTH_PROVIDER: OAuthHelpers;
}

export class Whoami extends McpAgent<Env, unknown, { userId: string }> {
  server = createWhoami('');

  async init(): Promise<void> {
    this.server = createWhoami(this.props?.userId ?? '');
  }
}

const defaultHandler = {
  async fetch(request: Request, { OAUTH_PROVIDER: oauth }: Env): Promise<Response> {
    if (new URL(request.url).pathname !== '/authorize') return new Response('Not found', { status: 404 });
    if (request.method === 'GET')
      return new Response(loginPage(), { headers: { 'content-type': 'text/html' } });
    const asked = await oauth.parseAuthRequest(request);
    const userId = new URLSearchParams(await request.text()).get('login') ?? '';
    const { redirectTo } = await oauth.completeAuthorization({
      request: asked,
      userId,
      metadata: {},
      scope: asked.scope,
      props: { userId },
    });
    return new Response(null, { status: 302, headers: { location: redirectTo } });
  },
};

export default new OAuthProvider({
  apiHandlers: { '/sse': Whoami.serveSSE('/sse', { binding: 'AGENT' }) as never },
  defaultHandler: defaultHandler as never,
  authorizeEndpoint: '/authorize',
  tokenEndpoint: '/token',
  clientRegistrationEndpoint: '/register',
});
