import type { UseQueryResult } from '@tanstack/react-query';
import { ConsoleViewerDocument, type ConsoleViewerQuery } from '../generated/session.js';
import type { GraphqlFailure } from '../graphql/client.js';
import { useOperation } from '../graphql/operations.js';

export type Viewer = ConsoleViewerQuery['viewer'];

/** Queries the signed-in user. */
export function useViewerQuery(): UseQueryResult<ConsoleViewerQuery, GraphqlFailure> {
  return useOperation(ConsoleViewerDocument, {});
}

/** Returns the signed-in user, or undefined while loading. */
export function useViewer(): Viewer | undefined {
  return useViewerQuery().data?.viewer;
}
