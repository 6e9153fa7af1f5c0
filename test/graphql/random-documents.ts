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
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  getNamedType,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
} from 'graphql';

/** Returns numbers from 0 to 1 in an order that the seed determines (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

const Kind = new GraphQLEnumType({ name: 'Kind', values: { A: {}, B: {}, C: {} } });
const Range = new GraphQLInputObjectType({
  name: 'Range',
  fields: { from: { type: new GraphQLNonNull(GraphQLInt) }, to: { type: GraphQLInt, defaultValue: 9 } },
});
const Filter = new GraphQLInputObjectType({
  name: 'Filter',
  fields: {
    text: { type: GraphQLString },
    kinds: { type: new GraphQLList(new GraphQLNonNull(Kind)) },
    limit: { type: new GraphQLNonNull(GraphQLInt), defaultValue: 3 },
    ranges: { type: new GraphQLList(Range) },
  },
});
const Node = new GraphQLInterfaceType({
  name: 'Node',
  fields: { id: { type: new GraphQLNonNull(GraphQLID) }, label: { type: GraphQLString } },
  resolveType: (value: { type: string }) => value.type,
});

/** Echoes its arguments, so that a difference in their coercion shows in the result. */
const echo = {
  type: GraphQLString,
  args: {
    kind: { type: Kind, defaultValue: 'A' },
    kinds: { type: new GraphQLList(new GraphQLNonNull(Kind)) },
    count: { type: new GraphQLNonNull(GraphQLInt), defaultValue: 7 },
    numbers: { type: new GraphQLList(new GraphQLNonNull(GraphQLInt)) },
    filter: { type: Filter },
    on: { type: GraphQLBoolean },
  },
  resolve: (_: unknown, args: object) =>
    JSON.stringify(Object.entries(args).toSorted(([one], [other]) => (one < other ? -1 : 1))),
};
const Item: GraphQLObjectType = new GraphQLObjectType({
  name: 'Item',
  interfaces: [Node],
  fields: () => ({
    id: { type: new GraphQLNonNull(GraphQLID) },
    label: { type: GraphQLString },
    kind: { type: Kind },
    size: { type: GraphQLInt },
    nothing: { type: GraphQLString, resolve: () => null },
    fails: {
      type: GraphQLString,
      resolve: () => {
        throw new Error('It fails.');
      },
    },
    strict: {
      type: new GraphQLNonNull(GraphQLString),
      resolve: ({ id }: { id: string }) => (id === 'i2' ? null : id),
    },
    echo,
    owner: { type: Owner, resolve: () => Promise.resolve({ type: 'Owner', id: 'o1', label: 'Owner' }) },
    children: { type: new GraphQLList(new GraphQLNonNull(Item)), resolve: () => items.slice(1) },
    related: { type: new GraphQLList(Node), resolve: () => [items[0], null, owner] },
  }),
});
const Owner: GraphQLObjectType = new GraphQLObjectType({
  name: 'Owner',
  interfaces: [Node],
  fields: () => ({
    id: { type: new GraphQLNonNull(GraphQLID) },
    label: { type: GraphQLString },
    items: { type: new GraphQLNonNull(new GraphQLList(Item)), resolve: () => items },
    echo,
  }),
});
const Result = new GraphQLUnionType({
  name: 'Result',
  types: [Item, Owner],
  resolveType: (value: { type: string }) => value.type,
});

const items = ['i1', 'i2', 'i3'].map((id, index) => ({
  type: 'Item',
  id,
  label: `Item ${id}`,
  kind: ['A', 'B', 'C'][index],
  size: index,
}));
const owner = { type: 'Owner', id: 'o2', label: 'Second owner' };

/** A schema with every kind of type and argument, whose resolvers return fixed values, null and errors. */
export const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      item: { type: Item, resolve: () => items[0] },
      items: { type: new GraphQLList(new GraphQLNonNull(Item)), resolve: () => items },
      node: { type: Node, resolve: () => Promise.resolve(owner) },
      search: { type: new GraphQLList(Result), resolve: () => [...items, owner] },
      echo,
    },
  }),
});

interface Variable {
  name: string;
  type: GraphQLInputType;
  text: string;
}

/** Returns a random query, usually a valid one, with variables for it. */
export function randomDocument(random: () => number): { text: string; variables: Record<string, unknown> } {
  const chance = (probability: number) => random() < probability;
  const pick = <One>(list: readonly One[]): One => list[Math.floor(random() * list.length)]!;
  const variables: Variable[] = [];
  const values: Record<string, unknown> = {};
  let aliases = 0;
  const fragments: { name: string; type: GraphQLCompositeType; text: string }[] = [];

  const isGiven = (field: GraphQLInputField) => isRequiredInputField(field) || chance(0.5);

  const literal = (type: GraphQLInputType): string =>
    !isNonNullType(type) && chance(0.1) ? 'null' : nonNullLiteral(type);
  const nonNullLiteral = (type: GraphQLInputType): string => {
    if (isNonNullType(type)) return nonNullLiteral(type.ofType);
    if (isListType(type)) {
      if (chance(0.2)) return nonNullLiteral(type.ofType);
      return `[${Array.from({ length: Math.floor(random() * 3) }, () => argumentValue(type.ofType)).join(', ')}]`;
    }
    if (isEnumType(type)) return pick(['A', 'B', 'C']);
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(isGiven);
      return `{ ${fields.map((field) => `${field.name}: ${argumentValue(field.type)}`).join(', ')} }`;
    }
    if (type === GraphQLInt) return String(Math.floor(random() * 10));
    if (type === GraphQLBoolean) return pick(['true', 'false']);
    return `"${pick(['x', 'y'])}"`;
  };
  const plainValue = (type: GraphQLInputType): unknown => {
    if (isNonNullType(type)) return plainNonNull(type.ofType);
    return chance(0.2) ? null : plainNonNull(type);
  };
  const plainNonNull = (type: GraphQLInputType): unknown => {
    if (isListType(type)) {
      if (chance(0.2)) return plainNonNull(type.ofType);
      return Array.from({ length: Math.floor(random() * 3) }, () => plainValue(type.ofType));
    }
    if (isNonNullType(type)) return plainNonNull(type.ofType);
    if (isEnumType(type)) return pick(['A', 'B', 'C']);
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(isGiven);
      return Object.fromEntries(fields.map((field) => [field.name, plainValue(field.type)]));
    }
    if (type === GraphQLInt) return Math.floor(random() * 10);
    if (type === GraphQLBoolean) return chance(0.5);
    return pick(['x', 'y']);
  };
  const newVariable = (type: GraphQLInputType): string => {
    const known = variables.filter((variable) => String(variable.type) === String(type));
    if (known.length > 0 && chance(0.5)) return `$${pick(known).name}`;
    const name = `v${variables.length}`;
    // A nullable variable with a default may stand where null may not.
    const declared = isNonNullType(type) && chance(0.3) ? type.ofType : type;
    const isDefaulted = chance(0.4) || declared !== type;
    const defaultText = isDefaulted ? ` = ${constant(declared)}` : '';
    variables.push({ name, type, text: `$${name}: ${declared}${defaultText}` });
    if (!isNonNullType(declared) ? chance(0.7) : !isDefaulted || chance(0.5))
      values[name] = plainValue(declared);
    return `$${name}`;
  };
  let isConstant = false;
  /** Returns a literal without variables, as a default value must be. */
  const constant = (type: GraphQLInputType): string => {
    isConstant = true;
    const text = nonNullLiteral(type);
    isConstant = false;
    return text;
  };
  const argumentValue = (type: GraphQLInputType): string =>
    !isConstant && chance(0.35) ? newVariable(type) : literal(type);
  const argumentsOf = (args: readonly GraphQLArgument[]): string => {
    const given = args.filter(() => chance(0.4)).map(({ name, type }) => `${name}: ${argumentValue(type)}`);
    return given.length > 0 ? `(${given.join(', ')})` : '';
  };
  const condition = () =>
    chance(0.3)
      ? ` @${pick(['include', 'skip'])}(if: ${chance(0.7) ? newVariable(new GraphQLNonNull(GraphQLBoolean)) : pick(['true', 'false'])})`
      : '';
  const possibleConditions = (type: GraphQLCompositeType): GraphQLNamedType[] =>
    isAbstractType(type) ? [Item, Owner, Node] : [type, ...(isObjectType(type) ? type.getInterfaces() : [])];
  const selections = (type: GraphQLCompositeType, depth: number): string => {
    const parts = Array.from({ length: 1 + Math.floor(random() * 3) }, () => selection(type, depth));
    return `{ ${parts.join(' ')} }`;
  };
  const selection = (type: GraphQLCompositeType, depth: number): string => {
    if (depth > 3) return `__typename${condition()}`;
    if (chance(0.25)) {
      const on = pick(possibleConditions(type)) as GraphQLCompositeType;
      const typeCondition = on === type && chance(0.5) ? '' : ` on ${on}`;
      return `...${typeCondition}${condition()} ${selections(on, depth + 1)}`;
    }
    if (chance(0.3)) return `...${fragmentFor(type, depth)}${condition()}`;
    if (!('getFields' in type) || chance(0.1))
      return `${chance(0.3) ? 'kindOf: ' : ''}__typename${condition()}`;
    const field = pick(Object.values(type.getFields()));
    const below = getNamedType(field.type);
    const given = argumentsOf(field.args);
    // Two fields of one name with different arguments can't be merged.
    const alias = given || chance(0.2) ? `${field.name}${given ? (aliases += 1) : 'Again'}: ` : '';
    const nested = isCompositeType(below) ? ` ${selections(below, depth + 1)}` : '';
    return `${alias}${field.name}${given}${condition()}${nested}`;
  };
  const fragmentFor = (type: GraphQLCompositeType, depth: number): string => {
    const known = fragments.filter((fragment) => fragment.type === type && fragment.text !== '');
    if (known.length > 0 && (chance(0.6) || fragments.length > 5)) return pick(known).name;
    const on = pick(possibleConditions(type)) as GraphQLCompositeType;
    const fragment = { name: `F${fragments.length}`, type: on, text: '' };
    fragments.push(fragment);
    fragment.text = `fragment ${fragment.name} on ${on} ${selections(on, depth + 1)}`;
    return fragment.name;
  };

  const body = selections(schema.getQueryType()!, 0);
  const declared = variables.length > 0 ? `(${variables.map(({ text }) => text).join(', ')})` : '';
  const text = [`query Random${declared} ${body}`, ...fragments.map((fragment) => fragment.text)].join('\n');
  return { text, variables: values };
}
