/** A stack of the matrix. */
export interface Stack {
  name: string;
  /** Its program in stacks/, and the program's arguments. */
  program: string;
  args?: readonly string[];
  /** The packages whose versions the matrix shows. */
  packages: readonly string[];
  /** The result of a step that differs from the usual one, with the reason. */
  remarks?: readonly string[];
  /** The provider issues no refresh token. */
  hasNoRefreshToken?: boolean;
}

export const stacks: readonly Stack[] = [
  {
    name: 'server-everything, streamable HTTP',
    program: 'server-everything',
    args: ['streamableHttp'],
    packages: ['@modelcontextprotocol/server-everything'],
  },
  {
    name: 'server-everything, SSE',
    program: 'server-everything',
    args: ['sse'],
    packages: ['@modelcontextprotocol/server-everything'],
  },
  {
    name: 'server-everything, stdio through supergateway (streamable HTTP)',
    program: 'supergateway',
    args: ['streamableHttp'],
    packages: ['@modelcontextprotocol/server-everything', 'supergateway'],
  },
  {
    name: 'server-everything, stdio through supergateway (SSE)',
    program: 'supergateway',
    args: ['sse'],
    packages: ['@modelcontextprotocol/server-everything', 'supergateway'],
  },
  {
    name: 'playwright-mcp',
    program: 'playwright-mcp',
    packages: ['@playwright/mcp'],
    remarks: ['The browser keeps its page between calls.'],
  },
  ...[
    ['opaque', 'opaque tokens, rotated refresh tokens, public clients'],
    ['jwt', 'JWT access tokens, strict resources, `client_secret_basic`, issuer with a path'],
    ['par', 'required PAR, `client_secret_post`, managed registration'],
    ['manual', 'manual client, `offline_access` with consent'],
    ['expiring-secrets', 'client secrets that expire, public clients allowed'],
  ].map(([setup = '', text]) => ({
    name: `oidc-provider: ${text}`,
    program: 'oidc-provider',
    args: [setup],
    packages: ['oidc-provider'],
  })),
  {
    name: 'TypeScript SDK v1: mcpAuthRouter, own provider',
    program: 'sdk-v1',
    args: ['own'],
    packages: ['@modelcontextprotocol/sdk'],
  },
  {
    name: 'TypeScript SDK v1: mcpAuthRouter, ProxyOAuthServerProvider before oidc-provider',
    program: 'sdk-v1',
    args: ['proxy'],
    packages: ['@modelcontextprotocol/sdk', 'oidc-provider'],
  },
  {
    name: 'Better Auth 1.6: MCP plugin',
    program: 'better-auth-mcp-1.6',
    packages: ['better-auth-1.6'],
  },
  {
    name: 'Better Auth: oauth-provider plugin',
    program: 'better-auth',
    args: ['oauth-provider'],
    packages: ['better-auth', '@better-auth/oauth-provider'],
  },
  {
    name: 'Better Auth: MCP plugin on oauth-provider',
    program: 'better-auth',
    args: ['mcp'],
    packages: ['better-auth', '@better-auth/mcp'],
  },
  { name: 'oauth2-mock-server', program: 'oauth2-mock-server', packages: ['oauth2-mock-server'] },
  {
    name: 'mcp-handler with oidc-provider',
    program: 'mcp-handler',
    packages: ['mcp-handler', 'oidc-provider'],
  },
  {
    name: 'fastmcp: OAuth proxy before oidc-provider',
    program: 'fastmcp',
    packages: ['fastmcp', 'oidc-provider'],
  },
  { name: 'OpenAuth', program: 'openauth', packages: ['@openauthjs/openauth'] },
  {
    name: 'workers-oauth-provider under workerd',
    program: 'workers-oauth-provider',
    args: ['newest'],
    packages: ['@cloudflare/workers-oauth-provider', 'miniflare'],
  },
  {
    name: 'workers-oauth-provider 0.0.13 under workerd, an agent on the SSE transport',
    program: 'workers-oauth-provider',
    args: ['sse'],
    packages: ['workers-oauth-provider-0.0.13', 'agents', 'miniflare'],
  },
];
