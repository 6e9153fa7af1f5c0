import { SwitchboardError } from '../errors.js';
import { evidenceOf, jsonRpcSentence, McpFailure } from './failure.js';
import { readJsonRpcError } from './reader/json-rpc-error.js';
import { parameterHeaders } from './reader/parameter-headers.js';
import { ToolListReader, type Cursor, type ToolList } from './reader/tool-list.js';
import { isInputRequired, readToolResult, tooDeep, type McpToolResult } from './reader/tool-result.js';
import { readUrlElicitations, urlElicitationRequired } from './reader/url-elicitation.js';
import { JsonRpcError } from './remote-errors.js';
import { withSession, type McpSession, type SessionOptions } from './session.js';

export interface CallOptions extends SessionOptions {
  /** Returns true for a URL on a loopback address that is allowed. A page there may be opened over http. */
  isAllowedLoopback?(url: string): boolean;
}

export interface McpToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

/**
 * Lists all tools of a server, in the server's order, and the mistakes in its list.
 * @throws McpAuthorizationError, SwitchboardError UPSTREAM_ERROR, as `withSession`
 */
export async function listTools(options: SessionOptions): Promise<ToolList> {
  return withSession(options, readTools);
}

const methodNotFound = -32_601;

/** Requests the tools page by page. Some servers have tools without declaring them, so the list is always requested. */
async function readTools(session: McpSession): Promise<ToolList> {
  const reader = new ToolListReader(session.era === 'MODERN' ? 'modern' : 'legacy');
  for (let cursor: Cursor | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
    try {
      cursor = reader.add(await session.request('tools/list', cursor === null ? {} : { cursor }));
    } catch (error) {
      if (!(error instanceof JsonRpcError)) throw error;
      const hasNone = error.code === methodNotFound && !session.serverCapabilities?.tools;
      if (isFirst && !hasNone) throw error;
      reader.stop(
        isFirst
          ? 'The server declares no tools and has no list of them.'
          : `The server returned the JSON-RPC error ${error.code} for a later page.`,
      );
      break;
    }
  }
  return reader;
}

/**
 * Calls a tool, at most once. After an McpAuthorizationError, the tool did not run. After every other error that does not
 * say so, it may have run. `details.jsonRpcError` contains the server's JSON-RPC error, for the caller only.
 * @throws McpAuthorizationError, SwitchboardError UPSTREAM_ERROR, as `withSession`; URL_ELICITATION_REQUIRED if the user
 *   must open a page first
 */
export async function callTool(options: CallOptions, call: McpToolCall): Promise<McpToolResult> {
  let isSent = false;
  try {
    return await withSession(options, async (session) => {
      isSent = true;
      return readResult(await callWithHeaders(session, call));
    });
  } catch (error) {
    throw isSent ? describeOutcome(error) : error;
  }

  async function callWithHeaders(session: McpSession, tool: McpToolCall): Promise<unknown> {
    try {
      return await callWithoutDefinition(session, tool);
    } catch (error) {
      if (error instanceof JsonRpcError) throw refusalOf(error, session.secrets, options.isAllowedLoopback);
      throw error;
    }
  }
}

/** The JSON-RPC error of MCP 2026-07-28 for a parameter that is missing in the headers. */
const headerMismatch = -32_020;

/**
 * Calls a tool without its definition. Only if the server requires parameters in headers, requests the definition, which
 * names them, and calls again. Results are never validated against the output schema, because that would compile remote
 * text into code and regular expressions.
 */
async function callWithoutDefinition(session: McpSession, call: McpToolCall): Promise<unknown> {
  try {
    return await session.request('tools/call', { ...call });
  } catch (error) {
    if (!(error instanceof JsonRpcError) || error.code !== headerMismatch) throw error;
    const { tools } = await readTools(session);
    const tool = tools.find(({ name }) => name === call.name);
    if (!tool) throw error;
    const headers = parameterHeaders(tool.inputSchema, call.arguments);
    return session.request('tools/call', { ...call }, { headers });
  }
}

function readResult(result: unknown): McpToolResult {
  if (isInputRequired(result)) {
    throw new SwitchboardError(
      'UPSTREAM_ERROR',
      'The tool asks for input while it runs, which Switchboard does not support. Use another tool.',
    );
  }
  const read = readToolResult(result);
  if (read) return read;
  throw new SwitchboardError('UPSTREAM_ERROR', `The tool has run, but its result is unusable. ${tooDeep}`);
}

function refusalOf(
  error: JsonRpcError,
  secrets: readonly string[],
  isAllowedLoopback: CallOptions['isAllowedLoopback'] = () => false,
): SwitchboardError {
  const { code, remoteMessage: message, data } = error;
  const evidence = evidenceOf(error, secrets);
  const jsonRpcError = readJsonRpcError({ code, message, data }, secrets);
  if (code !== urlElicitationRequired) {
    return new SwitchboardError('UPSTREAM_ERROR', jsonRpcSentence(code), { jsonRpcError }, evidence);
  }
  // The data contains unchecked URLs. The elicitations replace it.
  const details = { jsonRpcError: { ...jsonRpcError, data: null } };
  const elicitations = readUrlElicitations(data, isAllowedLoopback);
  if (elicitations.length === 0) {
    return new SwitchboardError(
      'UPSTREAM_ERROR',
      'The tool requires the user to open a page first, but the MCP server names no URL that is safe to open.',
      details,
      evidence,
    );
  }
  return new SwitchboardError(
    'URL_ELICITATION_REQUIRED',
    'The tool requires you to open a page first. Open it, and then call the tool again.',
    { ...details, elicitations },
  );
}

/** Adds to a failure that the tool may have run, so that the caller does not repeat a payment. */
function describeOutcome(error: unknown): unknown {
  if (!(error instanceof McpFailure) || !error.mayHaveRun) return error;
  return new McpFailure(`${error.message} The tool may have run.`, true, error.evidence);
}
