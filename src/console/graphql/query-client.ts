import { MutationCache, QueryCache, QueryClient, focusManager } from '@tanstack/react-query';
import { GraphqlFailure } from './client.js';
import { endSession } from './session-state.js';

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: GraphqlFailure;
    queryMeta: {
      /** The query makes Switchboard send requests to other servers. It is refetched only when the user asks. */
      asksOtherServers?: boolean;
    };
  }
}

// A closing popup focuses this window, which may never have been hidden.
focusManager.setEventListener((onFocus) => {
  const listener = () => onFocus();
  window.addEventListener('focus', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    window.removeEventListener('focus', listener);
    document.removeEventListener('visibilitychange', listener);
  };
});

/** Returns true for a failure that a retry may fix: no answer, or a rate limit. */
function isTransient(error: GraphqlFailure): boolean {
  return error.code === 'UNREACHABLE' || error.code === 'RATE_LIMITED';
}

function detectSessionEnd(error: GraphqlFailure): void {
  if (error.code === 'UNAUTHENTICATED') endSession();
}

/** The cache of the console. Every successful change invalidates all of it. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: detectSessionEnd }),
  mutationCache: new MutationCache({ onError: detectSessionEnd, onSuccess: () => refetchEverything() }),
  defaultOptions: {
    queries: {
      retry: (failures, error) => isTransient(error) && failures < 3,
      // Switchboard on localhost works without an internet connection.
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

/** Refetches the queries of the current page, and marks all others as stale. */
export function refetchEverything(): Promise<void> {
  return queryClient.invalidateQueries({ predicate: ({ meta }) => !meta?.asksOtherServers });
}
