import { createServer } from 'node:http';
import { Provider, type Configuration } from 'oidc-provider';
import { listen } from './program.ts';
import { scope } from './whoami.ts';

export interface OidcServer {
  provider: Provider;
  issuer: string;
}

/** Starts oidc-provider with its own pages for signing in and consent. */
export async function startOidc(configuration: Configuration, path = ''): Promise<OidcServer> {
  const server = createServer();
  const origin = `http://127.0.0.1:${await listen(server)}`;
  const issuer = origin + path;
  const provider = new Provider(issuer, configuration);
  // Middleware that is added before the first request is part of it.
  let handle: ReturnType<Provider['callback']> | undefined;
  server.on('request', (request, response) => {
    const url = request.url ?? '';
    // Metadata of an issuer with a path is at the root (RFC 8414 section 3.1).
    const isMetadata = url === `/.well-known/oauth-authorization-server${path}`;
    request.url = isMetadata ? '/.well-known/openid-configuration' : url.slice(path.length);
    // oidc-provider derives its mount path from the difference to `url`, as with Express.
    Object.assign(request, { originalUrl: path + request.url });
    handle ??= provider.callback();
    void handle(request, response);
  });
  return { provider, issuer };
}

/** Adds what all configurations have: PKCE, the scope of the MCP server, and any resource with that scope. */
export function withResources(
  configuration: Configuration,
  { accessTokenFormat, isStrict = false }: { accessTokenFormat: 'opaque' | 'jwt'; isStrict?: boolean },
): Configuration {
  return {
    ...configuration,
    scopes: ['openid', 'offline_access', scope],
    responseTypes: ['code'],
    pkce: { required: () => true },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    expiresWithSession: () => false,
    features: {
      revocation: { enabled: true },
      ...configuration.features,
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          if (isStrict && !resource.endsWith('/mcp')) throw new Error(`Unknown resource ${resource}`);
          return { scope, audience: resource, accessTokenFormat };
        },
      },
    },
  };
}
