import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { execute } from '../graphql/client.js';
import { keyOf } from '../graphql/operations.js';
import { AuditEventsDocument, type AuditEventFilterInput } from '../generated/audit.js';

/**
 * The log, page after page. A page begins after the last event of the one before, so what happens meanwhile shifts nothing;
 * and it is asked again only when a person wants that, so that nobody loses the place they were reading at.
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
