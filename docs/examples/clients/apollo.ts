import {
  ApolloClient,
  HttpLink,
  InMemoryCache,
  type ApolloCache,
  type FieldMergeFunction,
  type FieldPolicy,
} from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

/** Returns an Apollo Client for the server at `origin`, with an API token. */
export function createApolloClient(origin: string, token: string): ApolloClient {
  return new ApolloClient({
    link: new HttpLink({ uri: `${origin}/graphql`, headers: { authorization: `Bearer ${token}` } }),
    cache: new InMemoryCache({
      typePolicies: {
        // The other entities have the default key, `id`.
        FailureReport: { keyFields: ['reference'] },
        Query: {
          // The arguments that select a list. `first` and `after` select a page of it.
          fields: {
            users: pages(['search']),
            auditEvents: pages(['filter']),
            failureReports: pages(['serverId']),
            mcpServerAccounts: pages(['id']),
            mcpServerRevocations: pages(['serverId', 'status']),
          },
        },
      },
    }),
    defaultOptions: { mutate: { update } },
  });
}

/** Appends the pages of a list. `relayStylePagination` alone would turn null, which members get, into an empty list. */
function pages(keyArgs: string[]): FieldPolicy {
  const policy = relayStylePagination(keyArgs);
  const append = policy.merge as FieldMergeFunction;
  return {
    ...policy,
    merge: (existing, incoming, options) =>
      incoming ? append(existing, incoming, options) : (existing ?? null),
  } as FieldPolicy;
}

const typesOfDeletedIds = {
  deletedServerId: 'McpServerConfig',
  deletedAccountId: 'ConnectedAccount',
  deletedApiTokenId: 'ApiToken',
};
const listsWithNewRows = {
  createMcpServerConfig: 'mcpServerConfigs',
  createUser: 'users',
  createApiToken: 'apiTokens',
};

/** Evicts what a mutation deleted, and lists that a new row belongs to. Queries on show then fetch these lists again. */
function update(cache: ApolloCache, { data }: { data?: unknown }): void {
  for (const [mutation, payload] of Object.entries(data ?? {})) {
    for (const [field, __typename] of Object.entries(typesOfDeletedIds)) {
      const id = payload?.[field];
      if (id) cache.evict({ id: cache.identify({ __typename, id }) });
    }
    const list = listsWithNewRows[mutation as keyof typeof listsWithNewRows];
    if (payload && list) cache.evict({ id: 'ROOT_QUERY', fieldName: list });
  }
  cache.gc();
}
