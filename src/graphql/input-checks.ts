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
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { badUserInput, type FieldMistake } from '../errors.js';
import { hasUnpairedSurrogate, isStorable } from '../text.js';
import { uuidDirective } from '../uuid-input.js';
import { isUuid } from '../uuid.js';
import { maxMistakes } from '../input-limits.js';

/** Adds the mistakes of a coerced value. */
type Check = (value: unknown, path: string, mistakes: FieldMistake[]) => void;

/**
 * Checks every argument and input field in place, before the field's resolver runs: ids are UUIDs, and PostgreSQL can
 * store every string and time. A mistake is BAD_USER_INPUT that names the field. The check sees coerced arguments, so it
 * is the same for literals, variables and defaults, interpreted and compiled.
 * @throws Error naming an input of type `ID` without `@Uuid()`, another input with it, or an input type that contains itself
 */
export function checkInputs(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      const ofArguments = checkOfMembers(field.args, `${type.name}.${field.name}`, []);
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
 * Returns the check of an object with these members: the arguments of a field, or the fields of an input type. A value of
 * enums, numbers and booleans has none, so that it costs nothing.
 * @param around the names of the input types that contain the object, with its own
 */
function checkOfMembers(
  members: readonly (GraphQLArgument | GraphQLInputField)[],
  owner: string,
  around: readonly string[],
): Check | null {
  const checks = members.flatMap((member) => {
    requireMark(member, owner);
    const check = checkOf(member.type, around);
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

function checkOf(type: GraphQLInputType, around: readonly string[]): Check | null {
  const nullable: GraphQLInputType = getNullableType(type);
  const check = isListType(nullable)
    ? checkOfElements(checkOf(nullable.ofType, around))
    : isInputObjectType(nullable)
      ? checkOfInputType(nullable, around)
      : checkOfLeaf(nullable.name);
  return check && ((value, path, mistakes) => value !== null && check(value, path, mistakes));
}

/** @throws Error for a type that contains itself, for which graphql-jit would compile without end */
function checkOfInputType(type: GraphQLInputObjectType, around: readonly string[]): Check | null {
  const { name } = type;
  if (around.includes(name))
    throw new Error(`The input type ${name} contains itself, which can't be compiled.`);
  return checkOfMembers(Object.values(type.getFields()), name, [...around, name]);
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

/** The messages for values that a scalar accepts and a field doesn't; null for other values. */
const leafMistakes: Readonly<Record<string, (value: never) => string | null>> = {
  ID: (text: string) => (isUuid(text) ? null : 'Enter a UUID.'),
  String: (text: string) => (isStorable(text) ? null : 'Remove NUL and unpaired surrogates.'),
  DateTimeISO: (time: Date) => (isStorableTime(time) ? null : 'Enter a time from year 1 to year 9999.'),
  JSONObject: jsonMistake,
};

function checkOfLeaf(typeName: string): Check | null {
  const mistakeOf = leafMistakes[typeName];
  if (!mistakeOf) return null;
  return (value, path, mistakes) => {
    const message = mistakes.length < maxMistakes ? mistakeOf(value as never) : null;
    if (message !== null) mistakes.push({ path, message });
  };
}

/** The years that PostgreSQL reads in ISO 8601. It takes a negative year and year 0 in another form only. */
function isStorableTime(time: Date): boolean {
  const year = time.getUTCFullYear();
  return year >= 1 && year <= 9_999;
}

/**
 * JSON is for other servers and is not stored, so that it may contain NUL. Many JSON parsers refuse unpaired surrogates, or
 * replace them silently (RFC 7493, section 2.1). The walk isn't recursive, because JSON can be nested deeply.
 */
function jsonMistake(json: unknown): string | null {
  const left: unknown[] = [json];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string' && hasUnpairedSurrogate(value)) return 'Remove unpaired surrogates.';
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, member] of Object.entries(value)) left.push(key, member);
  }
  return null;
}
