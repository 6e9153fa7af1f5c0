import type { Choice } from '../../graphql/random.js';

const oddValues: unknown[] = [
  null,
  true,
  false,
  0,
  7.5,
  -1e300,
  '',
  'text',
  '\u0000\ud800\u202e',
  'x'.repeat(3_000),
  [],
  {},
  [[[null]]],
  ['a', 1, null, {}],
  { type: 'object' },
  { name: 'inner', type: null },
  { __proto__: null, constructor: 'x', toString: 1 },
];

/** Returns a value of any shape, sometimes nested too deeply to be serialized. */
export function oddValue(choice: Choice): unknown {
  if (choice.chance(0.02)) return deep(choice.pick([99, 100, 101, 150, 3_000]));
  if (choice.chance(0.2)) return Array.from({ length: choice.below(4) }, () => oddValue(choice));
  if (choice.chance(0.2)) {
    return Object.fromEntries(
      Array.from({ length: choice.below(4) }, () => [
        choice.pick(['a', 'type', 'name', '__proto__', 'text', 'tools', 'nextCursor']),
        oddValue(choice),
      ]),
    );
  }
  return choice.pick(oddValues);
}

function deep(depth: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Sets some members of an object to odd values. */
export function withOddMembers(
  choice: Choice,
  value: Record<string, unknown>,
  members: readonly string[],
): Record<string, unknown> {
  const odd = { ...value };
  for (const member of members) if (choice.chance(0.3)) odd[member] = oddValue(choice);
  return odd;
}

export interface RandomList {
  /** Returns the result of a request with this cursor, as a server sends it. */
  page(cursor: unknown): unknown;
  /** The names of the well-formed tools in their order, each once. */
  good: string[];
  /** The number of pages that a client must request to see all of them. */
  pages: number;
}

/** Returns a list of good and bad tools on several pages, with an odd end. */
export function randomList(choice: Choice): RandomList {
  const good: string[] = [];
  const pageCount = 1 + choice.below(4);
  const definitions = Array.from({ length: pageCount }, (_, page) =>
    Array.from({ length: choice.below(5) }, (__, place) => {
      if (choice.chance(0.4)) return badTool(choice, `${page}-${place}`);
      if (choice.chance(0.1) && good.length > 0)
        return goodTool(choice, choice.pick(good), `${page}-${place}`);
      const name = `good-${page}-${place}`;
      good.push(name);
      return goodTool(choice, name, `${page}-${place}`);
    }),
  );
  const cursorOf = choice.pick([(page: number) => `page ${page}`, (page: number) => page]);
  const end = choice.pick([undefined, null, '', false, {}, [], cursorOf(pageCount - 1)]);
  const page = (cursor: unknown) => {
    const index = cursor === undefined ? 0 : Number(String(cursor).replace('page ', ''));
    const nextCursor = index + 1 < pageCount ? cursorOf(index + 1) : end;
    return { tools: definitions[index], ...(nextCursor !== undefined && { nextCursor }) };
  };
  return { page, good, pages: pageCount };
}

const members = ['title', 'description', 'annotations', 'outputSchema', '_meta', 'icons', 'execution', 'x'];

function goodTool(choice: Choice, name: string, place: string): Record<string, unknown> {
  const inputSchema = { type: 'object', properties: {}, 'x-place': place };
  return withOddMembers(choice, { name, inputSchema }, members);
}

/**
 * A tool without a usable name, or with a schema that may not be usable. It never has the name of a good one. No two are
 * the same, or a page of them could pass for a repeated one.
 */
function badTool(choice: Choice, place: string): unknown {
  if (choice.chance(0.3)) return choice.pick(oddValues.filter((value) => !isNamed(value)));
  const named = { name: choice.pick(['bad', 'worse']), inputSchema: oddValue(choice) };
  const described = { ...named, title: place };
  return withOddMembers(
    choice,
    choice.chance(0.5) ? described : { ...described, name: null },
    members.slice(1),
  );
}

function isNamed(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'name' in value;
}
