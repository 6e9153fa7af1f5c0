import { isObject, fitsDepth, maxJsonDepth, type JsonObject } from './json.js';

/** The result of a tool call. It contains remote text, for the caller only. */
export interface McpToolResult {
  content: JsonObject[];
  /** Null if the tool returned none. */
  structuredContent: unknown;
  /** True if the tool ran and reports a failure. */
  isError: boolean;
  /** The whole result, as the server sent it. */
  result: unknown;
}

/**
 * Reads the result of a tool call. The tool has run, so its result is handed on in every shape. Only `content` becomes a
 * list of objects: a text stands for a text block, and a single block for a list of one.
 * @returns null for a result that is nested too deeply to be serialized
 */
export function readToolResult(result: unknown): McpToolResult | null {
  if (!fitsDepth(result)) return null;
  if (!isObject(result)) {
    return { content: readContent(result), structuredContent: null, isError: false, result: result ?? null };
  }
  return {
    content: readContent(result.content),
    structuredContent: result.structuredContent ?? null,
    isError: readFlag(result.isError),
    result,
  };
}

/** The reason why a result can't be handed on. */
export const tooDeep = `The result is nested more deeply than ${maxJsonDepth} levels. This limit is fixed.`;

/** Returns true if the result asks the caller for input instead of ending the call (MCP 2026-07-28). */
export function isInputRequired(result: unknown): boolean {
  return isObject(result) && result.resultType === 'input_required';
}

function readContent(content: unknown): JsonObject[] {
  const blocks = Array.isArray(content) ? content : [content];
  return blocks.filter((block) => block != null).map(readBlock);
}

function readBlock(block: unknown): JsonObject {
  if (isObject(block)) return block;
  return { type: 'text', text: typeof block === 'string' ? block : JSON.stringify(block) };
}

/** Some servers send flags as texts or numbers. */
function readFlag(flag: unknown): boolean {
  return flag === true || flag === 1 || (typeof flag === 'string' && flag.toLowerCase() === 'true');
}
