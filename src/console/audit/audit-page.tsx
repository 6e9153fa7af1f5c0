import { Button } from '../ui/form/button.js';
import { FailureMessage } from '../ui/form/failure-message.js';
import { Page } from '../ui/page.js';
import { EmptyState, QueryStates } from '../ui/states.js';
import { filterInputOf, isFiltered, noFilter, useAuditFilter } from './audit-filter.js';
import { useAuditPages } from './audit-pages.js';
import styles from './audit.module.css';
import { EventTable, EventTableSkeleton } from './event-table.js';
import { FilterBar } from './filter-bar.js';

/** The audit log, newest events first. */
export default function AuditPage() {
  const [filter, changeFilter] = useAuditFilter();
  const query = useAuditPages(filterInputOf(filter));
  const { isFetching, isFetchingNextPage, isPlaceholderData, hasNextPage, isFetchNextPageError } = query;
  const events = query.data?.pages.flatMap(({ auditEvents }) => auditEvents.edges.map(({ node }) => node));
  return (
    <Page
      title="Audit log"
      lead="A permanent record of who did what, newest first. It contains no secrets."
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
      <FilterBar filter={filter} onChange={changeFilter} events={events ?? []} />
      <p role="status" className="for-screen-readers">
        {events && !isPlaceholderData && `Showing ${hasNextPage ? 'the newest ' : ''}${events.length} events`}
      </p>
      <QueryStates
        query={isFetchNextPageError ? { ...query, error: null } : query}
        skeleton={<EventTableSkeleton />}
      >
        {() =>
          events?.length ? (
            <div aria-busy={isPlaceholderData} className={isPlaceholderData ? styles.stale : undefined}>
              <EventTable events={events} onFilter={changeFilter} />
              <div className={styles.more}>
                {hasNextPage ? (
                  <Button isBusy={isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    {isFetchingNextPage ? 'Loading…' : 'Load more'}
                  </Button>
                ) : (
                  <p>No more events</p>
                )}
                {isFetchNextPageError && <FailureMessage failure={query.error} />}
              </div>
            </div>
          ) : (
            <EmptyState title={isFiltered(filter) ? 'No matching events' : 'No events yet'}>
              {isFiltered(filter)
                ? 'Try other filters.'
                : 'Sign-ins, changes and connected accounts appear here.'}
            </EmptyState>
          )
        }
      </QueryStates>
    </Page>
  );
}
