import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Audience } from '../audience.js';
import { ExpectedRows } from '../expected-rows.js';
import { Uuid } from '../uuid-input.js';
import { McpServerConfigType } from '../servers/graphql/mcp-server-config.type.js';
import type { Servers } from '../servers/servers.js';
import type { VisibleServer } from '../servers/store/visible-servers.js';
import { CallMcpServerToolInput, CallMcpServerToolPayload } from './call-tool.type.js';
import { McpServerToolListType } from './tool-list.type.js';
import { McpServerToolType } from './tool.type.js';
import type { ListedTool, ListedTools, Tools } from './tools.js';

interface ToolsContext {
  tools: Tools;
  servers: Servers;
  connection: { readonly signal: AbortSignal };
}

/** Lists and calls the tools of MCP servers as the viewer. */
@Resolver(() => CallMcpServerToolPayload)
export class ToolResolver {
  @Audience('EVERYONE')
  @ExpectedRows(50)
  @Query(() => [McpServerToolType], {
    nullable: true,
    description:
      'Lists the tools of an MCP server on your behalf, in the server’s order. For OAUTH2, it uses your connected account. NEEDS_AUTHORIZATION contains `extensions.connectUrl`, the page that connects your account (again). A failure contains `extensions.reference`, with which administrators look it up. Takes at most 30 seconds, and stops when the client disconnects.',
  })
  mcpServerTools(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Ctx() { tools, connection }: ToolsContext,
  ): Promise<ListedTool[]> {
    return tools.list(id, connection.signal).then((list) => list.tools);
  }

  @Audience('EVERYONE')
  @Query(() => McpServerToolListType, {
    nullable: true,
    description:
      'Lists the tools of an MCP server like `mcpServerTools`, with the mistakes in the server’s list for administrators.',
  })
  mcpServerToolList(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Ctx() { tools, connection }: ToolsContext,
  ): Promise<ListedTools> {
    return tools.list(id, connection.signal);
  }

  @Audience('EVERYONE')
  @Mutation(() => CallMcpServerToolPayload, {
    nullable: true,
    description:
      'Calls a tool of an MCP server once, on your behalf. FORBIDDEN, without a call, if the server’s lists deny the tool. NEEDS_AUTHORIZATION contains `extensions.connectUrl`, the page that connects your account (again). It is also returned if the tool requires more scopes than you have authorized, and the page then requests them. A failure contains `extensions.reference`, with which administrators look it up. URL_ELICITATION_REQUIRED contains `extensions.elicitations`, the pages of the MCP server that you must open first. Another JSON-RPC error of the server is in `extensions.jsonRpcError`. Unless an error says otherwise, the tool may have run. Takes at most two minutes. The tool call is cancelled when the client disconnects.',
  })
  async callMcpServerTool(
    @Uuid() @Arg('id', () => ID, { description: 'The server.' }) id: string,
    @Arg('input', () => CallMcpServerToolInput, { description: 'The tool and its arguments.' })
    { name, arguments: args }: CallMcpServerToolInput,
    @Ctx() { tools, connection }: ToolsContext,
  ): Promise<CallMcpServerToolPayload> {
    const called = await tools.call(id, { name, arguments: args ?? {} }, connection.signal);
    return { ...called, serverId: id };
  }

  @Audience('EVERYONE')
  @FieldResolver(() => McpServerConfigType, {
    nullable: true,
    description:
      'The server, whose `account` the call may have refreshed. Null if it was deleted or disabled during the call.',
  })
  server(
    @Root() { serverId }: CallMcpServerToolPayload,
    @Ctx() { servers }: ToolsContext,
  ): Promise<VisibleServer | null> {
    return servers.find(serverId);
  }
}
