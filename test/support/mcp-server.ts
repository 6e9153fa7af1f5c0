import type { AuthorizationServer, RecordedRequest } from './authorization-server.js';

export interface McpServerOptions {
  /** None: an open server. */
  authorizationServer?: AuthorizationServer;
}

export interface McpServer {
  /** The MCP endpoint: `http://127.0.0.1:port/mcp`. */
  readonly url: string;
  readonly requests: RecordedRequest[];
  close(): Promise<void>;
}

export function startMcpServer(_options: McpServerOptions = {}): Promise<McpServer> {
  throw new Error('not written yet');
}
