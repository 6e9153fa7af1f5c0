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
