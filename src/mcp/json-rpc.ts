import { isObject, type JsonObject } from './reader/json.js';
import { JsonRpcError } from './remote-errors.js';

export interface JsonRpcRequest {
  jsonrpc: '2.0';
  id: number;
  method: string;
  params?: Record<string, unknown>;
}

export interface JsonRpcNotification {
  jsonrpc: '2.0';
  method: string;
  params?: Record<string, unknown>;
}

/** An answer of this side to a request of the server. */
export interface JsonRpcReply {
  jsonrpc: '2.0';
  id: string | number;
  result?: unknown;
  error?: { code: number; message: string };
}

export type JsonRpcMessage = JsonRpcRequest | JsonRpcNotification | JsonRpcReply;

/** True for a message that must not be sent twice. */
export function isToolCall(message: JsonRpcMessage): boolean {
  return 'method' in message && message.method === 'tools/call';
}

/** The answer to a request. `result` is as received: any JSON value. */
export type Answer = { result: unknown } | { error: JsonRpcError };

/**
 * Returns the answer that a message is, or null for another message. Some servers omit `jsonrpc`, and some repeat the id
 * as text.
 * @param id the request's, or ANY. An error for an unreadable request has the id null, or none.
 */
export function answerIn(
  message: unknown,
  { id, httpStatus }: { id: number | 'ANY'; httpStatus: number },
): Answer | null {
  if (!isObject(message) || typeof message.method === 'string') return null;
  const isFor = id === 'ANY' ? isJsonRpc(message) : String(message.id) === String(id);
  const isUnaddressed = (message.id === null || message.id === undefined) && isJsonRpc(message);
  const { error } = message;
  if (error !== null && error !== undefined && (isFor || isUnaddressed)) {
    const { code, message: text, data } = isObject(error) ? error : { message: error };
    return { error: new JsonRpcError({ code: codeOf(code), message: text, data }, httpStatus) };
  }
  return isFor && Object.hasOwn(message, 'result') ? { result: message.result } : null;
}

/** Tells a JSON-RPC answer from another JSON text, such as an error of a proxy. */
function isJsonRpc({ jsonrpc, error }: JsonObject): boolean {
  return jsonrpc === '2.0' || (isObject(error) && codeOf(error.code) !== null);
}

function codeOf(code: unknown): number | null {
  const number = typeof code === 'string' && code.trim() !== '' ? Number(code) : code;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** Returns the method and id of a request of the server, or null for another message. */
export function serverRequestIn(message: unknown): { id: string | number; method: string } | null {
  if (!isObject(message)) return null;
  const { id, method } = message;
  const isRequest = typeof method === 'string' && (typeof id === 'string' || typeof id === 'number');
  return isRequest ? { id, method } : null;
}

const methodNotFound = { code: -32601, message: 'Method not found' };

/** Answers a request of the server. Switchboard declares no capability, so `ping` is the only one that it supports. */
export function replyTo({ id, method }: { id: string | number; method: string }): JsonRpcReply {
  return method === 'ping'
    ? { jsonrpc: '2.0', id, result: {} }
    : { jsonrpc: '2.0', id, error: methodNotFound };
}

/** Parses JSON. Returns undefined for another text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
