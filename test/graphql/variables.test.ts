import { buildSchema, parse, type OperationDefinitionNode } from 'graphql';
import { coerceVariables } from '../../src/graphql/variables.js';
import { maxListLength } from '../../src/input-limits.js';

const schema = buildSchema(`
  type Query { find(input: Input, ids: [ID!], n: Int): String }
  input Input { name: String!  count: Int  headers: [Header!]  nested: Input }
  input Header { name: String!  value: String! }
`);

const operation = parse(
  'query ($input: Input, $ids: [ID!], $n: Int!) { find(input: $input, ids: $ids, n: $n) }',
).definitions[0] as OperationDefinitionNode;

const mistakes = (variables: Record<string, unknown>) =>
  coerceVariables(schema, operation, variables).mistakes;

test('accepts values that fit their types', () => {
  const input = { name: 'a', count: 1, headers: [{ name: 'x', value: 'y' }], nested: { name: 'b' } };
  expect(mistakes({ n: 1 })).toEqual([]);
  expect(mistakes({ input, ids: ['a', 1], n: 2 })).toEqual([]);
  // A single value stands for a list of one.
  expect(mistakes({ ids: 'a', n: 2 })).toEqual([]);
});

test('names every mistake by its path and expected type', () => {
  expect(
    mistakes({
      input: {
        name: 7,
        count: 'many',
        headers: [{ name: 'x', value: 'y' }, { name: 'z' }],
        nested: { name: null },
      },
      ids: ['a', null],
    }),
  ).toEqual([
    { path: 'input.name', message: 'Expected a value of type String!.' },
    { path: 'input.count', message: 'Expected a value of type Int.' },
    { path: 'input.headers[1]', message: 'Field "value" of required type "String!" was not provided.' },
    { path: 'input.nested.name', message: 'Expected a value of type String!.' },
    { path: 'ids[1]', message: 'Expected a value of type ID!.' },
    { path: 'n', message: 'A value of type Int! is required.' },
  ]);
});

test('never repeats a value, which may be a secret in the wrong place', () => {
  const secret = 'sk-sentinel';
  const input = { name: { [secret]: secret }, count: secret, headers: secret, nested: [secret] };
  const found = mistakes({ input, ids: [[secret]], n: secret });
  expect(found.length).toBeGreaterThanOrEqual(5);
  expect(JSON.stringify(found)).not.toContain(secret);
});

test('reports an unknown field', () => {
  expect(mistakes({ input: { name: 'a', extra: 1 }, n: 1 })).toEqual([
    { path: 'input', message: expect.stringContaining('Field "extra" is not defined by type "Input"') },
  ]);
});

test('reads no element of a list that is too long', () => {
  let reads = 0;
  const counted = (length: number) =>
    new Proxy(
      Array.from({ length }, () => ({})),
      {
        get(target, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
          return Reflect.get(target, key) as unknown;
        },
      },
    );
  const message = 'Use at most 1,000 elements.';
  const headers = counted(maxListLength + 1);
  expect(mistakes({ ids: counted(500_000), n: 1 })).toEqual([{ path: 'ids', message }]);
  expect(mistakes({ input: { name: 'a', nested: { name: 'b', headers } }, n: 1 })).toEqual([
    { path: 'input.nested.headers', message },
  ]);
  expect(reads).toBe(0);
  expect(mistakes({ ids: Array<string>(maxListLength).fill('a'), n: 1 })).toEqual([]);
});

test('stops at 50 mistakes', () => {
  let reads = 0;
  const ids = new Proxy(Array<null>(maxListLength).fill(null), {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
      return Reflect.get(target, key) as unknown;
    },
  });
  expect(mistakes({ ids, n: 1 })).toHaveLength(50);
  expect(reads).toBeLessThan(100);
});

test('applies defaults of variables and of input fields', () => {
  const withDefaults = buildSchema(
    'type Query { find(n: Int, page: Page): String } input Page { first: Int! = 50 }',
  );
  const [query] = parse('query ($n: Int = 3, $page: Page) { find(n: $n, page: $page) }').definitions;
  const { values } = coerceVariables(withDefaults, query as OperationDefinitionNode, { page: {} });
  expect(values).toEqual({ n: 3, page: { first: 50 } });
});
