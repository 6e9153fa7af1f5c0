import { GraphQLError, Kind, type GraphQLFormattedError } from 'graphql';
import { databaseUnavailable, isDatabaseOutage } from '../database/outage.js';
import { shortMessage, SwitchboardError } from '../errors.js';

/** Returns what a resolver threw, without the wrappers that graphql-js, graphql-jit and Apollo add. */
export function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/**
 * Returns the error that the caller may read, or null for an unexpected error, which must be masked. Readable are a
 * `SwitchboardError`, a database outage, and an error of the document itself.
 */
export function readableError(error: unknown): SwitchboardError | null {
  const cause = causeOf(error);
  if (cause instanceof SwitchboardError) return cause;
  if (isDatabaseOutage(cause)) return databaseUnavailable();
  // Errors of graphql-js and Apollo that wrap no other are about the request.
  if (cause instanceof GraphQLError && cause.extensions.code !== 'INTERNAL_SERVER_ERROR') {
    // Apollo Client sends the text after this code, and urql after Apollo's message.
    const isUnknownHash = cause.extensions.code === 'PERSISTED_QUERY_NOT_FOUND';
    const code = isUnknownHash ? 'PERSISTED_QUERY_NOT_FOUND' : 'BAD_USER_INPUT';
    return new SwitchboardError(code, withoutValues(cause));
  }
  return null;
}

const literals = new Set<string>([Kind.STRING, Kind.INT, Kind.FLOAT, Kind.BOOLEAN, Kind.LIST, Kind.OBJECT]);

/** Removes the values that graphql-js quotes from a document: one may be a secret in the wrong place. */
function withoutValues(error: GraphQLError): string {
  if (error.nodes?.some(({ kind }) => literals.has(kind)) && !error.message.startsWith('Field "')) {
    return "This value doesn't fit the type that is declared for it.";
  }
  // graphql-js limits the comparison of fields with the same response key.
  if (error.message === 'Validation aborted.') {
    return 'The document selects the same fields too often to be validated. Select each field once.';
  }
  return error.message.replace(/\b(String|BlockString) "[^]*"/, '$1');
}

/** The message of an unexpected error. `extensions.requestId` is in the log too. */
export const maskedMessage = 'Something went wrong. Give the request ID to an administrator of Switchboard.';

/** Formats an error for the response: message and code where it is readable, one masked sentence otherwise. */
export function formatError(error: unknown, requestId: string | undefined): GraphQLFormattedError {
  const readable = readableError(error);
  const place = placeOf(error);
  if (readable) {
    const { message, details, code } = readable;
    return { message: shortMessage(message), ...place, extensions: { ...details, code } };
  }
  return {
    message: maskedMessage,
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR', ...(requestId && { requestId }) },
  };
}

/** Returns the field's path for what a resolver threw, else the location in the document. */
function placeOf(error: unknown): Pick<GraphQLFormattedError, 'path' | 'locations'> {
  if (!(error instanceof GraphQLError)) return {};
  if (error.path) return { path: error.path };
  return error.locations ? { locations: error.locations } : {};
}
