import { GraphQLJSONObject } from 'graphql-scalars';
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { Audience } from '../audience.js';
import { ExpectedRows } from '../expected-rows.js';
import { Uuid } from '../uuid-input.js';
import { CallMcpServerToolType, McpServerToolType } from './tool.type.js';
import type { ListedTool, Tools } from './tools.js';

interface ToolsContext {
  tools: Tools;
  connection: { readonly signal: AbortSignal };
}

/** Lists and calls the tools of MCP servers as the viewer. */
@Resolver()
export class ToolResolver {
  @Audience('EVERYONE')
  @ExpectedRows(50)
  @Query(() => [McpServerToolType], {
    description:
      'Lists the tools of an MCP server on your behalf, in the server’s order. For OAUTH2, it uses your connected account. NEEDS_AUTHORIZATION contains `extensions.connectUrl`, the page that connects your account (again). A failure contains `extensions.reference`, with which administrators look it up. Takes at most 30 seconds, and stops when the client disconnects.',
  })
  mcpServerTools(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Ctx() { tools, connection }: ToolsContext,
  ): Promise<ListedTool[]> {
    return tools.list(id, connection.signal);
  }

  @Audience('EVERYONE')
  @Mutation(() => CallMcpServerToolType, {
    description:
      'Calls a tool of an MCP server once, on your behalf. FORBIDDEN, without a call, if the server’s lists deny the tool. NEEDS_AUTHORIZATION contains `extensions.connectUrl`, the page that connects your account (again). It is also returned if the tool requires more scopes than you have authorized, and the page then requests them. A failure contains `extensions.reference`, with which administrators look it up. Takes at most two minutes. The tool call is cancelled when the client disconnects.',
  })
  callMcpServerTool(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Arg('name', () => String, { description: "The tool's exact name." }) name: string,
    @Arg('arguments', () => GraphQLJSONObject, {
      nullable: true,
      description:
        'The arguments, as the tool’s `inputSchema` requires. The MCP server validates them. Defaults to {}.',
    })
    args: Record<string, unknown> | null,
    @Ctx() { tools, connection }: ToolsContext,
  ): Promise<CallMcpServerToolType> {
    return tools.call(id, { name, arguments: args ?? {} }, connection.signal);
  }
}
