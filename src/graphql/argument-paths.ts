import { defaultFieldResolver, isObjectType, type GraphQLSchema } from 'graphql';
import { badUserInput, SwitchboardError } from '../errors.js';

/**
 * Lets the paths of mistakes begin with the name of an argument, in place. Services don't know the arguments of the
 * operation, so they name the members of `input` directly: their `slug` is the client's `input.slug`.
 */
export function namePathsByArguments(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      const names = new Set(field.args.map(({ name }) => name));
      if (!names.has('input')) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = async (...parameters) => {
        try {
          return (await resolve(...parameters)) as unknown;
        } catch (error) {
          throw withArguments(error, names);
        }
      };
    }
  }
}

function withArguments(error: unknown, names: ReadonlySet<string>): unknown {
  if (!(error instanceof SwitchboardError) || !error.details.fields) return error;
  const fields = error.details.fields.map(({ path, message }) => {
    const [first = ''] = path.split(/[.[]/, 1);
    return { path: names.has(first) ? path : `input.${path}`, message };
  });
  if (error.code === 'BAD_USER_INPUT') return badUserInput(fields);
  return new SwitchboardError(error.code, error.message, { ...error.details, fields }, error.evidence);
}
