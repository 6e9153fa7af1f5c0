import {
  getNamedType,
  getNullableType,
  GraphQLID,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLSchema,
} from 'graphql';
import { createSchema, ownObjectTypes } from '../../src/graphql/schema.js';

// The shapes that Apollo Client, urql and Relay expect. The tests read the schema, so they hold for new fields too.

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await createSchema();
});

const mutations = () => Object.values(schema.getMutationType()!.getFields());
const queries = () => Object.values(schema.getQueryType()!.getFields());

const isRequiredId = ({ type }: GraphQLArgument) => isNonNullType(type) && type.ofType === GraphQLID;
const isRequiredInput = ({ name, type }: GraphQLArgument) =>
  name === 'input' && isNonNullType(type) && isInputObjectType(type.ofType);

test('every mutation takes required ids and at most one input object, which is required', () => {
  expect(mutations().length).toBeGreaterThan(15);
  const others = mutations().flatMap(({ name, args }) =>
    args.filter((arg) => !isRequiredId(arg) && !isRequiredInput(arg)).map((arg) => `${name}(${arg.name})`),
  );
  expect(others).toEqual([]);
});

test('every mutation returns a nullable payload of its own, named after it', () => {
  const expected = mutations().map(({ name }) => `${name[0]!.toUpperCase()}${name.slice(1)}Payload`);
  expect(mutations().map(({ type }) => String(type))).toEqual(expected);
  expect(mutations().filter(({ type }) => !isObjectType(type))).toEqual([]);
});

test('every root field that may find nothing is nullable, so that it leaves the rest of a response', () => {
  const takingIds = queries().filter(({ args }) =>
    args.some(({ name, type }) => getNamedType(type) === GraphQLID && /^id$/i.test(name)),
  );
  expect(takingIds.length).toBeGreaterThan(2);
  expect(takingIds.filter(({ type }) => isNonNullType(type)).map(({ name }) => name)).toEqual([]);
});

test('only entities have an id, so that no cache takes another object for one', () => {
  const withId = ownObjectTypes(schema).filter((type) => 'id' in type.getFields());
  expect(withId.map(({ name }) => name).toSorted()).toEqual([
    'ApiToken',
    'AuditEvent',
    'ConnectedAccount',
    'McpServerConfig',
    'McpServerRevocation',
    'User',
  ]);
  const nullable = withId.filter(
    (type) => getNullableType(type.getFields().id!.type) === type.getFields().id!.type,
  );
  expect(nullable.map(({ name }) => name)).toEqual([]);
});

test('a preview contains no entity', () => {
  const previews = ownObjectTypes(schema).filter(({ name }) => name.endsWith('Preview'));
  expect(previews.length).toBeGreaterThan(0);
  const objects = previews.flatMap((type) =>
    Object.values(type.getFields())
      .filter((field) => isObjectType(getNamedType(field.type)))
      .map(({ name }) => `${type.name}.${name}`),
  );
  expect(objects).toEqual([]);
});
