import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { execute } from '../graphql/client.js';
import { keyOf } from '../graphql/operations.js';
import { AuditEventsDocument, type AuditEventFilterInput } from '../generated/audit.js';

/**
 * Loads the audit log page by page. Each page begins after the last event of the previous one, so new events shift nothing.
 * The log is refetched only when the user asks, so that the scroll position stays.
 */
export function useAuditPages(filter: AuditEventFilterInput) {
  return useInfiniteQuery({
    queryKey: keyOf(AuditEventsDocument, { filter }),
    queryFn: ({ pageParam, signal }) => execute(AuditEventsDocument, { filter, after: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ auditEvents: { pageInfo } }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}
