import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  OAuthError,
  OAuthErrorCode,
  McpServer as SdkServer,
  bearerAuthChallengeResponse,
  createMcpHandler,
  verifyBearerToken,
  type AuthInfo,
} from '@modelcontextprotocol/server';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import type { AuthorizationServer } from './authorization-server.js';
import { close, listen, record, type RecordedRequest } from './http-listener.js';

export interface McpServerOptions {
  /** None: an open server. */
  authorizationServer?: AuthorizationServer;
  /** The endpoint's path; default '/mcp'. */
  path?: string;
  /** Awaited before each answer: a server that takes its time. */
  beforeAnswer?: () => Promise<void>;
}

export interface McpServer {
  /** The MCP endpoint: `http://127.0.0.1:port/mcp`; also the resource that its tokens must be for. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/**
 * A real MCP server (official SDK) on a free port of 127.0.0.1, with the tools `whoami` and `add`. It takes only
 * tokens that its authorization server vouches for and issued for it, and publishes RFC 9728 metadata that every 401
 * points to.
 */
export async function startMcpServer(options: McpServerOptions = {}): Promise<McpServer> {
  const path = options.path ?? '/mcp';
  const http = createServer();
  const origin = await listen(http);
  const url = origin + path;
  const metadataPath = `/.well-known/oauth-protected-resource${path}`;
  const requests: RecordedRequest[] = [];
  const { authorizationServer } = options;

  const mcp = createMcpHandler(({ authInfo }) => {
    const server = new SdkServer({ name: 'test-server', version: '1.0.0' });
    const say = (text: string) => ({ content: [{ type: 'text' as const, text }] });
    server.registerTool('whoami', { description: 'Says whose token came with the request.' }, () =>
      say(String(authInfo?.extra?.sub ?? 'nobody')),
    );
    server.registerTool(
      'add',
      { description: 'Adds two numbers.', inputSchema: z.object({ a: z.number(), b: z.number() }) },
      ({ a, b }) => say(String(a + b)),
    );
    return server;
  });

  const answer = async (request: Request): Promise<Response> => {
    await options.beforeAnswer?.();
    const { pathname } = new URL(request.url);
    if (authorizationServer && pathname === metadataPath) {
      return Response.json({
        resource: url,
        authorization_servers: [authorizationServer.issuer],
        scopes_supported: ['mcp:tools'],
        bearer_methods_supported: ['header'],
      });
    }
    if (pathname !== path) return new Response('Not found', { status: 404 });
    if (!authorizationServer) return mcp.fetch(request);
    const challenge = { resourceMetadataUrl: origin + metadataPath };
    let authInfo: AuthInfo;
    try {
      authInfo = await verifyBearerToken(request.headers.get('authorization'), {
        ...challenge,
        verifier: { verifyAccessToken: (token) => verifyAccessToken(token, authorizationServer) },
        expectedResource: new URL(url),
      });
    } catch (error) {
      return bearerAuthChallengeResponse(error, challenge);
    }
    return mcp.fetch(request, { authInfo });
  };

  const handle = toNodeHandler({ fetch: answer });
  http.on('request', (req, res) => {
    requests.push(record(req));
    void handle(req, res);
  });
  return {
    url,
    requests,
    async close() {
      await mcp.close();
      await close(http);
    },
  };
}

/** Opaque tokens are introspected (RFC 7662), JWTs checked against the authorization server's keys (RFC 9068). */
async function verifyAccessToken(
  token: string,
  { issuer, introspect }: AuthorizationServer,
): Promise<AuthInfo> {
  const claims = token.split('.').length === 3 ? await jwtClaims(token, issuer) : await introspect(token);
  if (claims.active === false) throw new OAuthError(OAuthErrorCode.InvalidToken, 'The token is not active');
  return {
    token,
    clientId: String(claims.client_id),
    scopes: String(claims.scope ?? '').split(' '),
    expiresAt: Number(claims.exp),
    ...(typeof claims.aud === 'string' && { resource: new URL(claims.aud) }),
    extra: { sub: claims.sub },
  };
}

async function jwtClaims(token: string, issuer: string): Promise<Record<string, unknown>> {
  try {
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
    return (await jwtVerify(token, keys, { issuer, typ: 'at+jwt' })).payload;
  } catch {
    throw new OAuthError(OAuthErrorCode.InvalidToken, 'The token is not valid');
  }
}
