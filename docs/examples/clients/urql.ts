import { Client, fetchExchange } from '@urql/core';
import { cacheExchange, type UpdateResolver } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { persistedExchange } from '@urql/exchange-persisted';
import type { IntrospectionQuery } from 'graphql';

/**
 * Returns an urql client for the server at `origin`, with an API token. `schema` is the result of `getIntrospectionQuery()`.
 * `minifyIntrospectionQuery` of `@urql/introspection` makes it small.
 */
export function createUrqlClient(origin: string, token: string, schema: IntrospectionQuery): Client {
  return new Client({
    url: `${origin}/graphql`,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    exchanges: [
      cacheExchange({
        schema,
        keys: { FailureReport: ({ reference }) => reference as string, ...withoutKeys(schema) },
        resolvers: {
          Query: {
            users: relayPagination(),
            auditEvents: relayPagination(),
            failureReports: relayPagination(),
            mcpServerAccounts: relayPagination(),
            mcpServerRevocations: relayPagination(),
          },
        },
        updates: {
          Mutation: {
            deleteMcpServerConfig: deletes('McpServerConfig', 'deletedServerId'),
            disconnectMcpServer: deletes('ConnectedAccount', 'deletedAccountId'),
            disconnectUserFromMcpServer: deletes('ConnectedAccount', 'deletedAccountId'),
            revokeApiToken: deletes('ApiToken', 'deletedApiTokenId'),
            createMcpServerConfig: adds('mcpServerConfigs'),
            createUser: adds('users'),
            createApiToken: adds('apiTokens'),
          },
        },
      }),
      // Sends the hash of a query by GET, and its text only if the server does not know it.
      persistedExchange({ preferGetForPersistedQueries: true }),
      fetchExchange,
    ],
  });
}

/** Returns the types without `id`, which are part of the object that contains them. */
function withoutKeys({ __schema }: IntrospectionQuery): Record<string, () => null> {
  const types = __schema.types.filter(
    (type) =>
      type.kind === 'OBJECT' &&
      type.name !== 'FailureReport' &&
      !type.fields.some((field) => field.name === 'id'),
  );
  return Object.fromEntries(types.map(({ name }) => [name, () => null]));
}

/** Removes what a mutation deleted. Queries that show it are sent again. */
function deletes(type: string, field: string): UpdateResolver {
  return (result, _args, cache, { fieldName }) => {
    const id = (result[fieldName] as Record<string, string | null> | null)?.[field];
    if (id) cache.invalidate({ __typename: type, id });
  };
}

/** Removes the lists that a new row may belong to, with any arguments. Queries that show them are sent again. */
function adds(list: string): UpdateResolver {
  return (_result, _args, cache) => {
    for (const field of cache.inspectFields('Query'))
      if (field.fieldName === list) cache.invalidate('Query', list, field.arguments);
  };
}
