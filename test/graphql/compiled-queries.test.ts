import { execute, parse, validate, type ExecutionResult } from 'graphql';
import type { Context } from '../../src/graphql/context.js';
import { createExecutor } from '../../src/graphql/execution.js';
import { createRandom, randomDocument, schema } from './random-documents.js';
import { unlimitedCost } from './cost/unlimited-cost.js';

const context = { viewer: { isAdmin: false } } as Context;
const executor = () => createExecutor({ EVERYONE: schema, ADMIN: schema }, unlimitedCost(schema));

/**
 * Returns what a client sees: the data, and each error with its path, in a stable order. Where a non-null field makes an
 * ancestor null, how many errors are reported below it is up to the executor (GraphQL specification, 6.4.4).
 */
function comparable({ data = null, errors = [] }: ExecutionResult) {
  const seen = errors.map(({ message, path = [] }) => {
    let value: unknown = data;
    const reached = path.findIndex((step) => {
      if (value === null) return true;
      value = (value as Record<string | number, unknown>)[step];
      return false;
    });
    return reached < 0 ? `${path.join('.')}: ${message}` : `${path.slice(0, reached).join('.')}: null`;
  });
  return JSON.parse(JSON.stringify({ data, errors: [...new Set(seen)].toSorted() })) as unknown;
}

/** Executes a document with graphql-js, then three times with the executor, which compiles it at the second time. */
async function answersOf(text: string, variables: Record<string, unknown>) {
  const document = parse(text);
  const run = executor();
  const expected = await execute({ schema, document, contextValue: context, variableValues: variables });
  const answers = [];
  for (let time = 0; time < 3; time += 1) answers.push(await run({ document, variables }, context));
  return { expected: comparable(expected), answers: answers.map(comparable) };
}

test('answers the same compiled and interpreted, for thousands of random queries', async () => {
  const seed = Number(process.env.FUZZ_SEED ?? 20_261_129);
  const random = createRandom(seed);
  for (let count = 0; count < 3_000; count += 1) {
    const { text, variables } = randomDocument(random);
    expect({ seed, text, mistakes: validate(schema, parse(text)) }).toEqual({ seed, text, mistakes: [] });
    const { expected, answers } = await answersOf(text, variables);
    expect({ seed, text, variables, answers }).toEqual({
      seed,
      text,
      variables,
      answers: [expected, expected, expected],
    });
  }
});

test.each<[string, string, Record<string, unknown>]>([
  [
    'a fragment whose first spread is skipped',
    `query ($x: Boolean!) { item { ...Row @include(if: $x) ...Sum } }
     fragment Row on Item { ...Name size } fragment Sum on Item { ...Name } fragment Name on Item { label }`,
    { x: false },
  ],
  ['a null in a list of non-null elements', 'query ($x: Kind = A) { echo(kinds: [$x]) }', { x: null }],
  ['a null condition', 'query ($x: Boolean = true) { item { label @include(if: $x) } }', { x: null }],
  ['an omitted variable in an object', 'query ($x: String) { echo(filter: { text: $x }) }', {}],
  ['the default of an input field', 'query ($x: Filter) { echo(filter: $x) }', { x: { text: 'y' } }],
  ['the default of a required variable', 'query ($x: Int! = 5) { echo(count: $x) }', {}],
  [
    'a field with and without a condition',
    'query ($x: Boolean!) { item { ...F @skip(if: true) ... on Node { ...F ...F @include(if: false) } } } fragment F on Node { label @skip(if: $x) }',
    { x: false },
  ],
])('answers the same compiled and interpreted: %s', async (_what, text, variables) => {
  const { expected, answers } = await answersOf(text, variables);
  expect(answers).toEqual([expected, expected, expected]);
});
