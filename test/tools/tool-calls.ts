import {
  CallMcpServerToolDocument,
  McpServerToolsDocument,
  type CallMcpServerToolMutation,
  type McpServerToolsQuery,
} from '../generated/graphql.js';
import type { AnsweredError } from '../support/graphql.js';
import type { SignedInUser } from '../support/seed.js';

type ToolResult = Omit<NonNullable<CallMcpServerToolMutation['callMcpServerTool']>, 'server'>;
type Asker = Pick<SignedInUser, 'graphql'>;

export async function listTools(
  { graphql }: Asker,
  id: string,
): Promise<NonNullable<McpServerToolsQuery['mcpServerTools']>> {
  return (await graphql.data(McpServerToolsDocument, { id })).mcpServerTools;
}

const variables = (id: string, name: string, args: Record<string, unknown> | undefined) => ({
  id,
  input: { name, ...(args && { arguments: args }) },
});

export async function callTool(
  { graphql }: Asker,
  id: string,
  name: string,
  args?: Record<string, unknown>,
): Promise<ToolResult> {
  const data = await graphql.data(CallMcpServerToolDocument, variables(id, name, args));
  const { server: _server, ...result } = data.callMcpServerTool;
  return result;
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
  return graphql.error(CallMcpServerToolDocument, variables(id, name, args));
}

export function text(result: Pick<ToolResult, 'content'>): unknown {
  return result.content.map((block) => block.text).join('\n');
}
