import { AuditEventsDocument } from '../generated/audit.js';
import { usePages } from '../graphql/pages.js';
import { Button } from '../ui/form/button.js';
import { Page } from '../ui/page.js';
import { PagedRows } from '../ui/paged-rows.js';
import { EmptyState, QueryStates } from '../ui/states.js';
import { filterInputOf, isFiltered, noFilter, useAuditFilter } from './audit-filter.js';
import { EventTable, EventTableSkeleton } from './event-table.js';
import { FilterBar } from './filter-bar.js';

/** The audit log, newest events first. */
export default function AuditPage() {
  const [filter, changeFilter] = useAuditFilter();
  const pages = usePages(
    AuditEventsDocument,
    { filter: filterInputOf(filter) },
    ({ auditEvents }) => auditEvents,
    { isRefetched: false },
  );
  const { rows: events, query, isStale, hasMore, isLoadingMore } = pages;
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
          <Button isBusy={query.isFetching && !isLoadingMore} onClick={() => void query.refetch()}>
            Refresh
          </Button>
        </>
      }
    >
      <FilterBar filter={filter} onChange={changeFilter} events={events ?? []} />
      <p role="status" className="for-screen-readers">
        {events && !isStale && `Showing ${hasMore ? 'the newest ' : ''}${events.length} events`}
      </p>
      <QueryStates query={query} skeleton={<EventTableSkeleton />}>
        {(events) =>
          events.length > 0 ? (
            <PagedRows pages={pages} end="No more events">
              <EventTable events={events} onFilter={changeFilter} />
            </PagedRows>
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
