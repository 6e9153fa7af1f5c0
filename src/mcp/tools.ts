import { ProtocolError, type CallToolResult, type Client, type Tool } from '@modelcontextprotocol/client';
import { SwitchboardError } from '../errors.js';
import { fitsDepth } from './json-depth.js';
import { declaresHeadersWell } from './parameter-headers.js';
import { withSession, type SessionOptions } from './session.js';

/** A tool as its server describes it. */
export interface McpTool {
  name: string;
  /** '' where the server gives none. */
  title: string;
  description: string;
  inputSchema: Record<string, unknown>;
}

/** What a tool answered, untouched: the server's own words, for whoever called. */
export interface McpToolResult {
  content: Record<string, unknown>[];
  /** null when the tool gave none. */
  structuredContent: unknown;
  /** The tool ran and says that it failed. */
  isError: boolean;
}

type Request = { signal: AbortSignal; timeout: number };

const maxPages = 50;

/**
 * All tools of a server, in its own order.
 * @throws McpRefusal, SwitchboardError UPSTREAM_ERROR: as `withSession`.
 */
export async function listTools(options: SessionOptions): Promise<McpTool[]> {
  return withSession(options, async (client, request) => {
    if (!client.getServerCapabilities()?.tools) return [];
    const tools: McpTool[] = [];
    for await (const tool of definitions(client, request)) {
      if (client.getProtocolEra() === 'modern' && !declaresHeadersWell(tool.inputSchema)) continue;
      if (!fitsDepth(tool.inputSchema)) throw tooDeep();
      const { name, title = tool.annotations?.title ?? '', description = '', inputSchema } = tool;
      tools.push({ name, title, description, inputSchema });
    }
    return tools;
  });
}

/**
 * Calls a tool. It is called once, or not at all when this throws a refusal; after a timeout or a connection that broke
 * off nobody can tell.
 * @throws McpRefusal, SwitchboardError UPSTREAM_ERROR: as `withSession`.
 */
export async function callTool(
  options: SessionOptions,
  call: { name: string; arguments: Record<string, unknown> },
): Promise<McpToolResult> {
  return withSession(options, async (client, request) => {
    const result = await callWithHeaders(client, call, request);
    if (!fitsDepth(result.content) || !fitsDepth(result.structuredContent)) throw tooDeep();
    return {
      content: result.content,
      structuredContent: result.structuredContent ?? null,
      isError: result.isError === true,
    };
  });
}

/** JSON-RPC error of MCP 2026-07-28: a parameter that has to be in a header too was not. */
const headerMismatch = -32_020;

/**
 * Only a server that wants parameters in headers is asked for the tool's definition, which says in which. Results are
 * never held against the schema that comes with it: that would compile remote text into code and regular expressions.
 */
async function callWithHeaders(
  client: Client,
  call: { name: string; arguments: Record<string, unknown> },
  request: Request,
): Promise<CallToolResult> {
  const undeclared: Tool = { name: call.name, inputSchema: { type: 'object' } };
  try {
    return await client.callTool(call, { ...request, toolDefinition: undeclared });
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== headerMismatch) throw error;
    for await (const { name, inputSchema } of definitions(client, request)) {
      if (name === call.name)
        return client.callTool(call, { ...request, toolDefinition: { name, inputSchema } });
    }
    throw error;
  }
}

/** Page by page. The library's own `listTools` writes names that the server chose to the console. */
async function* definitions(client: Client, request: Request): AsyncGenerator<Tool> {
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const { tools, nextCursor } = await client.request(
      { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
      request,
    );
    yield* tools;
    if (nextCursor === undefined || nextCursor === cursor) return;
    cursor = nextCursor;
  }
  throw new SwitchboardError('UPSTREAM_ERROR', 'The list of tools of this MCP server does not end.');
}

function tooDeep(): SwitchboardError {
  return new SwitchboardError('UPSTREAM_ERROR', 'The answer of the MCP server is nested too deeply.');
}
