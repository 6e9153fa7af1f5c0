/** A JSON-RPC error of the server. `remoteMessage` and `data` are remote, unbounded and of any type. */
export class JsonRpcError extends Error {
  /** null if the server sent no number. */
  readonly code: number | null;
  readonly remoteMessage: unknown;
  /** undefined if there is none. */
  readonly data: unknown;
  /** The status of the response that carried it. Servers send errors with 200, 4xx and 5xx. */
  readonly httpStatus: number;

  constructor(error: { code: number | null; message: unknown; data: unknown }, httpStatus: number) {
    super(`The MCP server returned the JSON-RPC error ${error.code}.`);
    this.name = 'JsonRpcError';
    this.code = error.code;
    this.remoteMessage = error.message;
    this.data = error.data;
    this.httpStatus = httpStatus;
  }
}

/** A response with an error status, and without a JSON-RPC error in its body. */
export class McpHttpError extends Error {
  /** @param body the beginning of the response. It is remote text. */
  constructor(
    readonly status: number,
    readonly body: string,
  ) {
    super(`The MCP server answered HTTP ${status}.`);
    this.name = 'McpHttpError';
  }
}

/** The reason why a successful response could not be used. */
export type UnreadableReason =
  /** Not JSON, or no JSON-RPC answer to the request. */
  | 'MALFORMED'
  /** The event stream ended before the answer. */
  | 'CLOSED'
  /** The older transport announces a URL for messages that is not on the origin of its event stream. */
  | 'FOREIGN_ENDPOINT'
  /** No common version of the protocol. */
  | 'NO_COMMON_VERSION';

export class UnreadableAnswer extends Error {
  constructor(readonly reason: UnreadableReason) {
    super(`The answer of the MCP server is unreadable (${reason}).`);
    this.name = 'UnreadableAnswer';
  }
}
