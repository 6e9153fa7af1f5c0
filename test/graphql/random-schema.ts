import {
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLNullableType,
} from 'graphql';
import { SwitchboardError } from '../../src/errors.js';

const list = <Type extends GraphQLNullableType | GraphQLNonNull<GraphQLNullableType>>(type: Type) =>
  new GraphQLList(type);
const required = <Type extends GraphQLNullableType>(type: Type) => new GraphQLNonNull(type);

const Kind = new GraphQLEnumType({ name: 'Kind', values: { A: {}, B: {}, C: {} } });
const Range = new GraphQLInputObjectType({
  name: 'Range',
  fields: { from: { type: required(GraphQLInt) }, to: { type: GraphQLInt, defaultValue: 9 } },
});
const Filter = new GraphQLInputObjectType({
  name: 'Filter',
  fields: {
    text: { type: GraphQLString },
    kinds: { type: list(required(Kind)) },
    limit: { type: required(GraphQLInt), defaultValue: 3 },
    ranges: { type: list(Range) },
    grid: { type: list(list(required(Range))) },
    range: { type: Range, defaultValue: { from: 1, to: 2 } },
  },
});

/** Echoes arguments, so that a difference in their coercion shows in the result. */
const echoed = (args: object) =>
  JSON.stringify(Object.entries(args).toSorted(([one], [other]) => (one < other ? -1 : 1)));

const echo: GraphQLFieldConfig<unknown, unknown> = {
  type: GraphQLString,
  args: {
    kind: { type: Kind, defaultValue: 'A' },
    kinds: { type: list(required(Kind)) },
    anyKinds: { type: list(Kind), defaultValue: ['A', null] },
    count: { type: required(GraphQLInt), defaultValue: 7 },
    numbers: { type: list(required(GraphQLInt)) },
    matrix: { type: list(list(GraphQLInt)) },
    cube: { type: list(required(list(required(list(Kind))))) },
    filter: { type: Filter },
    filters: { type: list(Filter) },
    on: { type: GraphQLBoolean },
  },
  resolve: (_: unknown, args: object) => echoed(args),
};

/** Arguments of fields with sub-selections. */
const page: GraphQLFieldConfigArgumentMap = {
  first: { type: GraphQLInt, defaultValue: 2 },
  kinds: { type: list(Kind) },
  filter: { type: Filter },
};

const fails = () => {
  throw new Error('It fails.');
};
const failsLater = () => Promise.reject(new SwitchboardError('NOT_FOUND', 'It fails later.'));

interface Row {
  type: 'Item' | 'Owner';
  id: string;
  label: string;
}
const resolveType = ({ type }: Row) => type;

const common = {
  id: { type: required(GraphQLID) },
  label: { type: GraphQLString },
  strict: { type: required(GraphQLString), resolve: ({ id }: Row) => (id === 'i2' ? null : id) },
};
const Node = new GraphQLInterfaceType({
  name: 'Node',
  fields: () => ({ ...common, owner: { type: Owner } }),
  resolveType,
});

const Item: GraphQLObjectType<Row> = new GraphQLObjectType<Row>({
  name: 'Item',
  interfaces: [Node],
  fields: () => ({
    ...common,
    kind: { type: Kind },
    nothing: { type: GraphQLString, resolve: () => null },
    fails: { type: GraphQLString, resolve: fails },
    failsLater: { type: GraphQLString, resolve: failsLater },
    returnsError: { type: GraphQLString, resolve: () => new SwitchboardError('CONFLICT', 'It conflicts.') },
    // A column, which has no resolver.
    size: { type: required(GraphQLInt) },
    strictLater: {
      type: required(GraphQLString),
      resolve: ({ id }) => Promise.resolve(id === 'i5' ? null : id),
    },
    strictFails: { type: required(GraphQLString), resolve: ({ id }) => (id === 'i1' ? fails() : id) },
    numbers: { type: list(list(required(GraphQLInt))), resolve: () => [[1, 2], null, [3, null], []] },
    strictNumbers: {
      type: required(list(required(GraphQLInt))),
      resolve: ({ id }) => (id === 'i4' ? [1, null] : [1]),
    },
    echo,
    owner: { type: Owner, resolve: ({ id }) => Promise.resolve(id === 'i5' ? null : owner) },
    strictOwner: { type: required(Owner), resolve: ({ id }) => Promise.resolve(id === 'i5' ? null : owner) },
    children: {
      type: list(required(Item)),
      args: page,
      resolve: (_, args) => [fine, { ...items[2], label: echoed(args) }],
    },
    strictChildren: {
      type: required(list(required(Item))),
      resolve: ({ id }) => (id === 'i4' ? [fine, items[0]] : [fine]),
    },
    grid: {
      type: list(list(Item)),
      args: page,
      resolve: (_, args) => [labelled(args), null, [items[1], null]],
    },
    related: { type: list(Node), resolve: () => [items[0], null, owner] },
  }),
});
const Owner: GraphQLObjectType<Row> = new GraphQLObjectType<Row>({
  name: 'Owner',
  interfaces: [Node],
  fields: () => ({
    ...common,
    items: { type: required(list(Item)), args: page, resolve: (_, args) => Promise.resolve(labelled(args)) },
    owner: { type: Owner, resolve: failsLater },
    echo,
  }),
});
const Result = new GraphQLUnionType({ name: 'Result', types: [Item, Owner], resolveType });

const items = ['i1', 'i2', 'i3', 'i4', 'i5'].map((id, index) => ({
  type: 'Item' as const,
  id,
  label: `Item ${id}`,
  kind: ['A', 'B', 'C', null, 'A'][index],
  size: index === 2 ? null : index,
}));
/** An item without fields that fail, other than those that always do. */
const fine = { type: 'Item' as const, id: 'i0', label: 'Item', kind: 'C', size: 5 };
const owner: Row = { type: 'Owner', id: 'o2', label: 'Second owner' };

const labelled = (args: object) => items.map((item) => ({ ...item, label: echoed(args) }));

/** Object types that a fragment can be on, below an interface or a union. */
export const abstractConditions = [Item, Owner, Node];

/**
 * A schema with every kind of type and argument. Its resolvers return fixed values, null and errors, at once or later. A
 * null and an error also occur in non-null fields and in elements of lists.
 *
 * In a list of non-null elements only the last one fails. graphql-js would not handle the rejection of another one.
 */
export const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      item: { type: Item, args: page, resolve: (_, args) => ({ ...items[0], label: echoed(args) }) },
      items: { type: list(required(Item)), resolve: () => [fine, items[4]] },
      all: { type: list(Item), resolve: () => items },
      node: { type: Node, resolve: () => Promise.resolve(owner) },
      search: { type: list(Result), args: page, resolve: (_, args) => [...labelled(args), owner, null] },
      nowhere: { type: Item, resolve: failsLater },
      strictItem: { type: required(Item), resolve: () => Promise.resolve(items[4]) },
      echo,
    },
  }),
});
