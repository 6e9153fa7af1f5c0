import { Button } from '../ui/form/button.js';
import { Page } from '../ui/page.js';
import { EmptyState, QueryStates } from '../ui/states.js';
import { filterInputOf, isFiltered, noFilter, useAuditFilter } from './audit-filter.js';
import { useAuditPages } from './audit-pages.js';
import styles from './audit.module.css';
import { EventTable, EventTableSkeleton } from './event-table.js';
import { FilterBar } from './filter-bar.js';

/** Who did what, newest first. */
export default function AuditPage() {
  const [filter, changeFilter] = useAuditFilter();
  const query = useAuditPages(filterInputOf(filter));
  const { isFetching, isFetchingNextPage, isPlaceholderData, hasNextPage, isFetchNextPageError } = query;
  const events = query.data?.pages.flatMap(({ auditEvents }) => auditEvents.edges.map(({ node }) => node));
  return (
    <Page
      title="Audit"
      lead="Who did what, newest first. Nobody can change it, and no secret is in it."
      tools={
        <>
          {isFiltered(filter) && (
            <Button tone="quiet" onClick={() => changeFilter(noFilter)}>
              Clear filters
            </Button>
          )}
          <Button isBusy={isFetching && !isFetchingNextPage} onClick={() => void query.refetch()}>
            Refresh
          </Button>
        </>
      }
    >
      <FilterBar filter={filter} onChange={changeFilter} seen={events ?? []} />
      <p role="status" className="for-screen-readers">
        {events && !isPlaceholderData && `${events.length}${hasNextPage ? ' newest' : ''} events shown`}
      </p>
      <QueryStates
        query={isFetchNextPageError ? { ...query, error: null } : query}
        skeleton={<EventTableSkeleton />}
      >
        {() =>
          events?.length ? (
            <div aria-busy={isPlaceholderData} className={isPlaceholderData ? styles.replaced : undefined}>
              <EventTable events={events} onFilter={changeFilter} />
              <div className={styles.more}>
                {hasNextPage ? (
                  <Button isBusy={isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    {isFetchingNextPage ? 'Loading…' : 'Load more'}
                  </Button>
                ) : (
                  <p>That is all.</p>
                )}
                {isFetchNextPageError && <p role="alert">{query.error.message}</p>}
              </div>
            </div>
          ) : (
            <EmptyState title="Nothing to show">
              {isFiltered(filter) ? 'No event matches all of these filters.' : 'Nothing has happened yet.'}
            </EmptyState>
          )
        }
      </QueryStates>
    </Page>
  );
}
