import {
  useMutation,
  useQuery,
  type QueryKey,
  type UseMutationOptions,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query';
import { execute, type Complete, type GraphqlFailure, type Operation } from './client.js';

/** Returns the cache key of an operation's data. */
export function keyOf<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables?: Variables,
): QueryKey {
  return variables === undefined ? [operation.toString()] : [operation.toString(), variables];
}

/** Queries the server. The data is cached, and refetched on focus and after every change. */
export function useOperation<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  options: Omit<UseQueryOptions<Complete<Data>, GraphqlFailure>, 'queryKey' | 'queryFn'> = {},
): UseQueryResult<Complete<Data>, GraphqlFailure> {
  return useQuery({
    ...options,
    queryKey: keyOf(operation, variables),
    queryFn: ({ signal }) => execute(operation, variables, signal),
  });
}

/** Changes something on the server. A success refetches every query on the page. */
export function useChange<Data, Variables>(
  operation: Operation<Data, Variables>,
  options: Omit<UseMutationOptions<Complete<Data>, GraphqlFailure, Variables>, 'mutationFn'> = {},
): UseMutationResult<Complete<Data>, GraphqlFailure, Variables> {
  return useMutation({ ...options, mutationFn: (variables) => execute(operation, variables) });
}
