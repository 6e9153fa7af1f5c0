import { ToolListReader, maxDefects, maxPages } from '../../../src/mcp/reader/tool-list.js';
import type { Era } from '../../../src/mcp/reader/tool-definition.js';

const tool = (name: string, more: object = {}) => ({ name, inputSchema: { type: 'object' }, ...more });
const nest = (depth: number): unknown => (depth === 0 ? {} : { a: nest(depth - 1) });

/** Reads a list of pages, and returns the cursors that follow each. */
function read(pages: unknown[], era: Era = 'legacy') {
  const reader = new ToolListReader(era);
  const cursors = pages.map((page) => reader.add(page));
  return { ...reader, names: reader.tools.map(({ name }) => name), cursors, reader };
}

describe('a definition', () => {
  const one = (definition: unknown, era: Era = 'legacy') => {
    const { tools, defects } = read([{ tools: [tool('good'), definition] }], era);
    expect(tools[0]).toEqual({ name: 'good', title: '', description: '', inputSchema: { type: 'object' } });
    return { tool: tools[1], defects };
  };

  test.each([
    ['without a schema', {}, { type: 'object' }],
    ['with null for a schema', { inputSchema: null }, { type: 'object' }],
    ['with an empty schema', { inputSchema: {} }, { type: 'object' }],
    [
      'with null for a type',
      { inputSchema: { type: null, properties: {} } },
      { type: 'object', properties: {} },
    ],
    [
      'with alternatives at the root',
      { inputSchema: { anyOf: [{ type: 'object' }] } },
      { anyOf: [{ type: 'object' }], type: 'object' },
    ],
    ['with several types', { inputSchema: { type: ['object', 'null'] } }, { type: 'object' }],
    ['with a schema of texts', { inputSchema: { type: 'string', minLength: 1 } }, { type: 'object' }],
    ['with a schema of lists', { inputSchema: { type: 'array', items: {} } }, { type: 'object' }],
    ['with a boolean schema', { inputSchema: true }, { type: 'object' }],
    ['with a list for a schema', { inputSchema: [] }, { type: 'object' }],
    ['with a text for a schema', { inputSchema: '{"type":"object"}' }, { type: 'object' }],
  ])('%s is repaired and named', (_what, members, inputSchema) => {
    const { tool: read_, defects } = one({ name: 'odd', ...members });
    expect(read_).toEqual({ name: 'odd', title: '', description: '', inputSchema });
    expect(defects).toEqual([
      { name: 'odd', position: 2, outcome: 'REPAIRED', message: expect.stringContaining('inputSchema') },
    ]);
  });

  test.each([
    ['a number for a title', { title: 7 }, 'title'],
    ['a list for a description', { description: ['a'] }, 'description'],
    ['an object for the title of its annotations', { annotations: { title: {} } }, 'title'],
  ])('with %s loses that member only', (_what, members, member) => {
    const { tool: read_, defects } = one(tool('odd', members));
    expect(read_).toEqual({ name: 'odd', title: '', description: '', inputSchema: { type: 'object' } });
    expect(defects).toMatchObject([{ outcome: 'REPAIRED', message: `Its \`${member}\` is not a string.` }]);
  });

  test.each([
    ['null members', { title: null, description: null, annotations: null, outputSchema: null, icons: null }],
    ['odd annotations', { annotations: 'none' }],
    ['an invalid schema of results', { outputSchema: { $ref: '#/$defs/X' } }],
    ['members that MCP does not define', { 'x-vendor': [1], execution: 7, _meta: null }],
  ])('with %s has no mistake', (_what, members) => {
    expect(one(tool('odd', members))).toMatchObject({ tool: { name: 'odd', title: '' }, defects: [] });
  });

  test('takes its title from its annotations if it has none', () => {
    expect(one(tool('odd', { annotations: { title: 'Odd' } })).tool?.title).toBe('Odd');
    expect(one(tool('odd', { title: '', annotations: { title: 'Odd' } })).tool?.title).toBe('Odd');
    expect(one(tool('odd', { title: 'Even', annotations: { title: 'Odd' } })).tool?.title).toBe('Even');
  });

  test.each([
    ['null', null],
    ['a text', 'odd'],
    ['a list', ['odd']],
    ['without a name', { inputSchema: {} }],
    ['with null for a name', tool('odd', { name: null })],
    ['with a number for a name', tool('odd', { name: 7 })],
    ['with an empty name', tool('')],
    ['with an endless name', tool('n'.repeat(100_000))],
    ['with a deep schema', tool('odd', { inputSchema: nest(200) })],
  ])('%s is left out and named', (_what, definition) => {
    const { tool: read_, defects } = one(definition);
    expect(read_).toBeUndefined();
    expect(defects).toMatchObject([
      { position: 2, outcome: 'LEFT_OUT', message: expect.stringMatching(/^It/) },
    ]);
  });

  test('with invalid header parameters is left out where the protocol binds clients', () => {
    const odd = tool('odd', { inputSchema: { type: 'object', 'x-mcp-header': 'X' } });
    expect(one(odd, 'modern')).toMatchObject({ defects: [{ outcome: 'LEFT_OUT' }] });
    expect(one(odd, 'legacy')).toMatchObject({ tool: { name: 'odd' }, defects: [] });
  });

  test('is named in one line of plain text', () => {
    const { defects } = read([{ tools: [{ name: `a\n\u202eb${'c'.repeat(500)}` }] }]);
    expect(defects[0]?.name).toBe(`a b${'c'.repeat(197)}`);
  });
});

test('lists a name once, with its first definition, and names the others', () => {
  const { tools, defects } = read([{ tools: [tool('a', { title: 'One' }), tool('b'), tool('a')] }]);
  expect(tools.map(({ name, title }) => [name, title])).toEqual([
    ['a', 'One'],
    ['b', ''],
  ]);
  expect(defects).toMatchObject([{ name: 'a', position: 3, outcome: 'LEFT_OUT' }]);
});

test('keeps a bounded number of mistakes and counts all', () => {
  const { defects, defectCount, names } = read([{ tools: [...Array(5_000).fill(null), tool('good')] }]);
  expect(names).toEqual(['good']);
  expect([defects.length, defectCount]).toEqual([maxDefects, 5_000]);
});

describe('a page', () => {
  test.each([
    ['null', null],
    ['an empty object', {}],
    ['null for a list', { tools: null }],
  ])('that is %s has no tools, and says so', (_what, page) => {
    expect(read([page])).toMatchObject({
      names: [],
      cursors: [null],
      defects: [{ name: '', position: null, outcome: 'INCOMPLETE' }],
    });
  });

  test.each([
    ['the list itself', [tool('a'), tool('b')], ['a', 'b']],
    ['a single tool for a list', { tools: tool('a') }, ['a']],
    ['an object of tools by name', { tools: { a: { description: 'A' }, b: { name: 'c' } } }, ['a', 'c']],
  ])('that is %s is read', (_what, page, names) => {
    expect(read([page]).names).toEqual(names);
  });

  test.each([
    ['a text', 'tools'],
    ['a number', 7],
    ['a text for a list', { tools: 'a, b' }],
    ['true for a list', { tools: true }],
  ])('that is %s is refused as the first one, and ends a list later', (_what, page) => {
    expect(() => read([page])).toThrow(
      expect.objectContaining({ code: 'UPSTREAM_ERROR', message: expect.stringContaining('is not a list') }),
    );
    expect(read([{ tools: [tool('a')], nextCursor: '2' }, page])).toMatchObject({
      names: ['a'],
      cursors: ['2', null],
      defects: [{ outcome: 'INCOMPLETE', message: expect.stringContaining('later page') }],
    });
  });
});

describe('a cursor', () => {
  const page = (name: string, nextCursor: unknown) => ({ tools: [tool(name)], nextCursor });

  test.each([[null], [undefined], [false], [true], [{}], [['2']]])('%j ends the list', (nextCursor) => {
    for (const era of ['legacy', 'modern'] as const) {
      expect(read([page('a', nextCursor)], era)).toMatchObject({ cursors: [null], defects: [] });
    }
  });

  test('that is empty ends the list of the older protocol, and is one like any other in the current one', () => {
    expect(read([page('a', '')], 'legacy').cursors).toEqual([null]);
    expect(read([page('a', ''), page('b', undefined)], 'modern')).toMatchObject({
      cursors: ['', null],
      names: ['a', 'b'],
    });
    expect(read([page('a', ''), page('a', '')], 'modern')).toMatchObject({
      cursors: ['', null],
      names: ['a'],
    });
  });

  test('that is a number is sent back as it came', () => {
    expect(read([page('a', 0), page('b', 1), page('c', undefined)])).toMatchObject({
      cursors: [0, 1, null],
      names: ['a', 'b', 'c'],
    });
  });

  test('that occurred before ends the list', () => {
    expect(read([page('a', 'x'), page('b', 'y'), page('c', 'x')])).toMatchObject({
      cursors: ['x', 'y', null],
      names: ['a', 'b', 'c'],
    });
  });

  test('that is new after the same page ends the list, with the bad tools too', () => {
    const same = (nextCursor: string) => ({ tools: [tool('a'), tool('b'), {}], nextCursor });
    expect(read([same('1'), same('2')])).toMatchObject({ cursors: ['1', null], names: ['a', 'b'] });
  });

  test('that follows a page of known tools is used', () => {
    const pages = [['a', 'b'], ['b'], ['a', 'b'], ['c']].map((names, index) => ({
      tools: names.map((name) => tool(name)),
      nextCursor: index,
    }));
    expect(read(pages).names).toEqual(['a', 'b', 'c']);
  });

  test('that follows pages of known tools without end keeps the tools', () => {
    const pages = Array.from({ length: maxPages }, (_, index) => page(['a', 'b'][index % 2]!, index));
    expect(read(pages)).toMatchObject({ names: ['a', 'b'], defects: [{ outcome: 'INCOMPLETE' }] });
  });

  test('that follows an empty page is used', () => {
    expect(read([page('a', '1'), { tools: [], nextCursor: '2' }, page('b', null)])).toMatchObject({
      cursors: ['1', '2', null],
      names: ['a', 'b'],
    });
  });

  test('without end is refused, with the limit in the message', () => {
    const pages = (count: number) =>
      Array.from({ length: count }, (_, index) => page(`t${index}`, `c${index}`));
    expect(read(pages(maxPages - 1)).names).toHaveLength(maxPages - 1);
    expect(() => read(pages(maxPages))).toThrow(`more than ${maxPages} pages`);
  });
});
