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
  /** None: an open server. */
  authorizationServer?: AuthorizationServer;
  /** The endpoint's path; default '/mcp'. */
  path?: string;
  /** Awaited before each answer: a server that takes its time. */
  beforeAnswer?: () => Promise<void>;
  /** A header that every request must carry, with exactly this value; else it is 401. */
  requiredHeader?: { name: string; value: string };
  /** Speaks no version of MCP that begins with `server/discover`. */
  isLegacy?: boolean;
  /** Speaks no version of MCP that begins with `initialize`, and says so to whoever has no token too. */
  isSessionless?: boolean;
  /** Nobody is ever granted enough for the tool `write`. */
  neverEnough?: boolean;
  /** Its tools, for whoever the token belongs to; default those of the toolbox. */
  createTools?: (authInfo?: AuthInfo) => SdkServer;
}

export interface McpServer extends ToolLog {
  /** The MCP endpoint: `http://127.0.0.1:port/mcp`; also the resource that its tokens must be for. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** From now on it takes the tokens of this authorization server alone, and says so. */
  moveTo(authorizationServer: AuthorizationServer): void;
  /** From now on every token is as good as none. */
  refuseEverybody(): void;
  close(): Promise<void>;
}

/**
 * A real MCP server (official SDK) on a free port of 127.0.0.1, with the tools of the toolbox. It takes only
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
  const log: ToolLog = { called: [], cancelled: 0 };
  let { authorizationServer } = options;
  let refusesEverybody = false;

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
    const { requiredHeader, isLegacy, isSessionless, neverEnough } = options;
    if (requiredHeader && request.headers.get(requiredHeader.name) !== requiredHeader.value) {
      return new Response('Remote words about a wrong key', { status: 401 });
    }
    const call = await callOf(request);
    if (isLegacy && call.method === 'server/discover') return new Response('Bad request', { status: 400 });
    const isUnknown = isSessionless && call.method === 'initialize';
    if (!authorizationServer || isUnknown) return mcp.fetch(request);
    const vouching = authorizationServer;
    const challenge = { resourceMetadataUrl: origin + metadataPath };
    let authInfo: AuthInfo;
    try {
      authInfo = await verifyBearerToken(refusesEverybody ? null : request.headers.get('authorization'), {
        ...challenge,
        verifier: { verifyAccessToken: (token) => verifyAccessToken(token, vouching) },
        expectedResource: new URL(url),
      });
    } catch (error) {
      return bearerAuthChallengeResponse(error, challenge);
    }
    if (call.tool === 'write' && (neverEnough || !authInfo.scopes.includes(writeScope))) {
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
    refuseEverybody() {
      refusesEverybody = true;
    },
    async close() {
      await mcp.close();
      await close(http);
    },
  });
}

/** Which method, and which tool, a request is about. */
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
