import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { SwitchboardError } from '../errors.js';
import { OutboundError } from '../net/guarded-fetch.js';
import { McpRefusal } from './mcp-refusal.js';

/** Why a session was given up from our side. */
export class SessionEnded extends Error {
  constructor(readonly reason: 'TIMEOUT' | 'CANCELLED') {
    super(reason);
    this.name = 'SessionEnded';
  }
}

/**
 * What went wrong with a session, in our own words: what the library throws quotes the server's, and goes no further.
 * A refusal stays what it is, for whoever knows the credentials.
 */
export function describeMcpFailure(error: unknown): SwitchboardError | McpRefusal {
  if (error instanceof SwitchboardError || error instanceof McpRefusal) return error;
  const httpStatus = error instanceof SdkHttpError ? error.status : undefined;
  return new SwitchboardError('UPSTREAM_ERROR', sentenceFor(error), {}, { httpStatus });
}

function sentenceFor(error: unknown): string {
  if (error instanceof SessionEnded) return endings[error.reason];
  if (error instanceof OutboundError) return `The MCP server could not be used. ${error.message}`;
  if (error instanceof ProtocolError) {
    const hint = error.code === invalidParams ? ' Check the name of the tool and its arguments.' : '';
    return `The MCP server answered with the JSON-RPC error ${error.code}.${hint}`;
  }
  if (error instanceof SdkHttpError) return httpSentence(error.status);
  if (error instanceof SdkError) return sentences[error.code] ?? malformed;
  return malformed;
}

const invalidParams = -32602;

const malformed = 'The MCP server did not answer as the protocol lays down.';

const endings = {
  TIMEOUT: 'The MCP server took too long. The tool may be running nevertheless.',
  CANCELLED: 'The request was cancelled.',
};

const needsInput =
  'The MCP server asks for input while the tool runs, which Switchboard cannot give. Use another tool.';

const sentences: Partial<Record<SdkErrorCode, string>> = {
  [SdkErrorCode.RequestTimeout]: endings.TIMEOUT,
  [SdkErrorCode.ConnectionClosed]:
    'The connection to the MCP server broke off before the answer was complete.',
  [SdkErrorCode.UnsupportedResultType]: needsInput,
  [SdkErrorCode.InputRequiredRoundsExceeded]: needsInput,
  [SdkErrorCode.CapabilityNotSupported]: 'The MCP server offers no tools.',
  [SdkErrorCode.EraNegotiationFailed]:
    'No version of the protocol could be agreed on with the MCP server. Check its URL and transport.',
};

function httpSentence(status: number): string {
  if (status === 404 || status === 405) {
    return `No MCP server answers at the configured URL (HTTP ${status}). An administrator has to check URL and transport.`;
  }
  if (status >= 300 && status < 400) {
    return `The MCP server redirects to an address that is not followed (HTTP ${status}). An administrator has to enter the URL that it redirects to.`;
  }
  if (status === 429) return 'The MCP server asks to slow down (HTTP 429). Try again later.';
  if (status >= 500) return `The MCP server failed (HTTP ${status}). Try again later.`;
  return `The MCP server did not accept the request (HTTP ${status}).`;
}
