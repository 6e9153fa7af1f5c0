import { buildSchema, parse, type OperationDefinitionNode } from 'graphql';
import { mistakesInVariables } from '../../src/graphql/variables.js';

const schema = buildSchema(`
  type Query { find(input: Input, ids: [ID!], n: Int): String }
  input Input { name: String!  count: Int  headers: [Header!]  nested: Input }
  input Header { name: String!  value: String! }
`);

const operation = parse(
  'query ($input: Input, $ids: [ID!], $n: Int!) { find(input: $input, ids: $ids, n: $n) }',
).definitions[0] as OperationDefinitionNode;

const mistakes = (variables: Record<string, unknown>) => mistakesInVariables(schema, operation, variables);

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
