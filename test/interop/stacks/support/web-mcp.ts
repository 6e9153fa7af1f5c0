import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { createWhoami } from './whoami.ts';

/** Answers one MCP request on behalf of the token's owner. */
export async function answerMcp(request: Request, sub: string): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await createWhoami(sub).connect(transport);
  return transport.handleRequest(request);
}
