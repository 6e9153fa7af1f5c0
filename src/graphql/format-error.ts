import { GraphQLError, Kind, type GraphQLFormattedError } from 'graphql';
import { databaseUnavailable, isDatabaseOutage } from '../database/outage.js';
import { SwitchboardError } from '../errors.js';

/** What Apollo calls a request that never reached a resolver: its text speaks of the document, not of our data. */
const requestErrors = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_REQUEST',
]);

/**
 * The error as its cause: what a resolver threw, beneath the wrappers that graphql-js, graphql-jit and Apollo add.
 */
export function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/**
 * The failure that the caller is meant to read, or null when this error is unforeseen and has to be masked. Only a
 * `SwitchboardError`, a database that does not answer, or a fault of the document itself passes.
 */
export function readableError(error: unknown): SwitchboardError | null {
  const cause = causeOf(error);
  if (cause instanceof SwitchboardError) return cause;
  if (isDatabaseOutage(cause)) return databaseUnavailable();
  if (error instanceof GraphQLError && !error.path && requestErrors.has(String(error.extensions.code))) {
    return new SwitchboardError('BAD_USER_INPUT', withoutValues(error));
  }
  return null;
}

const literals = new Set<string>([Kind.STRING, Kind.INT, Kind.FLOAT, Kind.BOOLEAN, Kind.LIST, Kind.OBJECT]);

/** What graphql-js says of a document, without the values it quotes: one may be a secret in the wrong place. */
function withoutValues(error: GraphQLError): string {
  if (error.nodes?.some(({ kind }) => literals.has(kind)) && !error.message.startsWith('Field "')) {
    return 'The value at this place does not fit the type that is declared for it.';
  }
  return error.message.replace(/\b(String|BlockString) "[^]*"/, '$1');
}

/** The answer's form of an error: our own words and code where readable, one masked sentence otherwise. */
export function formatError(error: unknown, requestId: string | undefined): GraphQLFormattedError {
  const readable = readableError(error);
  const place = placeOf(error);
  if (readable) {
    const { message, details, code } = readable;
    return { message, ...place, extensions: { ...details, code } };
  }
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
