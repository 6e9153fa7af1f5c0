import { ProtocolError, type CallToolResult, type Client, type Tool } from '@modelcontextprotocol/client';
import { SwitchboardError } from '../errors.js';
import { hasValidHeaderParameters } from './parameter-headers.js';
import { withSession, type SessionOptions } from './session.js';

/** A tool, as described by its server. */
export interface McpTool {
  name: string;
  /** '' if the server gives none. */
  title: string;
  description: string;
  inputSchema: Record<string, unknown>;
}

/** The result of a tool call, unchanged. It contains remote text, for the caller only. */
export interface McpToolResult {
  content: Record<string, unknown>[];
  /** Null if the tool returned none. */
  structuredContent: unknown;
  /** True if the tool ran and reports a failure. */
  isError: boolean;
}

type Request = { signal: AbortSignal; timeout: number };

const maxPages = 50;

/**
 * Lists all tools of a server, in the server's order.
 * @throws McpAuthorizationError, SwitchboardError UPSTREAM_ERROR, as `withSession`
 */
export async function listTools(options: SessionOptions): Promise<McpTool[]> {
  return withSession(options, async (client, request) => {
    if (!client.getServerCapabilities()?.tools) return [];
    const tools: McpTool[] = [];
    for await (const tool of definitions(client, request)) {
      if (client.getProtocolEra() === 'modern' && !hasValidHeaderParameters(tool.inputSchema)) continue;
      if (!fitsDepth(tool.inputSchema)) throw tooDeep();
      const { name, title = tool.annotations?.title ?? '', description = '', inputSchema } = tool;
      tools.push({ name, title, description, inputSchema });
    }
    return tools;
  });
}

/**
 * Calls a tool, at most once. After an McpAuthorizationError, the tool did not run. After a timeout or a broken
 * connection, it may have run.
 * @throws McpAuthorizationError, SwitchboardError UPSTREAM_ERROR, as `withSession`
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

/** The JSON-RPC error of MCP 2026-07-28 for a parameter that is missing in the headers. */
const headerMismatch = -32_020;

/**
 * Calls a tool without its definition. Only if the server requires parameters in headers, requests the definition, which
 * names them, and calls again. Results are never validated against the output schema, because that would compile remote
 * text into code and regular expressions.
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

/** Requests the tools page by page. The library's `listTools` is not used: it writes remote text to the console. */
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
  throw new SwitchboardError('UPSTREAM_ERROR', 'The tool list of the MCP server does not end.');
}

function tooDeep(): SwitchboardError {
  return new SwitchboardError('UPSTREAM_ERROR', 'The response of the MCP server is nested too deeply.');
}

const maxDepth = 100;

/** Returns true if a JSON value is nested shallowly enough to be serialized, which is recursive. */
export function fitsDepth(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= maxDepth; depth++) {
    level = level.flatMap((entry) =>
      typeof entry === 'object' && entry !== null ? Object.values(entry) : [],
    );
    if (level.length === 0) return true;
  }
  return false;
}
