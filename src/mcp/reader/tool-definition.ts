import { isObject, fitsDepth, type JsonObject } from './json.js';
import { hasValidHeaderParameters } from './parameter-headers.js';

/** A tool, as its server describes it. */
export interface McpTool {
  name: string;
  /** '' if the server gives none. */
  title: string;
  description: string;
  inputSchema: JsonObject;
}

/** A tool, or null for a definition that can't be used, and what is wrong with the definition in Switchboard's words. */
export interface ReadTool {
  tool: McpTool | null;
  mistakes: string[];
}

/** The protocol's era: `modern` from 2026-07-28, where `x-mcp-header` binds clients. */
export type Era = 'modern' | 'legacy';

/** Characters of a tool's name at most. */
const maxNameLength = 1_000;

/**
 * Reads one definition of a list. Null is absent, and a member of a wrong type is too. Without a name, a tool can't be
 * called. Every other mistake is repaired where the tool stays callable.
 */
export function readTool(value: unknown, era: Era): ReadTool {
  if (!isObject(value)) return unusable('It is not an object.');
  const { name } = value;
  if (typeof name !== 'string' || name === '') return unusable('It has no name.');
  if (name.length > maxNameLength) return unusable(`Its name has more than ${maxNameLength} characters.`);
  const mistakes: string[] = [];
  const inputSchema = readInputSchema(value.inputSchema, mistakes);
  if (!fitsDepth(inputSchema)) return unusable('Its `inputSchema` is nested too deeply.');
  // A client must not offer a tool with invalid declarations.
  if (era === 'modern' && !hasValidHeaderParameters(inputSchema)) {
    return unusable('Its declarations of `x-mcp-header` are not valid.');
  }
  const annotations = isObject(value.annotations) ? value.annotations : {};
  const title = readText(value, 'title', mistakes) || readText(annotations, 'title', mistakes);
  const description = readText(value, 'description', mistakes);
  return { tool: { name, title, description, inputSchema }, mistakes };
}

function unusable(mistake: string): ReadTool {
  return { tool: null, mistakes: [mistake] };
}

function readText(owner: JsonObject, member: string, mistakes: string[]): string {
  const value = owner[member] ?? '';
  if (typeof value === 'string') return value;
  mistakes.push(`Its \`${member}\` is not a string.`);
  return '';
}

/** Returns the schema with `type: "object"` at its root. A schema of other values becomes one of all objects. */
function readInputSchema(value: unknown, mistakes: string[]): JsonObject {
  if (!isObject(value)) {
    mistakes.push(`Its \`inputSchema\` is ${value == null ? 'missing' : 'not an object'}.`);
    return { type: 'object' };
  }
  const type = value.type ?? undefined;
  if (type === 'object') return value;
  if (type === undefined || (Array.isArray(type) && type.includes('object'))) {
    mistakes.push('Its `inputSchema` has no `type: "object"`.');
    return { ...value, type: 'object' };
  }
  mistakes.push('Its `inputSchema` has another `type` than "object".');
  return { type: 'object' };
}
