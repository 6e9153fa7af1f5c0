import {
  CallMcpServerToolDocument,
  McpServerToolsDocument,
  type CallMcpServerToolMutation,
  type McpServerToolsQuery,
} from '../generated/graphql.js';
import type { AnsweredError } from '../support/graphql.js';
import type { SignedInUser } from '../support/seed.js';

type Asker = Pick<SignedInUser, 'graphql'>;

export async function listTools(
  { graphql }: Asker,
  id: string,
): Promise<McpServerToolsQuery['mcpServerTools']> {
  return (await graphql.data(McpServerToolsDocument, { id })).mcpServerTools;
}

export async function callTool(
  { graphql }: Asker,
  id: string,
  name: string,
  args?: Record<string, unknown>,
): Promise<CallMcpServerToolMutation['callMcpServerTool']> {
  const variables = { id, name, ...(args && { arguments: args }) };
  return (await graphql.data(CallMcpServerToolDocument, variables)).callMcpServerTool;
}

export function listingError({ graphql }: Asker, id: string): Promise<AnsweredError> {
  return graphql.error(McpServerToolsDocument, { id });
}

export function callError(
  { graphql }: Asker,
  id: string,
  name: string,
  args?: Record<string, unknown>,
): Promise<AnsweredError> {
  return graphql.error(CallMcpServerToolDocument, { id, name, ...(args && { arguments: args }) });
}

export function text(result: CallMcpServerToolMutation['callMcpServerTool']): unknown {
  return result.content.map((block) => block.text).join('\n');
}
