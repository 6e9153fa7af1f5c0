import 'reflect-metadata';
import {
  getNamedType,
  getNullableType,
  GraphQLID,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { Arg, buildSchema, Field, ID, InputType, Query, Resolver } from 'type-graphql';
import type { Context } from '../../src/graphql/context.js';
import { createExecutor } from '../../src/graphql/execution.js';
import { createSchema } from '../../src/graphql/schema.js';
import { checkInputs } from '../../src/graphql/input-checks.js';
import { uuidDirective, Uuid } from '../../src/uuid-input.js';
import { startApp, type TestApp } from '../support/app.js';
import { seedSignedInUser, type SignedInUser } from '../support/seed.js';
import { unlimitedCost } from './cost/unlimited-cost.js';

const malformed = '01900000-0000-7000-8000-00000000000g';
const wellFormed = '01900000-0000-7000-8000-00000000000f';

type Input = GraphQLArgument | GraphQLInputField;
const isId = ({ type }: Input) => getNamedType(type) === GraphQLID;
const isMarked = ({ astNode }: Input) =>
  astNode?.directives?.some(({ name }) => name.value === uuidDirective) ?? false;

/** Returns every argument and input field of a schema, with where it is. */
function inputsOf(schema: GraphQLSchema): { at: string; input: Input }[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (isInputObjectType(type)) {
      return Object.values(type.getFields()).map((input) => ({ at: `${type.name}.${input.name}`, input }));
    }
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap(({ name, args }) =>
      args.map((input) => ({ at: `${type.name}.${name}(${input.name})`, input })),
    );
  });
}

describe('the schema', () => {
  it('marks every ID argument and input field, and nothing else, with @Uuid()', async () => {
    const inputs = inputsOf(await createSchema());
    expect(inputs.filter(({ input }) => isId(input)).length).toBeGreaterThan(15);
    expect(inputs.filter(({ input }) => isId(input) !== isMarked(input)).map(({ at }) => at)).toEqual([]);
  });

  it('does not build with an ID argument that @Uuid() does not mark', async () => {
    @Resolver()
    class ForgottenArgument {
      @Query(() => String)
      item(@Arg('ids', () => [ID]) ids: string[]): string {
        return ids.join();
      }
    }
    const schema = await buildSchema({ resolvers: [ForgottenArgument] });
    expect(() => checkInputs(schema)).toThrow('Query.item takes the id ids, which needs @Uuid().');
  });

  it('does not build with an ID input field that @Uuid() does not mark', async () => {
    @InputType()
    class ForgottenField {
      @Field(() => ID, { nullable: true })
      ownerId?: string | null;
    }
    @Resolver()
    class ForgottenFieldResolver {
      @Query(() => String)
      item(@Arg('input', () => ForgottenField, { nullable: true }) input: unknown): string {
        return String(input);
      }
    }
    const schema = await buildSchema({ resolvers: [ForgottenFieldResolver] });
    expect(() => checkInputs(schema)).toThrow('ForgottenField takes the id ownerId, which needs @Uuid().');
  });

  it('does not build with @Uuid() on an input of another type', async () => {
    @Resolver()
    class WrongType {
      @Query(() => String)
      item(@Uuid() @Arg('id', () => String) id: string): string {
        return id;
      }
    }
    const schema = await buildSchema({ resolvers: [WrongType] });
    expect(() => checkInputs(schema)).toThrow(`Query.item marks id with @Uuid(), but its type isn't ID.`);
  });

  it('does not build with an input type that contains itself, directly or through others', async () => {
    @InputType()
    class Condition {
      @Field(() => Group, { nullable: true })
      group?: unknown;
    }
    @InputType()
    class Group {
      @Field(() => [Condition])
      all!: Condition[];
    }
    @Resolver()
    class Recursive {
      @Query(() => String)
      item(@Arg('filter', () => Condition, { nullable: true }) filter: unknown): string {
        return String(filter);
      }
    }
    const schema = await buildSchema({ resolvers: [Recursive] });
    expect(() => checkInputs(schema)).toThrow('The input type Condition contains itself');
  });
});

describe('an id in any position', () => {
  let execute: (text: string, variables?: Record<string, unknown>) => Promise<unknown[]>;

  beforeAll(async () => {
    @InputType()
    class Part {
      @Uuid()
      @Field(() => ID, { nullable: true })
      id?: string | null;

      @Uuid()
      @Field(() => [ID], { nullable: true })
      ids?: string[] | null;
    }
    @InputType()
    class Item {
      @Uuid()
      @Field(() => ID, { nullable: true })
      id?: string | null;

      @Uuid()
      @Field(() => [ID], { nullable: 'itemsAndList' })
      ids?: (string | null)[] | null;

      @Field(() => [Part], { nullable: true })
      parts?: Part[] | null;

      @Field(() => String, { nullable: true })
      name?: string | null;
    }
    @Resolver()
    class ItemResolver {
      @Query(() => String, { nullable: true })
      item(
        @Uuid() @Arg('id', () => ID, { nullable: true }) id: string | null,
        @Uuid() @Arg('ids', () => [ID], { nullable: true }) ids: string[] | null,
        @Arg('input', () => Item, { nullable: true }) input: Item | null,
        @Arg('filter', () => Item, { nullable: true }) filter: Item | null,
      ): string {
        return JSON.stringify({ id, ids, input, filter });
      }
    }
    const schema = await buildSchema({ resolvers: [ItemResolver] });
    checkInputs(schema);
    const run = createExecutor({ EVERYONE: schema, ADMIN: schema }, unlimitedCost(schema));
    execute = async (text, variables = {}) => {
      const document = parse(text);
      const answers: unknown[] = [];
      // Interpreted at the first time, compiled from the second time on.
      for (let time = 0; time < 3; time += 1) {
        const { data, errors } = await run({ document, variables }, {
          viewer: { isAdmin: false },
        } as Context);
        const error = errors?.[0]?.originalError as
          { code?: string; details?: { fields?: unknown } } | undefined;
        answers.push(error ? { code: error.code, fields: error.details?.fields } : data);
      }
      return answers;
    };
  });

  const refusedAt = (...paths: string[]) => {
    const fields = paths.map((path) => ({ path, message: 'Enter a UUID.' }));
    return Array.from({ length: 3 }, () => ({ code: 'BAD_USER_INPUT', fields }));
  };

  it.each<[string, string, Record<string, unknown>, string[]]>([
    ['a literal', `{ item(id: "${malformed}") }`, {}, ['id']],
    ['an integer literal', '{ item(id: 7) }', {}, ['id']],
    ['an empty literal', '{ item(id: "") }', {}, ['id']],
    ['a literal in braces', `{ item(id: "{${wellFormed}}") }`, {}, ['id']],
    ['a variable', 'query ($x: ID) { item(id: $x) }', { x: malformed }, ['id']],
    [
      'a variable with a line break after it',
      'query ($x: ID) { item(id: $x) }',
      { x: `${wellFormed}\n` },
      ['id'],
    ],
    ['an integer variable', 'query ($x: ID) { item(id: $x) }', { x: 7 }, ['id']],
    ['a default of a variable', `query ($x: ID = "${malformed}") { item(id: $x) }`, {}, ['id']],
    ['a single value for a list', 'query ($x: [ID!]) { item(ids: $x) }', { x: malformed }, ['ids[0]']],
    [
      'lists',
      `query ($x: [ID!], $y: [ID]) { item(ids: $x, filter: { ids: $y }) }`,
      { x: [wellFormed, malformed, 'a'], y: [null, malformed] },
      ['filter.ids[1]', 'ids[1]', 'ids[2]'],
    ],
    [
      'a variable within a list literal',
      `query ($x: ID!) { item(ids: ["${wellFormed}", $x]) }`,
      { x: malformed },
      ['ids[1]'],
    ],
    [
      'nested input objects',
      'query ($x: Item) { item(input: $x) }',
      { x: { id: 'a', parts: [{ id: wellFormed }, { ids: ['b'] }] } },
      ['input.id', 'input.parts[1].ids[0]'],
    ],
    [
      'nested input literals',
      '{ item(input: { id: "a", parts: { ids: "b" } }) }',
      {},
      ['input.id', 'input.parts[0].ids[0]'],
    ],
  ])('is refused with its path: %s', async (_what, text, variables, paths) => {
    expect(await execute(text, variables)).toEqual(refusedAt(...paths));
  });

  it('is accepted when it is well-formed, null or absent', async () => {
    const text = 'query ($x: ID, $y: [ID!], $z: Item) { item(id: $x, ids: $y, input: $z, filter: $z) }';
    const upperCase = wellFormed.toUpperCase();
    const accepted = { x: upperCase, y: [wellFormed], z: { id: null, ids: [null, wellFormed], parts: [] } };
    for (const variables of [accepted, { x: null, y: null, z: null }, {}]) {
      const { x, y, z } = variables as typeof accepted;
      const item = JSON.stringify({ id: x, ids: y, input: z, filter: z });
      expect(await execute(text, variables)).toEqual(Array.from({ length: 3 }, () => ({ item })));
    }
  });

  it('lists at most 50 malformed ids', async () => {
    const x = Array.from({ length: 1_000 }, () => malformed);
    const paths = Array.from({ length: 50 }, (_, index) => `ids[${index}]`);
    expect(await execute('query ($x: [ID!]) { item(ids: $x) }', { x })).toEqual(refusedAt(...paths));
  });
});

describe('every id, text, time and JSON object of the API', () => {
  let app: TestApp;
  let admin: SignedInUser;
  let member: SignedInUser;
  beforeAll(async () => {
    app = await startApp();
    admin = await seedSignedInUser(app, { role: 'ADMIN' });
    member = await seedSignedInUser(app);
  });
  afterAll(() => app.close());

  /** Writes a literal of a type: what is required, and the variable `$bad` at the end of `path`. */
  function literal(type: GraphQLInputType, path: string[] | null): string {
    const nullable: GraphQLInputType = getNullableType(type);
    if (isListType(nullable)) return path ? `[${literal(nullable.ofType, path)}]` : '[]';
    if (isInputObjectType(nullable)) return `{ ${members(Object.values(nullable.getFields()), path)} }`;
    if (path) return '$bad';
    if (isEnumType(nullable)) return nullable.getValues()[0]?.name ?? '';
    return { ID: `"${wellFormed}"`, Int: '1', JSONObject: '{}' }[nullable.name] ?? '"x"';
  }

  const members = (inputs: readonly Input[], path: string[] | null) =>
    inputs
      .filter(
        ({ name, type, defaultValue }) =>
          path?.[0] === name || (isNonNullType(type) && defaultValue === undefined),
      )
      .map(({ name, type }) => `${name}: ${literal(type, path?.[0] === name ? path.slice(1) : null)}`)
      .join(', ');

  /** Returns the paths of the inputs of a type below these inputs. */
  const pathsOf = (type: string, inputs: readonly Input[]): string[][] =>
    inputs.flatMap((input) => {
      const named = getNamedType(input.type);
      if (named.name === type) return [[input.name]];
      if (!isInputObjectType(named)) return [];
      return pathsOf(type, Object.values(named.getFields())).map((below) => [input.name].concat(below));
    });

  /** Returns the input's path in a message. Each list has one element. */
  function messagePath(path: string[], inputs: readonly Input[]): string {
    const [name = '', ...below] = path;
    const type = inputs.find((input) => input.name === name)?.type;
    const named = type && getNamedType(type);
    const here = type && isListType(getNullableType(type)) ? `${name}[0]` : name;
    if (below.length === 0 || !isInputObjectType(named)) return here;
    return `${here}.${messagePath(below, Object.values(named.getFields()))}`;
  }

  it.each<[string, string, unknown, string, number]>([
    ['a malformed id', 'ID', malformed, 'Enter a UUID.', 15],
    ['NUL', 'String', 'a\0b', 'Remove NUL and unpaired surrogates.', 30],
    ['a surrogate without its pair', 'String', 'a\udc00b', 'Remove NUL and unpaired surrogates.', 30],
    [
      'a time before year 1',
      'DateTimeISO',
      '0000-12-31T23:59:59Z',
      'Enter a time from year 1 to year 9999.',
      3,
    ],
    [
      'a time after year 9999',
      'DateTimeISO',
      '9999-12-31T23:59:59-01:00',
      'Enter a time from year 1 to year 9999.',
      3,
    ],
    [
      'a surrogate in a JSON value',
      'JSONObject',
      { a: [{ b: 'x\ud83d' }] },
      'Remove unpaired surrogates.',
      1,
    ],
    ['a surrogate in a JSON key', 'JSONObject', { a: { 'x\ud83d': 1 } }, 'Remove unpaired surrogates.', 1],
  ])(
    'is refused before the operation runs, and after the role: %s',
    async (_what, type, bad, message, least) => {
      const schema = await createSchema();
      let seen = 0;
      for (const root of [schema.getQueryType(), schema.getMutationType()]) {
        for (const field of Object.values(root?.getFields() ?? {})) {
          for (const path of pathsOf(type, field.args)) {
            const selection = isObjectType(getNamedType(field.type)) ? '{ __typename }' : '';
            const document = `${root === schema.getMutationType() ? 'mutation' : 'query'} ($bad: ${type}!)
            { ${field.name}(${members(field.args, path)}) ${selection} }`;
            const error = await admin.graphql.error(document, { bad });
            const at = `${field.name}: ${path.join('.')}`;
            expect({ at, extensions: error.extensions, path: error.path }).toEqual({
              at,
              extensions: {
                code: 'BAD_USER_INPUT',
                fields: [{ path: messagePath(path, field.args), message }],
              },
              path: [field.name],
            });
            if (field.extensions.audience === 'ADMIN') {
              expect((await member.graphql.error(document, { bad })).extensions.code).toBe('FORBIDDEN');
            }
            seen += 1;
          }
        }
      }
      expect(seen).toBeGreaterThanOrEqual(least);
    },
  );

  it.each([
    ['{ auditEvents(filter: { from: "0000-01-01T00:00:00Z" }) { __typename } }', 'filter.from'],
    ['{ auditEvents(filter: { to: "9999-12-31T23:59:59-23:59" }) { __typename } }', 'filter.to'],
    ['{ mcpServerConfigs(filter: { search: "a\\u0000b" }) { __typename } }', 'filter.search'],
    ['query ($x: String = "\\u0000") { failureReport(reference: $x) { __typename } }', 'reference'],
  ])('is refused in a literal and in a default: %s', async (document, path) => {
    const { extensions } = await admin.graphql.error(document.replace('$x: String', '$x: String!'));
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path }] });
  });

  it.each([
    '+275760-09-13T00:00:00.001Z',
    '300000-01-01T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
  ])('refuses the time %s, which is not of RFC 3339', async (from) => {
    const document = 'query ($from: DateTimeISO) { auditEvents(filter: { from: $from }) { __typename } }';
    const { extensions } = await admin.graphql.error(document, { from });
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'from' }] });
    const literal = await admin.graphql.error(`{ auditEvents(filter: { from: "${from}" }) { __typename } }`);
    expect(literal.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('accepts the first and the last time that can be stored', async () => {
    const document = `{ auditEvents(filter: { from: "0001-01-01T00:00:00Z", to: "9999-12-31T23:59:59.999Z" }) { edges { cursor } } }`;
    const { auditEvents } = await admin.graphql.data<{ auditEvents: { edges: unknown[] } }>(document);
    expect(auditEvents.edges.length).toBeGreaterThan(0);
  });
});
