import { Bone } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { TimeAgo } from '../ui/time-ago.js';
import { actionWords, type AuditedEvent } from './action-words.js';
import type { AuditFilter } from './audit-filter.js';
import styles from './audit.module.css';
import {
  actorInWords,
  credentialInWords,
  detailsInWords,
  ownerInWords,
  subjectInWords,
} from './event-words.js';

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
    { label: 'When', cell: (event) => <When {...event} /> },
    { label: 'Who', cell: (event) => <Actor {...event} onFilter={onFilter} /> },
    { label: 'What', cell: (event) => <What event={event} onFilter={onFilter} /> },
    { label: 'Details', cell: (event) => <Details event={event} /> },
  ];
}

function When({ occurredAt }: AuditedEvent) {
  return (
    <span className={styles.when}>
      <TimeAgo at={occurredAt} />
    </span>
  );
}

function Actor({ actor, onFilter }: Pick<AuditedEvent, 'actor'> & { onFilter: OnFilter }) {
  const { userId } = actor;
  const words = actorInWords(actor);
  return (
    <div className={styles.who}>
      {userId ? (
        <FilterLink what={`Only what ${words} did`} onClick={() => onFilter({ actor: userId })}>
          {words}
        </FilterLink>
      ) : (
        words
      )}
      <p className={styles.quiet}>{credentialInWords(actor)}</p>
    </div>
  );
}

function What({ event, onFilter }: { event: AuditedEvent; onFilter: OnFilter }) {
  const { action, subject } = event;
  const { id } = subject;
  const words = subjectInWords(subject);
  const owner = ownerInWords(event);
  return (
    <div className={styles.what}>
      <p className={styles.action}>{actionWords[action]}</p>
      <p className={styles.quiet}>
        {id ? (
          <FilterLink what={`Only what was done to ${words}`} onClick={() => onFilter({ subject: id })}>
            {words}
          </FilterLink>
        ) : (
          words
        )}
        {owner && ` ${owner}`}
      </p>
    </div>
  );
}

function FilterLink({ what, onClick, children }: { what: string; onClick: () => void; children: string }) {
  return (
    <button type="button" className={styles.filterLink} title={what} onClick={onClick}>
      {children}
    </button>
  );
}

function Details({ event }: { event: AuditedEvent }) {
  const details = detailsInWords(event);
  if (details.length === 0) return <span className={styles.quiet}>–</span>;
  return (
    <ul className={styles.details}>
      {details.map((phrase) => (
        <li key={phrase}>{phrase}</li>
      ))}
    </ul>
  );
}

/** As high as the rows that it stands for. */
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
