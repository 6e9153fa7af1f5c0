import type { AnswerLimit } from './answer-limit.js';
import type { Answer, JsonRpcMessage, JsonRpcRequest } from './json-rpc.js';

export interface SentRequest {
  message: JsonRpcRequest;
  /** Headers of this request, in addition to the session's. */
  headers?: Record<string, string>;
  signal: AbortSignal;
  /** True if the server may not know the method. Its refusal then proves nothing about the credentials. */
  isGuess?: boolean;
  /** Defaults to the limit of the session. */
  limit?: AnswerLimit;
  onResponse?(response: Response): void;
}

/** A transport of MCP: sends messages, and assigns answers to requests. */
export interface Connection {
  /**
   * Sends a request.
   * @throws McpAuthorizationError, McpHttpError, JsonRpcError for one in a response with an error status, OutboundError,
   *   UnreadableAnswer, the errors of `credentials.renew`
   */
  request(request: SentRequest): Promise<Answer>;
  notify(message: JsonRpcMessage, signal?: AbortSignal): Promise<void>;
  /** Sets the headers of every request after a negotiation. */
  use(headers: Record<string, string>): void;
  /** Ends the session on the server. */
  end(signal: AbortSignal): Promise<void>;
}
