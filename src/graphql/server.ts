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

/** A POST to /graphql whose sender is known. */
export interface GraphqlRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed JSON body. */
  body: unknown;
  viewer: Viewer;
  requestId: string;
  /** Aborted when whoever asked does not wait any more. */
  signal: AbortSignal;
}

export interface GraphqlAnswer {
  status: number;
  headers: Iterable<[string, string]>;
  body: string;
}

export interface GraphqlServer {
  /** Never rejects: every failure is an answer. */
  answer(request: GraphqlRequest): Promise<GraphqlAnswer>;
  stop(): Promise<void>;
}

export interface GraphqlServerDeps {
  schemas: Readonly<Record<Audience, GraphQLSchema>>;
  /** Returns a new object at each call. */
  servicesFor(viewer: Viewer): Services;
  log: Logger;
}

/**
 * Apollo Server with this schema: CSRF prevention, no batching, limits on every document, masked errors, and
 * nothing that calls home, whatever APOLLO_* variables the environment holds.
 */
export async function startGraphqlServer({
  schemas,
  servicesFor,
  log,
}: GraphqlServerDeps): Promise<GraphqlServer> {
  const requestIds = new WeakMap<object, string>();
  const execute = createExecutor(schemas);
  const apollo = new ApolloServer<Context>({
    // Apollo's seam for an executor of one's own; there is no gateway. It keeps everything around the execution.
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
    async answer({ headers, body, viewer, requestId, signal }) {
      const known = new HeaderMap();
      for (const name of ['content-type', 'accept', 'x-apollo-operation-name', 'apollo-require-preflight']) {
        const value = headers[name];
        if (typeof value === 'string') known.set(name, value);
      }
      const response = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: 'POST', headers: known, search: '', body },
        context: () => Promise.resolve(Object.assign(servicesFor(viewer), { requestId, signal })),
      });
      if (response.body.kind !== 'complete') throw new Error('Incremental delivery is not offered.');
      return { status: response.status ?? 200, headers: response.headers, body: response.body.string };
    },
    stop: () => apollo.stop(),
  };
}

/** Errors that nobody foresaw go to the log with their request id; what the answer says of them is masked. */
function reportErrors(log: Logger, requestIds: WeakMap<object, string>): ApolloServerPlugin<Context> {
  const report = (errors: readonly GraphQLError[], requestId: string) => {
    for (const error of errors) {
      requestIds.set(error, requestId);
      const cause = causeOf(error);
      if (isDatabaseOutage(cause)) {
        log.warn({ requestId, failure: describeFailure(cause) }, 'The database does not answer.');
      }
      if (readableError(error)) continue;
      log.error(
        { requestId, path: error.path?.join('.'), failure: describeFailure(cause) },
        'unforeseen error',
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
      log.error({ requestId, failure: describeFailure(error) }, 'unforeseen error');
      return Promise.resolve();
    },
  };
}

/** One line per request, with nothing in it that came from variables or from answers. */
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
            'graphql',
          );
          return Promise.resolve();
        },
      });
    },
  };
}

/** Apollo's own remarks, without the texts of errors, which `reportErrors` writes with care. */
function apolloLogger(log: Logger) {
  const remark = (level: 'debug' | 'info' | 'warn') => (message?: unknown) => {
    if (typeof message === 'string') log[level]({ from: 'apollo' }, message);
  };
  return { debug: remark('debug'), info: remark('debug'), warn: remark('warn'), error: () => {} };
}
