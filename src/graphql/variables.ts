import {
  coerceInputValue,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { FieldMistake } from '../errors.js';
import { maxListLength, maxMistakes } from '../input-limits.js';

type Values = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/** Ends the coercion of a value whose mistakes have reached the limit. */
class TooManyMistakes extends Error {}

/**
 * Coerces the variables of an operation, with defaults. Returns every value that doesn't fit its declared type as a
 * mistake, 50 at most. graphql-js's own messages quote the value, which may be a secret in the wrong place. These name the
 * path and the type only.
 *
 * The length of every list is checked before its elements, so that the work is bounded for any content.
 */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Values,
): { values: Values; mistakes: FieldMistake[] } {
  const mistakes: FieldMistake[] = [];
  const values: Record<string, unknown> = {};
  const report = (path: Path, message: string) => {
    mistakes.push({ path: written(path), message });
    if (mistakes.length === maxMistakes) throw new TooManyMistakes();
  };
  try {
    for (const definition of operation.variableDefinitions ?? []) {
      const name = definition.variable.name.value;
      const type = typeFromAST(schema, definition.type);
      if (!type || !isInputType(type)) continue;
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value === undefined) {
        if (definition.defaultValue) values[name] = valueFromAST(definition.defaultValue, type);
        else if (isNonNullType(type)) report([name], `A value of type ${type} is required.`);
        continue;
      }
      const before = mistakes.length;
      reportLongLists(value, type, [name], report);
      if (mistakes.length > before) continue;
      values[name] = coerceInputValue(value, type, (path, _value, error) => {
        const isAboutField = error.message.startsWith('Field "');
        report(
          [name, ...path],
          isAboutField ? error.message : `Expected a value of type ${typeAt(type, path)}.`,
        );
      });
    }
  } catch (error) {
    if (!(error instanceof TooManyMistakes)) throw error;
  }
  return { values, mistakes };
}

function reportLongLists(
  value: unknown,
  type: GraphQLInputType,
  path: Path,
  report: (path: Path, message: string) => void,
): void {
  const nullable: GraphQLInputType = getNullableType(type);
  if (isListType(nullable) && Array.isArray(value)) {
    if (value.length > maxListLength) {
      report(path, `Use at most ${maxListLength.toLocaleString('en')} elements.`);
    } else if (
      isListType(getNullableType(nullable.ofType)) ||
      isInputObjectType(getNullableType(nullable.ofType))
    ) {
      for (const [index, element] of value.entries()) {
        reportLongLists(element, nullable.ofType, [...path, index], report);
      }
    }
  } else if (isInputObjectType(nullable) && typeof value === 'object' && value !== null) {
    for (const { name, type: fieldType } of Object.values(nullable.getFields())) {
      if (Object.hasOwn(value, name)) {
        reportLongLists((value as Values)[name], fieldType, [...path, name], report);
      }
    }
  }
}

function typeAt(type: GraphQLInputType, path: Path): GraphQLInputType {
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

function written(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);
}
