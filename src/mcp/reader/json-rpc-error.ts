import { shortenToBytes, toParagraphs, withoutSecrets } from '../../text.js';
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

/**
 * Reads the member `error` of a JSON-RPC response, in any shape.
 * @param secrets the credentials of the request, which some servers repeat. They are replaced.
 */
export function readJsonRpcError(error: unknown, secrets: readonly string[] = []): JsonRpcErrorDetails {
  const { code, message, data } = isObject(error) ? error : ({ message: error } as JsonObject);
  return { code: readCode(code), message: readMessage(message, secrets), data: readData(data, secrets) };
}

function readCode(code: unknown): number | null {
  const number = typeof code === 'string' && code.trim() !== '' ? Number(code) : code;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

function readMessage(message: unknown, secrets: readonly string[]): string {
  if (message == null) return '';
  const text = typeof message === 'string' ? message : fitsDepth(message) ? JSON.stringify(message) : '';
  return toParagraphs(withoutSecrets(text, secrets), maxMessageBytes);
}

function readData(data: unknown, secrets: readonly string[]): unknown {
  if (data == null || !fitsDepth(data)) return null;
  const given = JSON.stringify(data);
  // Inside of JSON, quotes and backslashes are escaped.
  const escaped = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
  const text = withoutSecrets(given, escaped);
  if (Buffer.byteLength(text) > maxDataBytes) return shortenToBytes(text, maxDataBytes);
  return text === given ? data : (JSON.parse(text) as unknown);
}
