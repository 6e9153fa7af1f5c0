import {
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequestContextDidEncounterErrors,
  type GraphQLRequestContextResponseForOperation,
  type GraphQLRequestContextWillSendResponse,
  type GraphQLRequestListener,
  type GraphQLResponse,
} from '@apollo/server';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { errorCodes } from '../errors.js';
import type { Logger } from '../log.js';
import type { Context } from './context.js';
import type { ErrorReport } from './error-report.js';
import type { Executor } from './execution.js';
import { readableError } from './format-error.js';

/** The time after which a client that sent too many operations may send the next one. */
const retrySeconds = 1;

interface Deps {
  execute: Executor;
  errors: ErrorReport;
  log: Logger;
}

/**
 * Executes each validated operation in place of Apollo, which knows only one schema. Logs the request and its errors.
 * Apollo does the rest of the request.
 */
export function executeForViewer(deps: Deps): ApolloServerPlugin<Context> {
  return {
    requestDidStart: ({ contextValue }) => Promise.resolve(new OneRequest(deps, contextValue)),
    unexpectedErrorProcessingRequest: ({ requestContext, error }) => {
      deps.errors.reportFailure(error, requestContext.contextValue.requestId);
      return Promise.resolve();
    },
  };
}

/** Apollo's hooks for one request. They are methods, because V8 allocates a closure in a property in the old generation. */
class OneRequest implements GraphQLRequestListener<Context> {
  private readonly startedAt = performance.now();

  constructor(
    private readonly deps: Deps,
    private readonly context: Context,
  ) {}

  /** Executes the operation. Returns null when the document lacks it, and Apollo refuses the request. */
  async responseForOperation({
    request,
    document,
    operation,
  }: GraphQLRequestContextResponseForOperation<Context>): Promise<GraphQLResponse | null> {
    if (!operation) return null;
    const { operationName, variables } = request;
    try {
      const result = await this.deps.execute({ document, operationName, variables }, this.context);
      const refusal = result.data === undefined ? result.errors?.[0] : undefined;
      return this.response(
        result,
        refusal && errorCodes[readableError(refusal)?.code ?? 'BAD_USER_INPUT'].status,
      );
    } catch (error) {
      const { message } = error as Error;
      return this.response({ errors: [new GraphQLError(message, { originalError: error as Error })] }, 500);
    }
  }

  didEncounterErrors({ errors }: GraphQLRequestContextDidEncounterErrors<Context>): Promise<void> {
    this.deps.errors.report(errors, this.context.requestId);
    return Promise.resolve();
  }

  /** Forbids to compress the results of mutations. Logs one line per request, without anything from variables or results. */
  willSendResponse({
    operation,
    operationName,
    response,
  }: GraphQLRequestContextWillSendResponse<Context>): Promise<void> {
    // Only mutations return secrets, such as a new API token. Compressed beside text of the request, one could be guessed
    // from the lengths of responses (BREACH).
    if (operation?.operation === 'mutation') {
      response.http.headers.set('cache-control', 'no-store, no-transform');
    }
    const { requestId, viewer } = this.context;
    this.deps.log.info(
      {
        requestId,
        operation: operationName?.slice(0, 100) ?? null,
        durationMs: Math.round(performance.now() - this.startedAt),
        status: response.http.status ?? 200,
        userId: viewer.userId,
      },
      'GraphQL request',
    );
    return Promise.resolve();
  }

  /** Apollo neither reports nor formats the errors of a response that a plugin returns. */
  private response({ errors, data }: ExecutionResult, status: number | undefined): GraphQLResponse {
    const http = { status, headers: new HeaderMap() };
    if (status === errorCodes.RATE_LIMITED.status) http.headers.set('retry-after', String(retrySeconds));
    if (!errors) return { http, body: { kind: 'single', singleResult: { data } } };
    const { deps, context } = this;
    deps.errors.report(errors, context.requestId);
    const formatted = errors.map((error) => deps.errors.format(error));
    return { http, body: { kind: 'single', singleResult: { data, errors: formatted } } };
  }
}
