import { afterAll, afterEach, beforeEach } from '@jest/globals';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from '../../support/oauth/authorization-server.js';
import { startHandcraftedServer, type HandcraftedServer } from '../../support/handcrafted-server.js';
import { startMcpServer, type McpServerOptions } from '../../support/mcp/mcp-server.js';
import { openOutbound } from '../outbound.js';

/** The paths of the documents of `host`. */
export const places = {
  resource: '/.well-known/oauth-protected-resource/mcp',
  rootResource: '/.well-known/oauth-protected-resource',
  oauth: '/.well-known/oauth-authorization-server',
  openid: '/.well-known/openid-configuration',
} as const;

/** Starts, for each test of a file, an MCP server with scripted responses, and real servers on request. */
export function discoveryWorld() {
  const outbound = openOutbound();
  const closing: { close(): Promise<void> }[] = [];
  let host: HandcraftedServer;

  beforeEach(async () => {
    host = await startHandcraftedServer();
    closing.push(host);
    challenge('Bearer');
  });
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((server) => server.close()));
  });
  afterAll(() => outbound.guarded.close());

  async function authorizationServer(options?: AuthorizationServerOptions): Promise<AuthorizationServer> {
    const server = await startAuthorizationServer(options);
    closing.push(server);
    return server;
  }

  async function mcpServer(options?: McpServerOptions) {
    const server = await startMcpServer(options);
    closing.push(server);
    return server;
  }

  function challenge(header: string, path = '/mcp') {
    host.answer(path, { status: 401, headers: { 'www-authenticate': header } });
  }

  function resourceMetadata(issuer: string, more: Record<string, unknown> = {}) {
    return { json: { resource: `${host.origin}/mcp`, authorization_servers: [issuer], ...more } };
  }

  /** Returns metadata of an authorization server at the MCP server's origin. */
  function serverMetadata(more: Record<string, unknown> = {}) {
    return {
      json: {
        issuer: host.origin,
        authorization_endpoint: `${host.origin}/oauth/authorize`,
        token_endpoint: `${host.origin}/oauth/token`,
        code_challenge_methods_supported: ['S256'],
        ...more,
      },
    };
  }

  return {
    outbound,
    get host() {
      return host;
    },
    /** The MCP endpoint of `host`, which requires a Bearer token. */
    get mcpUrl() {
      return `${host.origin}/mcp`;
    },
    authorizationServer,
    mcpServer,
    challenge,
    resourceMetadata,
    serverMetadata,
  };
}
