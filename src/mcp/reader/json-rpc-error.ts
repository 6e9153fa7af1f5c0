import { shortenToBytes, toParagraphs } from '../../text.js';
import { fitsDepth, isObject, type JsonObject } from './json.js';

/** The error of a JSON-RPC response. It contains remote text, for the caller of the tool and for administrators. */
export interface JsonRpcErrorDetails {
  /** Null if the server sent no number. */
  code: number | null;
  /** Plain text of at most `maxMessageBytes`. '' if the server sent none. */
  message: string;
  /** JSON of at most `maxDataBytes`. More is cut off: then it is a string, the beginning of the JSON text. */
  data: unknown;
}

export const maxMessageBytes = 2_048;
export const maxDataBytes = 8_192;

/** Reads the member `error` of a JSON-RPC response, in any shape. */
export function readJsonRpcError(error: unknown): JsonRpcErrorDetails {
  const { code, message, data } = isObject(error) ? error : ({ message: error } as JsonObject);
  return { code: readCode(code), message: readMessage(message), data: readData(data) };
}

function readCode(code: unknown): number | null {
  const number = typeof code === 'string' && code.trim() !== '' ? Number(code) : code;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function readMessage(message: unknown): string {
  if (message == null) return '';
  const text = typeof message === 'string' ? message : fitsDepth(message) ? JSON.stringify(message) : '';
  return toParagraphs(text, maxMessageBytes);
}

function readData(data: unknown): unknown {
  if (data == null || !fitsDepth(data)) return null;
  const text = JSON.stringify(data);
  return Buffer.byteLength(text) <= maxDataBytes ? data : shortenToBytes(text, maxDataBytes);
}
