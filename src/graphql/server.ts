import { ApolloServer, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Viewer } from '../identity/viewer.js';
import type { Logger } from '../log.js';
import type { Audience } from '../audience.js';
import { errorCodes, type SwitchboardError } from '../errors.js';
import type { ClientConnection, Context, Services } from './context.js';
import type { QueryCost } from './cost/query-cost.js';
import { ErrorReport } from './error-report.js';
import { createExecutor } from './execution.js';
import { formatError } from './format-error.js';
import { executeForViewer } from './execution-plugin.js';
import { documentTooLong, LimitsRule } from './limits.js';
import { maxMistakes, maxTokens } from '../input-limits.js';
import { persistedQueries } from './persisted-queries.js';

/** An authenticated POST or GET to /graphql. */
export interface GraphqlRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The query string of a GET. null: a POST. */
  search: string | null;
  /** The parsed JSON body of a POST. */
  body: unknown;
  viewer: Viewer;
  requestId: string;
  connection: ClientConnection;
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
  cost: QueryCost;
  log: Logger;
}

/**
 * Starts Apollo Server with these schemas: CSRF prevention, no batching, limits on every document, masked errors. It
 * sends nothing to Apollo, even if the environment has APOLLO_* variables.
 */
export async function startGraphqlServer({
  schemas,
  servicesFor,
  cost,
  log,
}: GraphqlServerDeps): Promise<GraphqlServer> {
  const errors = new ErrorReport(log);
  const apollo = new ApolloServer<Context>({
    // Apollo validates against the schema of members. `executeForViewer` executes against that of the viewer's audience.
    schema: schemas.EVERYONE,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: persistedQueries(),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens },
    validationOptions: { maxErrors: maxMistakes },
    validationRules: [LimitsRule],
    stringifyResult: (result) => JSON.stringify(result),
    formatError: (_formatted, error) => errors.format(error),
    logger: apolloLogger(log),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      executeForViewer({ execute: createExecutor(schemas, cost), errors, log }),
    ],
  });
  await apollo.start();
  return {
    async respond({ headers, search, body, viewer, requestId, connection }) {
      // A GET is shorter: Node limits the request line and headers to 16 KiB.
      const { query } = (body ?? {}) as { query?: unknown };
      const tooLong = typeof query === 'string' && documentTooLong(query);
      if (tooLong) return refusal(tooLong);
      const forwarded = new HeaderMap();
      for (const name of ['content-type', 'accept', 'x-apollo-operation-name', 'apollo-require-preflight']) {
        const value = headers[name];
        if (typeof value === 'string') forwarded.set(name, value);
      }
      // Only API tokens may use GET, and no page of another origin can send one without a preflight.
      if (search !== null) forwarded.set('apollo-require-preflight', 'true');
      const method = search === null ? 'POST' : 'GET';
      const response = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method, headers: forwarded, search: search ?? '', body },
        context: () => Promise.resolve(Object.assign(servicesFor(viewer), { requestId, connection })),
      });
      if (response.body.kind !== 'complete') throw new Error('Incremental delivery is not supported.');
      return { status: response.status ?? 200, headers: response.headers, body: response.body.string };
    },
    stop: () => apollo.stop(),
  };
}

/** Returns the response to a request that Apollo does not see. */
function refusal(error: SwitchboardError): GraphqlResponse {
  return {
    status: errorCodes[error.code].status,
    headers: [
      ['content-type', 'application/json; charset=utf-8'],
      ['cache-control', 'no-store'],
    ],
    body: JSON.stringify({ errors: [formatError(error, undefined)] }),
  };
}

/** Forwards Apollo's log lines, without errors, which `ErrorReport` logs without secrets. */
function apolloLogger(log: Logger) {
  const forward = (level: 'debug' | 'info' | 'warn') => (message?: unknown) => {
    if (typeof message === 'string') log[level]({ from: 'apollo' }, message);
  };
  return { debug: forward('debug'), info: forward('debug'), warn: forward('warn'), error: () => {} };
}
