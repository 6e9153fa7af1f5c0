import {
  GraphQLBoolean,
  GraphQLInt,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type GraphQLInputField,
  type GraphQLInputType,
} from 'graphql';
import type { Choice } from './random.js';

const wrongValues = [7.5, 'Z', true, {}, [[[null]]], { from: 'x', extra: 1 }, [1, 'A', false], ''];

/** Returns a writer of values of variables. A value is of a wrong type with the given probability, in any place. */
export function randomValues({ chance, pick, below }: Choice) {
  const value = (type: GraphQLInputType, wrong: number): unknown => {
    if (chance(wrong)) return pick(wrongValues);
    if (isNonNullType(type)) return chance(wrong) ? null : nonNull(type.ofType, wrong);
    return chance(0.2) ? null : nonNull(type, wrong);
  };
  const nonNull = (type: GraphQLInputType, wrong: number): unknown => {
    if (isListType(type)) {
      // A single value stands for a list of one.
      if (chance(0.15)) return value(type.ofType, wrong);
      return Array.from({ length: below(3) }, () => value(type.ofType, wrong));
    }
    if (isEnumType(type)) return pick(['A', 'B', 'C']);
    if (isInputObjectType(type)) {
      const given = Object.values(type.getFields()).filter((field) => isGiven(field) && !chance(wrong));
      return Object.fromEntries(given.map((field) => [field.name, value(field.type, wrong)]));
    }
    if (type === GraphQLInt) return below(10);
    if (type === GraphQLBoolean) return chance(0.5);
    return pick(['x', 'y']);
  };
  const isGiven = (field: GraphQLInputField) => isRequiredInputField(field) || chance(0.5);
  return value;
}

/** Writes a variable for a type, or returns null for a literal. */
type VariableFor = (type: GraphQLInputType) => string | null;

/** Returns a writer of literals. */
export function randomLiterals({ chance, pick, below }: Choice) {
  const literal = (type: GraphQLInputType, variableFor: VariableFor): string =>
    variableFor(type) ?? (!isNonNullType(type) && chance(0.15) ? 'null' : nonNullLiteral(type, variableFor));
  const nonNullLiteral = (type: GraphQLInputType, variableFor: VariableFor): string => {
    if (isNonNullType(type)) return nonNullLiteral(type.ofType, variableFor);
    if (isListType(type)) {
      // A single value stands for a list of one. A variable, null and a list don't.
      if (chance(0.2)) {
        const single = nonNullLiteral(type.ofType, variableFor);
        return single.startsWith('[') ? `[${single}]` : single;
      }
      return `[${Array.from({ length: below(3) }, () => literal(type.ofType, variableFor)).join(', ')}]`;
    }
    if (isEnumType(type)) return pick(['A', 'B', 'C']);
    if (isInputObjectType(type)) {
      const given = Object.values(type.getFields()).filter(
        (field) => isRequiredInputField(field) || chance(0.4),
      );
      return `{ ${given.map((field) => `${field.name}: ${literal(field.type, variableFor)}`).join(', ')} }`;
    }
    if (type === GraphQLInt) return String(below(10));
    if (type === GraphQLBoolean) return pick(['true', 'false']);
    return `"${pick(['x', 'y'])}"`;
  };
  return { literal, nonNullLiteral };
}
