import {
  keepPreviousData,
  useInfiniteQuery,
  type InfiniteData,
  type UseInfiniteQueryResult,
} from '@tanstack/react-query';
import { execute, type Complete, type GraphqlFailure, type Operation } from './client.js';
import { keyOf } from './operations.js';

/** A page of a list, as every connection of the schema. */
interface Connection<Row> {
  edges: readonly { node: Row }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  totalCount?: number;
}

/** The rows of all loaded pages. */
export interface Pages<Row> {
  /** undefined while the first page is loading. */
  rows: readonly Row[] | undefined;
  /** The number of rows on all pages, loaded or not, if the operation selects it. */
  totalCount: number | undefined;
  /** The query without the failure of loading more, which `PagedRows` shows. */
  query: {
    data: readonly Row[] | undefined;
    error: GraphqlFailure | null;
    isFetching: boolean;
    refetch: () => unknown;
  };
  /** The rows are those of the previous variables, until the new ones arrive. */
  isStale: boolean;
  hasMore: boolean;
  isLoadingMore: boolean;
  moreFailure: GraphqlFailure | null;
  loadMore: () => void;
}

/**
 * Loads a connection page by page. Each page begins after the last row of the previous one, so new rows shift nothing.
 * @param connectionIn returns the connection in the operation's data
 * @param options.isRefetched false for a list that is refetched only when the user asks, so that the scroll position stays
 */
export function usePages<Data, Variables extends { after?: string | null }, Row>(
  operation: Operation<Data, Variables>,
  variables: Omit<Variables, 'after'>,
  connectionIn: (data: Complete<Data>) => Connection<Row>,
  { isRefetched = true }: { isRefetched?: boolean } = {},
): Pages<Row> {
  const query: UseInfiniteQueryResult<InfiniteData<Complete<Data>>, GraphqlFailure> = useInfiniteQuery({
    queryKey: [...keyOf(operation, variables as Variables), 'pages'],
    queryFn: ({ pageParam, signal }) =>
      execute(operation, { ...variables, after: pageParam } as Variables, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => {
      const { hasNextPage, endCursor } = connectionIn(last).pageInfo;
      return hasNextPage ? endCursor : null;
    },
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: isRefetched,
    refetchOnReconnect: isRefetched,
  });
  const connections = query.data?.pages.map(connectionIn);
  const rows = connections?.flatMap(({ edges }) => edges.map(({ node }) => node));
  const { isFetching, isFetchingNextPage, isFetchNextPageError, refetch } = query;
  return {
    rows,
    totalCount: connections?.at(-1)?.totalCount,
    query: { data: rows, error: isFetchNextPageError ? null : query.error, isFetching, refetch },
    isStale: query.isPlaceholderData,
    hasMore: query.hasNextPage,
    isLoadingMore: isFetchingNextPage,
    moreFailure: isFetchNextPageError ? query.error : null,
    loadMore: () => void query.fetchNextPage(),
  };
}
