import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { isDatabaseOutage } from '../database/outage.js';
import { describeFailure, type Logger } from '../log.js';
import { causeOf, formatError, readableError } from './format-error.js';

/** Logs the errors of requests, and formats them for responses. Both name the same request id. */
export class ErrorReport {
  readonly #requestIds = new WeakMap<object, string>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Logs database outages and unexpected errors. The response masks the latter. */
  report(errors: readonly GraphQLError[], requestId: string): void {
    for (const error of errors) {
      this.#requestIds.set(error, requestId);
      const cause = causeOf(error);
      if (isDatabaseOutage(cause)) {
        this.#log.warn({ requestId, failure: describeFailure(cause) }, 'Database unavailable');
      }
      if (readableError(error)) continue;
      const path = error.path?.join('.');
      this.#log.error({ requestId, path, failure: describeFailure(cause) }, 'Unexpected error');
    }
  }

  /** Logs a failure of the request's processing itself. */
  reportFailure(failure: unknown, requestId: string): void {
    this.#log.error({ requestId, failure: describeFailure(failure) }, 'Unexpected error');
  }

  format(error: unknown): GraphQLFormattedError {
    return formatError(error, this.#requestIds.get(error as object));
  }
}
