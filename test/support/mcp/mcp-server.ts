import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  OAuthError,
  OAuthErrorCode,
  type McpServer as SdkServer,
  bearerAuthChallengeResponse,
  createMcpHandler,
  verifyBearerToken,
  type AuthInfo,
} from '@modelcontextprotocol/server';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { AuthorizationServer } from '../oauth/authorization-server.js';
import { close, listen, record, type RecordedRequest } from '../http-listener.js';
import { createToolbox, writeScope, type ToolLog } from './toolbox.js';

export interface McpServerOptions {
  /** Without one, the server needs no authorization. */
  authorizationServer?: AuthorizationServer;
  /** The path of the endpoint. Defaults to '/mcp'. */
  path?: string;
  /** Awaited before each response, to delay it. */
  beforeAnswer?: () => Promise<void>;
  /** A header with a value. Requests without it get 401. */
  requiredHeader?: { name: string; value: string };
  /** Supports no version of MCP that begins with `server/discover`. */
  isLegacy?: boolean;
  /** Supports no version of MCP that begins with `initialize`, and answers so without a token too. */
  isSessionless?: boolean;
  /** Refuses the tool `write` to every token, whatever its scope. */
  alwaysRefusesWrite?: boolean;
  /** Creates the tools for the owner of the token. Defaults to the toolbox. */
  createTools?: (authInfo?: AuthInfo) => SdkServer;
}

export interface McpServer extends ToolLog {
  /** The MCP endpoint (`http://127.0.0.1:port/mcp`), and the resource that tokens must be issued for. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Accepts only tokens of this authorization server from now on, and announces it. */
  moveTo(authorizationServer: AuthorizationServer): void;
  /** Refuses every token from now on. */
  refuseAllTokens(): void;
  close(): Promise<void>;
}

/**
 * Starts a real MCP server (official SDK) on a free port of 127.0.0.1, with the tools of the toolbox. It accepts tokens that
 * its authorization server issued for it. Every 401 points to its RFC 9728 metadata.
 */
export async function startMcpServer(options: McpServerOptions = {}): Promise<McpServer> {
  const path = options.path ?? '/mcp';
  const http = createServer();
  const origin = await listen(http);
  const url = origin + path;
  const metadataPath = `/.well-known/oauth-protected-resource${path}`;
  const requests: RecordedRequest[] = [];
  const log: ToolLog = { called: [], cancelled: 0 };
  let { authorizationServer } = options;
  let refusesAllTokens = false;

  const { createTools = (authInfo?: AuthInfo) => createToolbox(log, authInfo) } = options;
  const mcp = createMcpHandler(({ authInfo }) => createTools(authInfo), {
    legacy: options.isSessionless ? 'reject' : 'stateless',
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
    const { requiredHeader, isLegacy, isSessionless, alwaysRefusesWrite } = options;
    if (requiredHeader && request.headers.get(requiredHeader.name) !== requiredHeader.value) {
      return new Response('Remote words about a wrong key', { status: 401 });
    }
    const call = await callOf(request);
    if (isLegacy && call.method === 'server/discover') return new Response('Bad request', { status: 400 });
    const isUnknown = isSessionless && call.method === 'initialize';
    if (!authorizationServer || isUnknown) return mcp.fetch(request);
    const trusted = authorizationServer;
    const challenge = { resourceMetadataUrl: origin + metadataPath };
    let authInfo: AuthInfo;
    try {
      authInfo = await verifyBearerToken(refusesAllTokens ? null : request.headers.get('authorization'), {
        ...challenge,
        verifier: { verifyAccessToken: (token) => verifyAccessToken(token, trusted) },
        expectedResource: new URL(url),
      });
    } catch (error) {
      return bearerAuthChallengeResponse(error, challenge);
    }
    if (call.tool === 'write' && (alwaysRefusesWrite || !authInfo.scopes.includes(writeScope))) {
      const insufficient = `Bearer error="insufficient_scope", scope="${writeScope}", error_description="Remote words"`;
      return new Response(null, {
        status: 403,
        headers: {
          'www-authenticate': `${insufficient}, resource_metadata="${challenge.resourceMetadataUrl}"`,
        },
      });
    }
    return mcp.fetch(request, { authInfo });
  };

  const handle = toNodeHandler({ fetch: answer });
  http.on('request', (req, res) => {
    requests.push(record(req));
    void handle(req, res);
  });
  return Object.assign(log, {
    url,
    requests,
    moveTo(other: AuthorizationServer) {
      authorizationServer = other;
    },
    refuseAllTokens() {
      refusesAllTokens = true;
    },
    async close() {
      await mcp.close();
      await close(http);
    },
  });
}

/** Returns the method and the tool of a request. */
async function callOf(request: Request): Promise<{ method?: string; tool?: string }> {
  const text = request.method === 'POST' ? await request.clone().text() : '';
  try {
    const { method, params } = JSON.parse(text) as { method?: string; params?: { name?: string } };
    return {
      ...(method !== undefined && { method }),
      ...(params?.name !== undefined && { tool: params.name }),
    };
  } catch {
    return {};
  }
}

/** Introspects an opaque token (RFC 7662), or verifies a JWT with the authorization server's keys (RFC 9068). */
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
