import { AuditFilterChoicesDocument } from '../generated/audit.js';
import { useOperation } from '../graphql/operations.js';
import { Select, TextField } from '../ui/form/field.js';
import type { AuditedEvent } from './action-labels.js';
import { ActionPicker } from './action-picker.js';
import type { AuditFilter } from './audit-filter.js';
import styles from './audit.module.css';
import { subjectLabel } from './event-labels.js';

/** The filters of the log. An event must match all of them. */
export function FilterBar({
  filter,
  onChange,
  events,
}: {
  filter: AuditFilter;
  onChange: (part: Partial<AuditFilter>) => void;
  /** The displayed events. They alone have the names of deleted objects. */
  events: readonly AuditedEvent[];
}) {
  const { data } = useOperation(AuditFilterChoicesDocument, {});
  const users = (data?.users ?? []).map(({ id, displayName, email }) => [id, `${displayName} (${email})`]);
  const servers = (data?.mcpServerConfigs ?? []).map(({ id, displayName }) => [id, displayName]);
  const subject = events.find((event) => event.subject.id === filter.subject)?.subject;
  const choices = (all: string, known: string[][], chosen: string, fallback: string) => ({
    '': all,
    ...Object.fromEntries(known),
    ...(chosen && !known.some(([id]) => id === chosen) && { [chosen]: fallback }),
  });
  return (
    <section aria-label="Filters" className={styles.filters}>
      <ActionPicker chosen={filter.actions} onChange={(actions) => onChange({ actions })} />
      <Select
        label="User"
        value={filter.actor}
        onChange={(actor) => onChange({ actor })}
        options={choices('Anyone', users, filter.actor, 'Unknown user')}
      />
      <Select
        label="Affected user"
        value={filter.user}
        onChange={(user) => onChange({ user })}
        options={choices('Anyone', users, filter.user, 'Unknown user')}
      />
      <Select
        label="Server or object"
        value={filter.subject}
        onChange={(chosen) => onChange({ subject: chosen })}
        options={choices(
          'Anything',
          servers,
          filter.subject,
          subject ? subjectLabel(subject) : 'Unknown object',
        )}
      />
      <TextField
        label="From"
        type="date"
        max={filter.to}
        value={filter.from}
        onChange={(from) => onChange({ from })}
      />
      <TextField
        label="To"
        type="date"
        min={filter.from}
        value={filter.to}
        onChange={(to) => onChange({ to })}
      />
    </section>
  );
}
