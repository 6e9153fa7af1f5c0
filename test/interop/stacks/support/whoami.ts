import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';

/** The scope that a token needs. */
export const scope = 'mcp';

/** Creates a server with one tool, which names the owner of the token. */
export function createWhoami(sub: string): McpServer {
  const server = new McpServer({ name: 'whoami', version: '1.0.0' });
  server.registerTool('whoami', { description: 'Names the owner of the token.' }, () => ({
    content: [{ type: 'text', text: sub }],
  }));
  return server;
}
