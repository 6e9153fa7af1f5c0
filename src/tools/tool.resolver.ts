import { GraphQLJSONObject, GraphQLUUID } from 'graphql-scalars';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { Audience } from '../audience.js';
import { CallMcpServerToolType, McpServerToolType } from './tool.type.js';
import type { ListedTool, Tools } from './tools.js';

interface ToolsContext {
  tools: Tools;
  signal: AbortSignal;
}

/** The tools of MCP servers, as the viewer. */
@Resolver()
export class ToolResolver {
  @Audience('EVERYONE')
  @Query(() => [McpServerToolType], {
    description:
      'Asks an MCP server for its tools, in its own order, as you: for OAUTH2 with your connection. NEEDS_AUTHORIZATION carries `connectUrl`, the page that connects your account (again). A failure carries `extensions.reference`, by which administrators look it up. It takes at most 30 seconds, and ends when you hang up.',
  })
  mcpServerTools(
    @Arg('id', () => GraphQLUUID, { description: 'The server.' }) id: string,
    @Ctx() { tools, signal }: ToolsContext,
  ): Promise<ListedTool[]> {
    return tools.list(id, signal);
  }

  @Audience('EVERYONE')
  @Mutation(() => CallMcpServerToolType, {
    description:
      "Calls a tool of an MCP server once, as you. A tool that the server's lists do not allow is FORBIDDEN and never called. NEEDS_AUTHORIZATION carries `connectUrl`; it also comes when this tool needs more than you have granted, and the page then asks for that too. A failure carries `extensions.reference`, by which administrators look it up. It takes at most two minutes, and the tool is told when you hang up.",
  })
  callMcpServerTool(
    @Arg('id', () => GraphQLUUID, { description: 'The server.' }) id: string,
    @Arg('name', () => String, { description: "The tool's exact name." }) name: string,
    @Arg('arguments', () => GraphQLJSONObject, {
      nullable: true,
      description: 'What its inputSchema asks for; the MCP server checks it. Nothing is {}.',
    })
    args: Record<string, unknown> | null,
    @Ctx() { tools, signal }: ToolsContext,
  ): Promise<CallMcpServerToolType> {
    return tools.call(id, { name, arguments: args ?? {} }, signal);
  }
}
