import 'reflect-metadata';
import {
  getNamedType,
  getNullableType,
  GraphQLID,
  GraphQLInt,
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
import { checkUuids } from '../../src/graphql/uuid-inputs.js';
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
    expect(() => checkUuids(schema)).toThrow('Query.item takes the id ids, which needs @Uuid().');
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
    expect(() => checkUuids(schema)).toThrow('ForgottenField takes the id ownerId, which needs @Uuid().');
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
    expect(() => checkUuids(schema)).toThrow(`Query.item marks id with @Uuid(), but its type isn't ID.`);
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
      ): string {
        return JSON.stringify({ id, ids, input });
      }
    }
    const schema = await buildSchema({ resolvers: [ItemResolver] });
    checkUuids(schema);
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
      `query ($x: [ID!], $y: [ID]) { item(ids: $x, input: { ids: $y }) }`,
      { x: [wellFormed, malformed, 'a'], y: [null, malformed] },
      ['input.ids[1]', 'ids[1]', 'ids[2]'],
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
    const text = 'query ($x: ID, $y: [ID!], $z: Item) { item(id: $x, ids: $y, input: $z) }';
    const upperCase = wellFormed.toUpperCase();
    const accepted = { x: upperCase, y: [wellFormed], z: { id: null, ids: [null, wellFormed], parts: [] } };
    for (const variables of [accepted, { x: null, y: null, z: null }, {}]) {
      const { x, y, z } = variables as typeof accepted;
      const item = JSON.stringify({ id: x, ids: y, input: z });
      expect(await execute(text, variables)).toEqual(Array.from({ length: 3 }, () => ({ item })));
    }
  });

  it('lists at most 50 malformed ids', async () => {
    const x = Array.from({ length: 1_000 }, () => malformed);
    const paths = Array.from({ length: 50 }, (_, index) => `ids[${index}]`);
    expect(await execute('query ($x: [ID!]) { item(ids: $x) }', { x })).toEqual(refusedAt(...paths));
  });
});

describe('every id of the API', () => {
  let app: TestApp;
  let admin: SignedInUser;
  let member: SignedInUser;
  beforeAll(async () => {
    app = await startApp();
    admin = await seedSignedInUser(app, { role: 'ADMIN' });
    member = await seedSignedInUser(app);
  });
  afterAll(() => app.close());

  /** Writes a literal of a type: what is required, and the malformed id at the end of `path`. */
  function literal(type: GraphQLInputType, path: string[] | null): string {
    const nullable: GraphQLInputType = getNullableType(type);
    if (isListType(nullable)) return path ? `[${literal(nullable.ofType, path)}]` : '[]';
    if (isInputObjectType(nullable)) return `{ ${members(Object.values(nullable.getFields()), path)} }`;
    if (nullable === GraphQLID) return `"${path ? malformed : wellFormed}"`;
    return nullable === GraphQLInt ? '1' : '"x"';
  }

  const members = (inputs: readonly Input[], path: string[] | null) =>
    inputs
      .filter(
        ({ name, type, defaultValue }) =>
          path?.[0] === name || (isNonNullType(type) && defaultValue === undefined),
      )
      .map(({ name, type }) => `${name}: ${literal(type, path?.[0] === name ? path.slice(1) : null)}`)
      .join(', ');

  /** Returns the paths of the ids below these inputs. */
  const idPaths = (inputs: readonly Input[]): string[][] =>
    inputs.flatMap((input) => {
      const named = getNamedType(input.type);
      if (named === GraphQLID) return [[input.name]];
      if (!isInputObjectType(named)) return [];
      return idPaths(Object.values(named.getFields())).map((below) => [input.name].concat(below));
    });

  it('is checked before the operation runs, and after the role', async () => {
    const schema = await createSchema();
    const seen: string[] = [];
    for (const root of [schema.getQueryType(), schema.getMutationType()]) {
      for (const field of Object.values(root?.getFields() ?? {})) {
        for (const path of idPaths(field.args)) {
          const selection = isObjectType(getNamedType(field.type)) ? '{ __typename }' : '';
          const document = `${root === schema.getMutationType() ? 'mutation' : 'query'}
            { ${field.name}(${members(field.args, path)}) ${selection} }`;
          const error = await admin.graphql.error(document);
          const at = `${field.name}: ${path.join('.')}`;
          expect({ at, extensions: error.extensions, path: error.path }).toEqual({
            at,
            extensions: {
              code: 'BAD_USER_INPUT',
              fields: [{ path: path.join('.'), message: 'Enter a UUID.' }],
            },
            path: [field.name],
          });
          if (field.extensions.audience === 'ADMIN') {
            expect((await member.graphql.error(document)).extensions.code).toBe('FORBIDDEN');
          }
          seen.push(at);
        }
      }
    }
    expect(seen.length).toBeGreaterThan(15);
    expect(seen).toEqual(
      expect.arrayContaining(['createMcpServerConfig: input.id', 'auditEvents: filter.subjectId']),
    );
  });
});
