import {
  coerceInputValue,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { FieldMistake } from '../errors.js';

/** Mistakes to report at most. */
const maxMistakes = 50;

/**
 * Returns a mistake for every value among `variables` that doesn't fit its declared type. graphql-js's own messages quote
 * the value, which may be a secret in the wrong place. These name the path and the type only.
 */
export function mistakesInVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): FieldMistake[] {
  const mistakes: FieldMistake[] = [];
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    if (!type || !isInputType(type)) continue;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) {
      if (isNonNullType(type) && !definition.defaultValue)
        mistakes.push({ path: name, message: `A value of type ${type} is required.` });
      continue;
    }
    coerceInputValue(value, type, (path, _value, error) => {
      if (mistakes.length === maxMistakes) return;
      const expected = typeAt(type, path);
      const message = error.message.startsWith('Field "')
        ? error.message
        : `Expected a value of type ${expected}.`;
      mistakes.push({ path: written([name, ...path]), message });
    });
  }
  return mistakes;
}

function typeAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType {
  let here = type;
  for (const step of path) {
    const nullable: GraphQLInputType = getNullableType(here);
    if (isListType(nullable)) here = nullable.ofType;
    // A single value is a list of one. The step then belongs to the element.
    const element: GraphQLInputType = getNullableType(here);
    if (typeof step === 'string' && isInputObjectType(element))
      here = element.getFields()[step]?.type ?? here;
  }
  return here;
}

function written(path: readonly (string | number)[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);
}
