import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { documentTooLong, LimitsRule } from '../../src/graphql/limits.js';
import { badUserInput, type FieldMistake } from '../../src/errors.js';
import { maxTokens } from '../../src/input-limits.js';
import { startApp, type TestApp } from '../support/app.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';

const schema = buildSchema(`
  type Query { a: Node }
  type Mutation { write: Node  writeMore: Node }
  type Node { a: Node  id: ID }
`);

const refusals = (document: string) =>
  validate(schema, parse(document), [LimitsRule]).map(({ message }) => message);

const nested = (levels: number, leaf: string): string =>
  levels === 0 ? leaf : `a { ${nested(levels - 1, leaf)} }`;

test('accepts twelve levels and refuses thirteen', () => {
  expect(refusals(`{ ${nested(11, 'id')} }`)).toEqual([]);
  expect(refusals(`{ ${nested(12, 'id')} }`)).toEqual([
    'The operation is 13 levels deep; at most 12 are allowed.',
  ]);
});

test('counts depth in fragments', () => {
  const document = `
    { ${nested(6, '...Deep')} }
    fragment Deep on Node { ... on Node { ${nested(6, 'id')} } }`;
  expect(refusals(document)).toEqual(['The operation is 13 levels deep; at most 12 are allowed.']);
});

const tooManyAliases =
  'With its fragments expanded, the operation has more than 50 aliases. Split it into several requests.';

test('accepts fifty aliases and refuses fifty-one, also in fragments and introspection', () => {
  const aliases = (n: number) => Array.from({ length: n }, (_, i) => `x${i}: id`).join(' ');
  expect(refusals(`{ a { ${aliases(50)} } }`)).toEqual([]);
  expect(refusals(`{ a { ${aliases(51)} } }`)).toEqual([tooManyAliases]);
  expect(refusals(`{ __schema { ${aliases(51).replaceAll('id', 'description')} } }`)).toEqual([
    tooManyAliases,
  ]);
  const document = `
    { a { p: a { ...Ten } q: a { ...Ten } r: a { ...Ten } s: a { ...Ten } t: a { ...Ten } } }
    fragment Ten on Node { ${aliases(10)} }`;
  expect(refusals(document)).toEqual([tooManyAliases]);
});

test('accepts one mutation field and refuses two, however they are written', () => {
  expect(refusals('mutation { write { id } __typename }')).toEqual([]);
  const refused = ['Send one mutation field per request.'];
  expect(refusals('mutation { write { id } writeMore { id } }')).toEqual(refused);
  expect(refusals('mutation { x: write { id } y: write { id } }')).toEqual(refused);
  expect(
    refusals('mutation { ...Two } fragment Two on Mutation { write { id } ... { writeMore { id } } }'),
  ).toEqual(refused);
});

test('accepts the full introspection of tools', () => {
  expect(refusals(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))).toEqual([]);
  expect(() => parse(getIntrospectionQuery(), { maxTokens })).not.toThrow();
});

test('terminates for a fragment that spreads itself', () => {
  expect(refusals('{ a { ...Loop } } fragment Loop on Node { a { ...Loop } }')).toEqual([]);
});

test('refuses names of more than 128 characters, which a list repeats in each row', () => {
  const name = (length: number) => 'n'.repeat(length);
  expect(refusals(`query ${name(128)} { ${name(128)}: a { id } }`)).toEqual([]);
  expect(refusals(`query ${name(129)} { ${name(129)}: a { id } }`)).toEqual([
    'A name is longer than 128 characters.',
    'A name is longer than 128 characters.',
  ]);
});

test('refuses documents of more than 100,000 characters or 2,000 lines', () => {
  const padded = (length: number, by: string) => `{a}${by.repeat(length - 3)}`;
  expect(documentTooLong(padded(100_000, ' '))).toBeNull();
  expect(documentTooLong(padded(100_001, ' '))?.message).toContain('longer than 100,000 characters');
  for (const end of ['\n', '\r', '\r\n']) {
    expect(documentTooLong(`{a}${end.repeat(1_999)}`)).toBeNull();
    expect(documentTooLong(`{a}${end.repeat(2_000)}`)?.message).toBe(
      'The document has more than 2,000 lines.',
    );
  }
});

describe('against the running server', () => {
  let app: TestApp;
  let member: SignedInUser;

  beforeAll(async () => {
    app = await startApp();
    member = await seedSignedInUser(app);
  });
  afterAll(() => app.close());

  test('refuses a long document before it is parsed', async () => {
    const query = `${'\n'.repeat(400_000)}{ ${Array.from({ length: 900 }, (_, i) => `x${i}`).join(' ')} }`;
    const { status, headers, errors } = await member.graphql.query(query);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toContain('application/json');
    expect(errors).toEqual([
      {
        message: 'The document is longer than 100,000 characters. Send long values in variables.',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  test('tells what to change in a document that selects the same fields too often', async () => {
    const error = await member.graphql.error(`{ viewer { ${'id '.repeat(900)} } }`);
    expect(error.message).toMatch(/Select each field once/);
    expect(error.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('reports at most 50 mistakes of a document, each in a short message', async () => {
    const variables = Array.from({ length: 200 }, (_, i) => `$v${i}: Int`).join(' ');
    const { status, errors = [] } = await member.graphql.query(
      `query ${'n'.repeat(50_000)}(${variables}) { viewer { id } }`,
    );
    expect(status).toBe(400);
    // The last one says that there are more.
    expect(errors).toHaveLength(51);
    expect(errors.every(({ message }) => message.length <= 2_000)).toBe(true);
  });
});

test('lists at most 50 mistakes of an input, in short texts', () => {
  const found = Array.from({ length: 1_000 }, (_, i) => ({ path: `list[${i}]`, message: 'x'.repeat(5_000) }));
  const { message, details } = badUserInput(found);
  expect(message).toHaveLength(2_000);
  expect(details.fields).toHaveLength(50);
  expect((details.fields as FieldMistake[])[0]?.message).toHaveLength(2_000);
});
