import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ArgumentValidationError } from 'type-graphql';
import { SwitchboardError, badUserInput, type FieldMistake } from '../errors.js';

/** What Apollo calls a request that never reached a resolver: its text speaks of the document, not of our data. */
const requestErrors = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
]);

/** The parts of a class-validator error that are safe to show; its `target` echoes the whole input. */
interface BrokenRule {
  property: string;
  constraints?: Record<string, string>;
  children?: BrokenRule[];
}

function mistakesOf(rules: readonly BrokenRule[], parent = ''): FieldMistake[] {
  return rules.flatMap(({ property, constraints = {}, children = [] }) => {
    const path = /^\d+$/.test(property)
      ? `${parent}[${property}]`
      : parent
        ? `${parent}.${property}`
        : property;
    const own = Object.values(constraints).map((message) => ({ path, message }));
    return [...own, ...mistakesOf(children, path)];
  });
}

/**
 * The error as its cause: what a resolver threw, beneath the wrappers that graphql-js, graphql-jit and Apollo add.
 */
export function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && !(cause instanceof SwitchboardError) && cause.originalError) {
    cause = cause.originalError;
  }
  return cause;
}

/**
 * The failure that the caller is meant to read, or null when this error is unforeseen and has to be masked. Only a
 * `SwitchboardError`, a broken input rule, or a fault of the document itself passes.
 */
export function readableError(error: unknown): SwitchboardError | null {
  const cause = causeOf(error);
  if (cause instanceof SwitchboardError) return cause;
  if (cause instanceof ArgumentValidationError) {
    return badUserInput(mistakesOf(cause.extensions.validationErrors as unknown as BrokenRule[]));
  }
  if (error instanceof GraphQLError && !error.path && requestErrors.has(String(error.extensions.code))) {
    return new SwitchboardError('BAD_USER_INPUT', error.message);
  }
  return null;
}

/** The answer's form of an error: our own words and code where readable, one masked sentence otherwise. */
export function formatError(error: unknown, requestId: string | undefined): GraphQLFormattedError {
  const readable = readableError(error);
  const place = placeOf(error);
  if (readable) return { message: readable.message, ...place, extensions: readable.extensions };
  return {
    message: 'Something went wrong on our side. Give the request id to whoever runs this server.',
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR', ...(requestId && { requestId }) },
  };
}

/** Where it happened: the field's path for what a resolver threw, else the lines of the document at fault. */
function placeOf(error: unknown): Pick<GraphQLFormattedError, 'path' | 'locations'> {
  if (!(error instanceof GraphQLError)) return {};
  if (error.path) return { path: error.path };
  return error.locations ? { locations: error.locations } : {};
}
