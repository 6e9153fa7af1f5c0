import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';

/** The rows of the lists of introspection, by `__Type.field`. */
export type IntrospectionRows = ReadonlyMap<string, number>;

/**
 * The cost of a field of introspection, which is interpreted and returns long descriptions. The complete introspection of
 * GraphiQL costs about 55,000.
 */
const weight = 3;

/** Counts what introspection of this schema returns: of the types exactly, of their members the average. */
export function introspectionRows(schema: GraphQLSchema): IntrospectionRows {
  const types = Object.values(schema.getTypeMap());
  const directives = schema.getDirectives();
  let [fields, args, inputFields, values, interfaces] = [0, 0, 0, 0, 0];
  for (const type of types) {
    if (isObjectType(type) || isInterfaceType(type)) {
      const ofType = Object.values(type.getFields());
      fields += ofType.length;
      args += ofType.reduce((sum, field) => sum + field.args.length, 0);
      interfaces += type.getInterfaces().length;
    }
    if (isInputObjectType(type)) inputFields += Object.keys(type.getFields()).length;
    if (isEnumType(type)) values += type.getValues().length;
  }
  return new Map([
    ['Query.__type', weight],
    ['__Schema.types', weight * types.length],
    ['__Schema.directives', weight * directives.length],
    ['__Type.fields', fields / types.length],
    ['__Type.inputFields', inputFields / types.length],
    ['__Type.enumValues', values / types.length],
    ['__Type.interfaces', interfaces / types.length],
    ['__Type.possibleTypes', interfaces / types.length],
    ['__Field.args', args / Math.max(fields, 1)],
    ['__Directive.args', directives.reduce((sum, { args }) => sum + args.length, 0) / directives.length],
  ]);
}
