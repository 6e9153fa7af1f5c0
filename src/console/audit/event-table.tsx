import { Bone } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { TimeAgo } from '../ui/time-ago.js';
import { actionLabels, type AuditedEvent } from './action-labels.js';
import type { AuditFilter } from './audit-filter.js';
import styles from './audit.module.css';
import { actorLabel, credentialLabel, detailLabels, ownerLabel, subjectLabel } from './event-labels.js';

type OnFilter = (part: Partial<AuditFilter>) => void;

export function EventTable({ events, onFilter }: { events: readonly AuditedEvent[]; onFilter: OnFilter }) {
  return (
    <Table
      caption="Events, newest first"
      columns={columnsFor(onFilter)}
      rows={events}
      keyOf={({ id }) => id}
    />
  );
}

function columnsFor(onFilter: OnFilter): Column<AuditedEvent>[] {
  return [
    { label: 'Time', cell: (event) => <Time {...event} /> },
    { label: 'User', cell: (event) => <Actor {...event} onFilter={onFilter} /> },
    { label: 'Event', cell: (event) => <Event event={event} onFilter={onFilter} /> },
    { label: 'Details', cell: (event) => <Details event={event} /> },
  ];
}

function Time({ occurredAt }: AuditedEvent) {
  return (
    <span className={styles.time}>
      <TimeAgo at={occurredAt} />
    </span>
  );
}

function Actor({ actor, onFilter }: Pick<AuditedEvent, 'actor'> & { onFilter: OnFilter }) {
  const { userId } = actor;
  const label = actorLabel(actor);
  return (
    <div className={styles.actor}>
      {userId ? (
        <FilterLink title={`Show only events by ${label}`} onClick={() => onFilter({ actor: userId })}>
          {label}
        </FilterLink>
      ) : (
        label
      )}
      <p className={styles.quiet}>{credentialLabel(actor)}</p>
    </div>
  );
}

function Event({ event, onFilter }: { event: AuditedEvent; onFilter: OnFilter }) {
  const { action, subject } = event;
  const { subjectId } = subject;
  const label = subjectLabel(subject);
  const owner = ownerLabel(event);
  return (
    <div className={styles.event}>
      <p className={styles.action}>{actionLabels[action]}</p>
      <p className={styles.quiet}>
        {subjectId ? (
          <FilterLink
            title={`Show only events for ${label}`}
            onClick={() => onFilter({ subject: subjectId })}
          >
            {label}
          </FilterLink>
        ) : (
          label
        )}
        {owner && ` ${owner}`}
      </p>
    </div>
  );
}

function FilterLink({ title, onClick, children }: { title: string; onClick: () => void; children: string }) {
  return (
    <button type="button" className={styles.filterLink} title={title} onClick={onClick}>
      {children}
    </button>
  );
}

function Details({ event }: { event: AuditedEvent }) {
  const details = detailLabels(event);
  if (details.length === 0) return <span className={styles.quiet}>–</span>;
  return (
    <ul className={styles.details}>
      {details.map((phrase) => (
        <li key={phrase}>{phrase}</li>
      ))}
    </ul>
  );
}

/** A placeholder as tall as the rows. */
export function EventTableSkeleton() {
  return (
    <div className={styles.skeleton}>
      {Array.from({ length: 8 }, (_, i) => (
        <div key={i}>
          <Bone width="min(24em, 60%)" height="1.4em" />
          <Bone width="min(14em, 40%)" height="1.2em" />
        </div>
      ))}
    </div>
  );
}
