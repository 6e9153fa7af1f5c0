import { createServer } from 'node:http';
import { getOAuthProtectedResourceMetadataUrl } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js';
import express, { type Express } from 'express';
import { listen } from './program.ts';
import { createWhoami, scope } from './whoami.ts';

/** Returns the owner of a token and the client that it was issued to. Throws or rejects for any other token. */
export type Verify = (token: string) => Promise<{ sub: string; clientId: string; exp?: number }>;

/** Adds an MCP server that requires a token, as the TypeScript SDK's documentation shows it. */
export function addMcp(app: Express, url: URL, verify: Verify): void {
  const verifier = {
    async verifyAccessToken(token: string): Promise<AuthInfo> {
      const { sub, clientId, exp = Math.floor(Date.now() / 1000) + 60 } = await verify(token);
      return { token, clientId, scopes: [scope], expiresAt: exp, extra: { sub } };
    },
  };
  const auth = requireBearerAuth({
    verifier,
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(url),
  });
  app.post(url.pathname, auth, express.json(), async (request, response) => {
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
    response.once('close', () => void transport.close());
    await createWhoami(String(request.auth?.extra?.sub)).connect(transport);
    await transport.handleRequest(request, response, request.body);
  });
}

/** Starts an MCP server that accepts the tokens of another authorization server. */
export async function startResourceServer(options: {
  issuer: string;
  verify(resource: string): Verify;
}): Promise<string> {
  const app = express();
  const url = new URL(`http://127.0.0.1:${await listen(createServer(app))}/mcp`);
  app.get('/.well-known/oauth-protected-resource/mcp', (_request, response) => {
    response.json({
      resource: url.href,
      authorization_servers: [options.issuer],
      scopes_supported: [scope],
    });
  });
  addMcp(app, url, options.verify(url.href));
  return url.href;
}
