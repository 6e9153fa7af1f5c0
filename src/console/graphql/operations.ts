import {
  useMutation,
  useQuery,
  type QueryKey,
  type UseMutationOptions,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query';
import { execute, type GraphqlFailure, type Operation } from './client.js';

/** What an operation's answer is kept under. */
export function keyOf<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables?: Variables,
): QueryKey {
  return variables === undefined ? [operation.toString()] : [operation.toString(), variables];
}

/** A query of the server, kept, refetched on focus and after every change. */
export function useOperation<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  options: Omit<UseQueryOptions<Data, GraphqlFailure>, 'queryKey' | 'queryFn'> = {},
): UseQueryResult<Data, GraphqlFailure> {
  return useQuery({
    ...options,
    queryKey: keyOf(operation, variables),
    queryFn: ({ signal }) => execute(operation, variables, signal),
  });
}

/** A change on the server. When it has worked, everything on show is asked for again. */
export function useChange<Data, Variables>(
  operation: Operation<Data, Variables>,
  options: Omit<UseMutationOptions<Data, GraphqlFailure, Variables>, 'mutationFn'> = {},
): UseMutationResult<Data, GraphqlFailure, Variables> {
  return useMutation({ ...options, mutationFn: (variables) => execute(operation, variables) });
}
