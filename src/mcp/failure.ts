import { SwitchboardError, type FailureEvidence } from '../errors.js';
import { OutboundError, type OutboundFailure } from '../net/guarded-fetch.js';
import { parseChallenges } from '../oauth2/challenge.js';
import { remoteMessage } from '../text.js';
import { JsonRpcError, McpHttpError, UnreadableAnswer, type UnreadableReason } from './remote-errors.js';

type Refusal = { status: number; headers: Pick<Headers, 'get'> };

/** A refusal of the credentials by an MCP server, with the parameters of its challenge (RFC 6750 section 3). */
export class McpAuthorizationError extends Error {
  readonly status: number;
  /** True if the token is valid but its scope is too small: `error="insufficient_scope"`. */
  readonly insufficientScope: boolean;
  /** True if the token is refused: by 401, or by `error="invalid_token"` beside another status. */
  readonly tokenRefused: boolean;
  /** The scope of the challenge, unchecked. It can contain malformed tokens. '' if there is none. */
  readonly scope: string;

  constructor(response: Refusal) {
    super(`The MCP server refused the request (HTTP ${response.status}).`);
    this.name = 'McpAuthorizationError';
    this.status = response.status;
    const error = bearerParameter(response, 'error');
    this.insufficientScope = error === 'insufficient_scope';
    this.tokenRefused = error === 'invalid_token' || (this.status === 401 && !this.insufficientScope);
    this.scope = bearerParameter(response, 'scope') ?? '';
  }
}

/** Returns a parameter of the Bearer challenges. */
function bearerParameter({ headers }: Refusal, name: string): string | undefined {
  return parseChallenges(headers.get('www-authenticate'))
    .filter(({ scheme }) => scheme === 'bearer')
    .map(({ parameters }) => parameters.get(name))
    .find((value) => value !== undefined);
}

/**
 * Returns true if the server refused the credentials before it processed the request: 401, 403, or a Bearer challenge for
 * the token beside any other error status. Some servers send the challenge with 400 or 500.
 */
export function refusesCredentials(response: Refusal): boolean {
  if (response.status === 401 || response.status === 403) return true;
  const error = response.status >= 400 ? bearerParameter(response, 'error') : undefined;
  return error === 'invalid_token' || error === 'insufficient_scope';
}

/**
 * What a response says about the token. `REFUSED`: the server refused it before it processed the request. `SUSPECT`: the
 * server failed with HTTP 500, as servers do that throw for a token that they no longer know. A working token can meet
 * the same failure.
 */
export type TokenRefusal = 'REFUSED' | 'SUSPECT';

/** Reads what a response says about the token. Returns null if it says nothing against it. */
export function tokenRefusal(response: Refusal): TokenRefusal | null {
  if (refusesCredentials(response)) {
    return new McpAuthorizationError(response).tokenRefused ? 'REFUSED' : null;
  }
  return response.status === 500 ? 'SUSPECT' : null;
}

/** Ends a session on this side. */
export class SessionEnded extends Error {
  constructor(readonly reason: 'TIMEOUT' | 'CANCELLED') {
    super(reason);
    this.name = 'SessionEnded';
  }
}

/** A failure of a session, in Switchboard's words. */
export class McpFailure extends SwitchboardError {
  /** @param mayHaveRun false if the server has certainly not carried out the request that failed */
  constructor(
    message: string,
    readonly mayHaveRun: boolean,
    evidence?: FailureEvidence,
  ) {
    super('UPSTREAM_ERROR', message, {}, evidence);
  }
}

/**
 * Converts an error of a session to one with a message of this file, because its errors can contain remote text. An
 * McpAuthorizationError stays unchanged for the caller, who knows the credentials.
 * @param secrets the credentials that were sent. Some servers repeat them in messages.
 */
export function describeMcpFailure(
  error: unknown,
  secrets: readonly string[] = [],
): SwitchboardError | McpAuthorizationError {
  if (error instanceof SwitchboardError || error instanceof McpAuthorizationError) return error;
  return new McpFailure(sentenceFor(error), mayHaveRun(error), evidenceOf(error, secrets));
}

/** Returns the facts of a failure for administrators. */
export function evidenceOf(error: unknown, secrets: readonly string[]): FailureEvidence {
  const text = error instanceof JsonRpcError ? error.remoteMessage : undefined;
  return { httpStatus: statusOf(error), remoteMessage: remoteMessage(text, secrets) };
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof McpHttpError) return error.status;
  return error instanceof JsonRpcError && error.httpStatus >= 400 ? error.httpStatus : undefined;
}

/** Returns false if the server has certainly not carried out the request. A JSON-RPC error is an answer to it. */
function mayHaveRun(error: unknown): boolean {
  if (error instanceof OutboundError) return outcomesUnknown.has(error.reason);
  if (error instanceof JsonRpcError) return false;
  if (error instanceof McpHttpError) return error.status < 300 || error.status >= 500;
  return !(error instanceof UnreadableAnswer && notCarriedOut.has(error.reason));
}

const outcomesUnknown = new Set<OutboundFailure>(['CONNECTION', 'TIMEOUT', 'TOO_LARGE', 'ABORTED']);

const notCarriedOut = new Set<UnreadableReason>(['FOREIGN_ENDPOINT', 'NO_COMMON_VERSION']);

function sentenceFor(error: unknown): string {
  if (error instanceof SessionEnded) return endings[error.reason];
  if (error instanceof OutboundError) return `The request to the MCP server failed. ${error.message}`;
  if (error instanceof JsonRpcError) return jsonRpcSentence(error.code);
  if (error instanceof McpHttpError) return httpSentence(error.status);
  return unreadable[error instanceof UnreadableAnswer ? error.reason : 'MALFORMED'];
}

const invalidParams = -32602;

/** Returns the sentence about a JSON-RPC error. `code` is null if the server sent none. */
export function jsonRpcSentence(code: number | null): string {
  const hint = code === invalidParams ? ' Check the name of the tool and its arguments.' : '';
  return `The MCP server returned ${code === null ? 'a JSON-RPC error' : `the JSON-RPC error ${code}`}.${hint}`;
}

const endings = {
  TIMEOUT: 'The MCP server took too long.',
  CANCELLED: 'The request was cancelled.',
};

const unreadable: Record<UnreadableReason, string> = {
  MALFORMED: 'The response of the MCP server does not follow the protocol.',
  CLOSED: 'The connection to the MCP server closed before the response was complete.',
  FOREIGN_ENDPOINT:
    'The MCP server names an address for messages that has another scheme, host or port than its URL, so nothing is sent there. Its operator must make it name its public address.',
  NO_COMMON_VERSION:
    'The MCP server supports no common version of the protocol. Check its URL and transport.',
};

function httpSentence(status: number): string {
  if (status === 404 || status === 405) {
    return `No MCP server answers at the configured URL (HTTP ${status}). An administrator must check its URL and transport.`;
  }
  if (status >= 300 && status < 400) {
    return `The MCP server redirects to another URL (HTTP ${status}). An administrator must enter the URL that it redirects to.`;
  }
  if (status === 429) return 'The MCP server received too many requests (HTTP 429). Try again later.';
  if (status >= 500) return `The MCP server failed (HTTP ${status}). Try again later.`;
  return `The MCP server did not accept the request (HTTP ${status}).`;
}
