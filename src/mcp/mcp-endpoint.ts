/** How an MCP server is spoken to. */
export type Transport = 'STREAMABLE_HTTP' | 'SSE';

export interface McpEndpoint {
  url: string;
  transport: Transport;
}
