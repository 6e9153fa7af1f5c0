import { AuditFilterChoicesDocument } from '../generated/audit.js';
import { useOperation } from '../graphql/operations.js';
import { Select, TextField } from '../ui/form/field.js';
import type { AuditedEvent } from './action-labels.js';
import { ActionPicker } from './action-picker.js';
import type { AuditFilter } from './audit-filter.js';
import styles from './audit.module.css';
import { subjectLabel } from './event-labels.js';
import { UserPicker } from './user-picker.js';

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
  const servers = (data?.mcpServerConfigs ?? []).map(({ id, displayName }) => [id, displayName] as const);
  const subject = events.find((event) => event.subject.subjectId === filter.subject)?.subject;
  const fallback = subject ? subjectLabel(subject) : 'Unknown object';
  const isServer = servers.some(([id]) => id === filter.subject);
  return (
    <section aria-label="Filters" className={styles.filters}>
      <ActionPicker chosen={filter.actions} onChange={(actions) => onChange({ actions })} />
      <UserPicker label="User" chosen={filter.actor} onChange={(actor) => onChange({ actor })} />
      <UserPicker label="Affected user" chosen={filter.user} onChange={(user) => onChange({ user })} />
      <Select
        label="Server or object"
        value={filter.subject}
        onChange={(chosen) => onChange({ subject: chosen })}
        options={{
          '': 'Anything',
          ...Object.fromEntries(servers),
          ...(filter.subject !== '' && !isServer && { [filter.subject]: fallback }),
        }}
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
