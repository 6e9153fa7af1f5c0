import { MutationCache, QueryCache, QueryClient, focusManager } from '@tanstack/react-query';
import { sessionEnded } from './session-state.js';
import { GraphqlFailure } from './client.js';

declare module '@tanstack/react-query' {
  interface Register {
    defaultError: GraphqlFailure;
    queryMeta: {
      /** Makes the server ask other servers, so it is asked again only when a person wants that. */
      asksOtherServers?: boolean;
    };
  }
}

// A popup that closes gives this window the focus without it ever having been hidden.
focusManager.setEventListener((onFocus) => {
  const listener = () => onFocus();
  window.addEventListener('focus', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    window.removeEventListener('focus', listener);
    document.removeEventListener('visibilitychange', listener);
  };
});

/** What is worth another try without anybody asking for it: no answer at all, or one that says "later". */
function isPassing(error: GraphqlFailure): boolean {
  return error.code === 'UNREACHABLE' || error.code === 'RATE_LIMITED';
}

function noticeSessionEnd(error: GraphqlFailure): void {
  if (error.code === 'UNAUTHENTICATED') sessionEnded();
}

/** Everything the console knows of the server. Whatever is changed, everything that is on show is asked for again. */
export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSessionEnd }),
  mutationCache: new MutationCache({ onError: noticeSessionEnd, onSuccess: () => refetchEverything() }),
  defaultOptions: {
    queries: {
      retry: (failures, error) => isPassing(error) && failures < 3,
      // A Switchboard on one's own machine answers without any internet.
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

/** Asks again for all that is on show, and on the next visit for the rest. */
export function refetchEverything(): Promise<void> {
  return queryClient.invalidateQueries({ predicate: ({ meta }) => !meta?.asksOtherServers });
}
