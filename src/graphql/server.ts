import { ApolloServer, HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import type { Viewer } from '../identity/viewer.js';
import { isDatabaseOutage } from '../database/outage.js';
import { describeFailure, type Logger } from '../log.js';
import type { Audience } from '../audience.js';
import type { Context, Services } from './context.js';
import { createExecutor } from './execution.js';
import { causeOf, formatError, readableError } from './format-error.js';
import { LimitsRule, maxTokens } from './limits.js';

/** An authenticated POST to /graphql. */
export interface GraphqlRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed JSON body. */
  body: unknown;
  viewer: Viewer;
  requestId: string;
  /** Aborted when the client closes its connection. */
  signal: AbortSignal;
}

export interface GraphqlResponse {
  status: number;
  headers: Iterable<[string, string]>;
  body: string;
}

export interface GraphqlServer {
  /** Never rejects: every failure is a response. */
  respond(request: GraphqlRequest): Promise<GraphqlResponse>;
  stop(): Promise<void>;
}

export interface GraphqlServerDeps {
  schemas: Readonly<Record<Audience, GraphQLSchema>>;
  /** Returns a new object at each call. */
  servicesFor(viewer: Viewer): Services;
  log: Logger;
}

/**
 * Starts Apollo Server with these schemas: CSRF prevention, no batching, limits on every document, masked errors. It
 * sends nothing to Apollo, even if the environment has APOLLO_* variables.
 */
export async function startGraphqlServer({
  schemas,
  servicesFor,
  log,
}: GraphqlServerDeps): Promise<GraphqlServer> {
  const requestIds = new WeakMap<object, string>();
  const execute = createExecutor(schemas);
  const apollo = new ApolloServer<Context>({
    // Apollo's extension point for a custom executor. There is no gateway. Everything around the execution stays Apollo's.
    gateway: {
      onSchemaLoadOrUpdate(callback) {
        callback({ apiSchema: schemas.EVERYONE, coreSupergraphSdl: '' });
        return () => {};
      },
      load: () =>
        Promise.resolve({
          executor: ({ document, request, context }) =>
            execute(
              { document, operationName: request.operationName, variables: request.variables },
              context as Context,
            ),
        }),
      stop: () => Promise.resolve(),
    },
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens },
    validationRules: [LimitsRule],
    stringifyResult: (result) => JSON.stringify(result),
    formatError: (_formatted, error) => formatError(error, requestIds.get(error as object)),
    logger: apolloLogger(log),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      reportErrors(log, requestIds),
      logRequests(log),
    ],
  });
  await apollo.start();
  return {
    async respond({ headers, body, viewer, requestId, signal }) {
      const forwarded = new HeaderMap();
      for (const name of ['content-type', 'accept', 'x-apollo-operation-name', 'apollo-require-preflight']) {
        const value = headers[name];
        if (typeof value === 'string') forwarded.set(name, value);
      }
      const response = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: 'POST', headers: forwarded, search: '', body },
        context: () => Promise.resolve(Object.assign(servicesFor(viewer), { requestId, signal })),
      });
      if (response.body.kind !== 'complete') throw new Error('Incremental delivery is not supported.');
      return { status: response.status ?? 200, headers: response.headers, body: response.body.string };
    },
    stop: () => apollo.stop(),
  };
}

/** Logs unexpected errors with their request id. The response masks them. */
function reportErrors(log: Logger, requestIds: WeakMap<object, string>): ApolloServerPlugin<Context> {
  const report = (errors: readonly GraphQLError[], requestId: string) => {
    for (const error of errors) {
      requestIds.set(error, requestId);
      const cause = causeOf(error);
      if (isDatabaseOutage(cause)) {
        log.warn({ requestId, failure: describeFailure(cause) }, 'Database unavailable');
      }
      if (readableError(error)) continue;
      log.error(
        { requestId, path: error.path?.join('.'), failure: describeFailure(cause) },
        'Unexpected error',
      );
    }
  };
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors: ({ errors, contextValue }) =>
          Promise.resolve(report(errors, contextValue.requestId)),
      }),
    unexpectedErrorProcessingRequest: ({ requestContext, error }) => {
      const { requestId } = requestContext.contextValue;
      log.error({ requestId, failure: describeFailure(error) }, 'Unexpected error');
      return Promise.resolve();
    },
  };
}

/** Logs one line per request, without anything from variables or results. */
function logRequests(log: Logger): ApolloServerPlugin<Context> {
  return {
    requestDidStart: ({ contextValue: { requestId, viewer } }) => {
      const startedAt = performance.now();
      return Promise.resolve({
        willSendResponse: ({ operationName, response }) => {
          log.info(
            {
              requestId,
              operation: operationName?.slice(0, 100) ?? null,
              durationMs: Math.round(performance.now() - startedAt),
              status: response.http.status ?? 200,
              userId: viewer.userId,
            },
            'GraphQL request',
          );
          return Promise.resolve();
        },
      });
    },
  };
}

/** Forwards Apollo's log lines, without error texts, which `reportErrors` logs without secrets. */
function apolloLogger(log: Logger) {
  const forward = (level: 'debug' | 'info' | 'warn') => (message?: unknown) => {
    if (typeof message === 'string') log[level]({ from: 'apollo' }, message);
  };
  return { debug: forward('debug'), info: forward('debug'), warn: forward('warn'), error: () => {} };
}
