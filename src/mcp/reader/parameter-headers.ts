const declaration = 'x-mcp-header';
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const types = new Set<unknown>(['string', 'integer', 'boolean']);
/** The keywords whose value is data, not a schema. */
const data = new Set(['default', 'const', 'enum', 'examples']);

type Schema = Record<string, unknown>;

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/**
 * Returns true if a tool's parameters for headers (`x-mcp-header`, MCP 2026-07-28) are declared as the protocol requires:
 * on string, integer and boolean properties at a fixed location, with valid HTTP header names, each name once. A client
 * must not offer a tool with other declarations.
 */
export function hasValidHeaderParameters(inputSchema: unknown): boolean {
  const names = new Set<string>();
  const open: { schema: unknown; isFixed: boolean }[] = [{ schema: inputSchema, isFixed: false }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { schema, isFixed } = next;
    if (!isSchema(schema)) continue;
    const isRoot = schema === inputSchema;
    if (Object.hasOwn(schema, declaration)) {
      const name = schema[declaration];
      const isValid = isFixed && typeof name === 'string' && token.test(name) && types.has(schema.type);
      if (!isValid || names.has(name.toLowerCase())) return false;
      names.add(name.toLowerCase());
    }
    for (const [keyword, value] of Object.entries(schema)) {
      if (data.has(keyword) || !isSchema(value)) continue;
      const isProperties = keyword === 'properties' && !Array.isArray(schema);
      if (isProperties) {
        for (const property of Object.values(value))
          open.push({ schema: property, isFixed: isRoot || isFixed });
      } else {
        open.push({ schema: value, isFixed: false });
      }
    }
  }
  return true;
}

const prefix = '=?base64?';
const suffix = '?=';

/** Encodes a text as the value of a header (MCP 2026-07-28): unchanged if it is plain, else in Base64. */
export function encodeHeaderValue(text: string): string {
  const isPlain = /^[\t\x20-\x7e]+$/.test(text) && text === text.trim();
  const looksEncoded = text.startsWith(prefix) && text.endsWith(suffix);
  return isPlain && !looksEncoded ? text : `${prefix}${Buffer.from(text).toString('base64')}${suffix}`;
}

/** Returns the headers for a call of a tool whose declaration requires parameters in headers. */
export function parameterHeaders(
  inputSchema: unknown,
  args: Record<string, unknown>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  const open: { schema: unknown; value: unknown }[] = [{ schema: inputSchema, value: args }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { schema, value } = next;
    if (!isSchema(schema) || value === undefined || value === null) continue;
    const name = schema[declaration];
    const text = textOf(value);
    if (typeof name === 'string' && token.test(name) && text !== null) {
      headers[`mcp-param-${name.toLowerCase()}`] = encodeHeaderValue(text);
    }
    if (!isSchema(schema.properties) || !isSchema(value)) continue;
    for (const [key, property] of Object.entries(schema.properties)) {
      if (Object.hasOwn(value, key)) open.push({ schema: property, value: value[key] });
    }
  }
  return headers;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' && (!Number.isInteger(value) || Number.isSafeInteger(value))
    ? String(value)
    : null;
}
