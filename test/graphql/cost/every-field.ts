import {
  getNamedType,
  isNonNullType,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** Writes a selection of every field of a type, nested. Fields with required arguments are left out. */
export function everyField(schema: GraphQLSchema, typeName: string): string {
  const select = (type: GraphQLObjectType, above: readonly string[]): string => {
    const fields = Object.values(type.getFields()).flatMap((field) => {
      const below = getNamedType(field.type);
      const isRequired = field.args.some(
        ({ type: input, defaultValue }) => isNonNullType(input) && defaultValue === undefined,
      );
      if (isRequired || above.includes(below.name)) return [];
      return isObjectType(below) ? `${field.name} ${select(below, [...above, below.name])}` : field.name;
    });
    return `{ ${fields.join(' ')} }`;
  };
  return select(schema.getType(typeName) as GraphQLObjectType, [typeName]);
}
