import type { UseQueryResult } from '@tanstack/react-query';
import type { GraphqlFailure } from '../graphql/client.js';
import { useOperation } from '../graphql/operations.js';
import { ConsoleViewerDocument, type ConsoleViewerQuery } from '../generated/session.js';

export type Viewer = ConsoleViewerQuery['viewer'];

/** Who is signed in, as far as the server has said. */
export function useViewerQuery(): UseQueryResult<ConsoleViewerQuery, GraphqlFailure> {
  return useOperation(ConsoleViewerDocument, {});
}

/** Who is signed in; undefined until the server has said. */
export function useViewer(): Viewer | undefined {
  return useViewerQuery().data?.viewer;
}
