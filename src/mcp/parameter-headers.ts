const declaration = 'x-mcp-header';
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const types = new Set<unknown>(['string', 'integer', 'boolean']);
/** Keywords whose value is data, not a schema. */
const data = new Set(['default', 'const', 'enum', 'examples']);

type Schema = Record<string, unknown>;

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

/**
 * Whether the parameters that a tool wants mirrored into headers (`x-mcp-header`, MCP 2026-07-28) are declared as the
 * protocol allows: on string, integer and boolean properties that are always where they are, under names that HTTP
 * allows, each once. A client must not offer a tool that declares them otherwise.
 */
export function declaresHeadersWell(inputSchema: unknown): boolean {
  const names = new Set<string>();
  const open: { schema: unknown; isFixed: boolean }[] = [{ schema: inputSchema, isFixed: false }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { schema, isFixed } = next;
    if (!isSchema(schema)) continue;
    const isRoot = schema === inputSchema;
    if (Object.hasOwn(schema, declaration)) {
      const name = schema[declaration];
      const isWell = isFixed && typeof name === 'string' && token.test(name) && types.has(schema.type);
      if (!isWell || names.has(name.toLowerCase())) return false;
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
