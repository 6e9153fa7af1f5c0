import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  GraphQLID,
  isInputObjectType,
  isListType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { badUserInput, type FieldMistake } from '../errors.js';
import { uuidDirective } from '../uuid-input.js';
import { isUuid } from '../uuid.js';
import { maxMistakes } from '../input-limits.js';

/** Adds the mistakes of a coerced value. */
type Check = (value: unknown, path: string, mistakes: FieldMistake[]) => void;

/**
 * Checks every argument and input field that `@Uuid()` marks, in place, before the field's resolver runs. The check sees
 * coerced arguments, so it is the same for literals, variables and defaults, interpreted and compiled.
 * @throws Error naming an input of type `ID` without `@Uuid()`, or another input with it
 */
export function checkUuids(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      const ofArguments = checkOfMembers(field.args, `${type.name}.${field.name}`);
      if (!ofArguments) continue;
      const resolve = field.resolve ?? defaultFieldResolver;
      field.resolve = (root, args: Record<string, unknown>, context, info) => {
        const mistakes: FieldMistake[] = [];
        ofArguments(args, '', mistakes);
        if (mistakes.length > 0) throw badUserInput(mistakes);
        return resolve(root, args, context, info);
      };
    }
  }
}

/**
 * Returns the check of an object with these members: the arguments of a field, or the fields of an input type. A value
 * without ids has none, so that it costs nothing. No input type contains itself: graphql-jit could not compile it.
 */
function checkOfMembers(
  members: readonly (GraphQLArgument | GraphQLInputField)[],
  owner: string,
): Check | null {
  const checks = members.flatMap((member) => {
    requireMark(member, owner);
    const check = checkOf(member.type);
    return check ? [[member.name, check] as const] : [];
  });
  if (checks.length === 0) return null;
  return (value, path, mistakes) => {
    for (const [name, check] of checks) {
      const below = (value as Record<string, unknown>)[name];
      if (below !== undefined) check(below, path ? `${path}.${name}` : name, mistakes);
    }
  };
}

function checkOf(type: GraphQLInputType): Check | null {
  const nullable: GraphQLInputType = getNullableType(type);
  const check = isListType(nullable)
    ? checkOfElements(checkOf(nullable.ofType))
    : isInputObjectType(nullable)
      ? checkOfMembers(Object.values(nullable.getFields()), nullable.name)
      : nullable === GraphQLID
        ? checkUuid
        : null;
  return check && ((value, path, mistakes) => value !== null && check(value, path, mistakes));
}

function requireMark({ name, type, astNode }: GraphQLArgument | GraphQLInputField, owner: string): void {
  const isMarked = astNode?.directives?.some((directive) => directive.name.value === uuidDirective) ?? false;
  const isId = getNamedType(type) === GraphQLID;
  if (isId && !isMarked) throw new Error(`${owner} takes the id ${name}, which needs @Uuid().`);
  if (isMarked && !isId) throw new Error(`${owner} marks ${name} with @Uuid(), but its type isn't ID.`);
}

const checkOfElements = (check: Check | null): Check | null =>
  check &&
  ((values, path, mistakes) => {
    for (const [index, value] of (values as unknown[]).entries()) check(value, `${path}[${index}]`, mistakes);
  });

const checkUuid: Check = (value, path, mistakes) => {
  if (mistakes.length < maxMistakes && !isUuid(value as string)) {
    mistakes.push({ path, message: 'Enter a UUID.' });
  }
};
