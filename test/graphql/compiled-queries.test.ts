import { isDeepStrictEqual } from 'node:util';
import { execute, parse, validate, type DocumentNode, type ExecutionResult } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { SwitchboardError } from '../../src/errors.js';
import type { Context } from '../../src/graphql/context.js';
import { createExecutor } from '../../src/graphql/execution.js';
import { formatError } from '../../src/graphql/format-error.js';
import { unlimitedCost } from './cost/unlimited-cost.js';
import { createRandom } from './random.js';
import { randomDocument, type RandomRequest } from './random-documents.js';
import { schema } from './random-schema.js';

const context = { viewer: { isAdmin: false } } as Context;
const run = createExecutor({ EVERYONE: schema, ADMIN: schema }, unlimitedCost(schema));

const plain = (data: unknown) => JSON.parse(JSON.stringify(data ?? null)) as unknown;

const seed = Number(process.env.FUZZ_SEED ?? 20_261_129);
const documents = Number(process.env.FUZZ_DOCUMENTS ?? 2_000);

/** Returns the variable of each mistake, for a request that is refused before it runs. */
function refusedVariables(errors: NonNullable<ExecutionResult['errors']>): string[] {
  return errors.flatMap((error) => {
    const { originalError, message } = error;
    if (originalError instanceof SwitchboardError) {
      return (originalError.details.fields ?? []).map(({ path }) => path.split(/[.[]/, 1)[0] ?? '');
    }
    return /^Variable "\$(\w+)"/.exec(message)?.[1] ?? message;
  });
}

/**
 * Returns what a client sees: the data, and the errors of its fields in a stable order. `nulls` has the errors of fields
 * that the data lacks, because a non-null field made an ancestor null, by the path of that null. How many of them graphql-js
 * reports depends on their order (GraphQL specification, 6.4.4).
 */
function seen({ data, errors = [] }: ExecutionResult) {
  const nulls: Record<string, string[]> = {};
  if (data === undefined) return { data: null, refused: refusedVariables(errors), errors: [], nulls };
  const ofFields: string[] = [];
  for (const error of errors) {
    const { message, path = [], extensions } = formatError(error, 'id');
    const text = `${path.join('.')}: ${String(extensions?.code)} ${message}`;
    let value: unknown = data;
    const depth = path.findIndex((step) => {
      if (value === null) return true;
      value = (value as Record<string | number, unknown>)[step];
      return false;
    });
    if (depth < 0) ofFields.push(text);
    else (nulls[`at ${path.slice(0, depth).join('.')}`] ??= []).push(text);
  }
  return {
    data: plain(data),
    refused: [],
    errors: ofFields.toSorted(),
    nulls,
  };
}

/** Reduces the errors that graphql-js reports below a null to those that the other executor reports, which is one. */
function expectedFrom(expected: ReturnType<typeof seen>, actual: ReturnType<typeof seen>) {
  const nulls = Object.entries(expected.nulls).map(([at, texts]): [string, string[]] => {
    const [reported] = actual.nulls[at] ?? [];
    return [at, reported !== undefined && texts.includes(reported) ? [reported] : texts];
  });
  return { ...expected, nulls: Object.fromEntries(nulls) };
}

/** Executes requests in order with the executor and with graphql-js. */
async function answersOf(document: DocumentNode, requests: readonly RandomRequest[]) {
  const answers = [];
  const expected = [];
  for (const { operationName, variables } of requests) {
    const answer = seen(await run({ document, operationName, variables }, context));
    answers.push(answer);
    const oracle = await execute({ schema, document, operationName, variableValues: variables });
    expected.push(expectedFrom(seen(oracle), answer));
  }
  return { answers, expected };
}

test('answers the same compiled and interpreted, for thousands of random queries with changing values', async () => {
  const random = createRandom(seed);
  const count = { complete: 0, refused: 0, errors: 0, nulls: 0 };
  for (let done = 0; done < documents; done += 1) {
    const { text, requests } = randomDocument(random);
    const document = parse(text);
    expect({ seed, text, mistakes: validate(schema, document) }).toEqual({ seed, text, mistakes: [] });
    const { answers, expected } = await answersOf(document, requests);
    expect({ seed, text, requests, answers }).toEqual({ seed, text, requests, answers: expected });
    for (const { refused, errors, nulls } of answers) {
      const isNulled = Object.keys(nulls).length > 0;
      if (refused.length > 0) count.refused += 1;
      if (errors.length > 0) count.errors += 1;
      if (isNulled) count.nulls += 1;
      if (refused.length === 0 && errors.length === 0 && !isNulled) count.complete += 1;
    }
  }
  // Each kind of answer occurs often.
  for (const each of Object.values(count)) expect(each).toBeGreaterThan(documents / 10);
});

test('the random queries show the faults of graphql-jit alone', async () => {
  const random = createRandom(seed);
  let faulty = 0;
  for (let done = 0; done < 200; done += 1) {
    const { text, requests } = randomDocument(random);
    for (const { operationName, variables } of requests) {
      const request = { schema, operationName, variableValues: variables };
      const compiled = compileQuery(schema, parse(text), operationName);
      const { data } = isCompiledQuery(compiled)
        ? await compiled.query(undefined, context, variables)
        : { data: 'none' };
      const expected = await execute({ ...request, document: parse(text) });
      if (!isDeepStrictEqual(plain(data), plain(expected.data))) faulty += 1;
    }
  }
  expect(faulty).toBeGreaterThan(10);
});

test.each<[string, string, ...Record<string, unknown>[]]>([
  [
    'a fragment whose first spread is skipped',
    `query ($x: Boolean!) { item { ...Row @include(if: $x) ...Sum } }
     fragment Row on Item { ...Name size } fragment Sum on Item { ...Name } fragment Name on Item { label }`,
    { x: false },
    { x: true },
  ],
  ['a null in a list of non-null elements', 'query ($x: Kind = A) { echo(kinds: [$x]) }', { x: null }, {}],
  ['a null condition', 'query ($x: Boolean = true) { item { label @include(if: $x) } }', { x: null }, {}],
  ['an omitted variable in an object', 'query ($x: String) { echo(filter: { text: $x }) }', {}, { x: 'y' }],
  ['the default of an input field', 'query ($x: Filter) { echo(filter: $x) }', { x: { text: 'y' } }, {}],
  [
    'the default of a required variable',
    'query ($x: Int! = 5) { echo(count: $x) }',
    {},
    { x: 6 },
    { x: 'a' },
  ],
  [
    'nulls and single values in nested lists',
    'query ($x: [[Int]], $y: [Kind]) { echo(matrix: $x, cube: [[$y]]) }',
    { x: [[1, null], null], y: 'A' },
    { x: 1, y: [null] },
    { y: null },
  ],
  [
    'a field with and without a condition',
    'query ($x: Boolean!) { item { ...F @skip(if: true) ... on Node { ...F ...F @include(if: false) } } } fragment F on Node { label @skip(if: $x) }',
    { x: false },
    { x: true },
  ],
])('answers the same compiled and interpreted: %s', async (_what, text, ...values) => {
  const requests = [...values, ...values, ...values].map((variables) => ({ variables }));
  const { answers, expected } = await answersOf(parse(text), requests);
  expect(answers).toEqual(expected);
});

test.each([
  ['the errors of nullable fields next to it', '{ all { id fails failsLater strict } }', 1],
  ['other non-null fields that fail', '{ all { strict again: strict more: strictFails } }', 1],
  ['an error below a nullable field', '{ all { children { strictFails size } strict } }', 1],
])('reports a null that a non-null field causes once, by its cause: %s', async (_what, text, index) => {
  const document = parse(text);
  for (let time = 0; time < 2; time += 1) {
    const { data, errors = [] } = await run({ document }, context);
    expect((data as { all: unknown[] }).all[index]).toBeNull();
    const paths = errors
      .map(({ path }) => path?.join('.'))
      .filter((path) => path?.startsWith(`all.${index}.`));
    expect(paths).toEqual([`all.${index}.strict`]);
  }
});
