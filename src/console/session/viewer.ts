import { useOperation } from '../graphql/operations.js';
import { ConsoleViewerDocument, type ConsoleViewerQuery } from '../generated/session.js';

export type Viewer = ConsoleViewerQuery['viewer'];

/** Who is signed in; undefined until the server has said. */
export function useViewer(): Viewer | undefined {
  return useOperation(ConsoleViewerDocument, {}).data?.viewer;
}
