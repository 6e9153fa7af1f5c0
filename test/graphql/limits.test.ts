import { buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { LimitsRule } from '../../src/graphql/limits.js';
import { maxTokens } from '../../src/input-limits.js';

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

test('accepts fifty aliases and refuses fifty-one, also when fragments multiply them', () => {
  const aliases = (n: number) => Array.from({ length: n }, (_, i) => `x${i}: id`).join(' ');
  expect(refusals(`{ a { ${aliases(50)} } }`)).toEqual([]);
  expect(refusals(`{ a { ${aliases(51)} } }`)).toEqual([
    'The operation has 51 aliases; at most 50 are allowed.',
  ]);
  const document = `
    { a { p: a { ...Ten } q: a { ...Ten } r: a { ...Ten } s: a { ...Ten } t: a { ...Ten } } }
    fragment Ten on Node { ${aliases(10)} }`;
  expect(refusals(document)).toEqual(['The operation has 55 aliases; at most 50 are allowed.']);
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
