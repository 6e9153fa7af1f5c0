import { AuditFilterChoicesDocument } from '../generated/audit.js';
import { useOperation } from '../graphql/operations.js';
import { Select, TextField } from '../ui/form/field.js';
import type { AuditedEvent } from './action-words.js';
import { ActionPicker } from './action-picker.js';
import type { AuditFilter } from './audit-filter.js';
import styles from './audit.module.css';
import { subjectInWords } from './event-words.js';

/** What the log can be narrowed to. Everything that is set has to hold. */
export function FilterBar({
  filter,
  onChange,
  seen,
}: {
  filter: AuditFilter;
  onChange: (part: Partial<AuditFilter>) => void;
  /** Events on show: the names of what is gone stand nowhere else. */
  seen: readonly AuditedEvent[];
}) {
  const { data } = useOperation(AuditFilterChoicesDocument, {});
  const people = (data?.users ?? []).map(({ id, displayName, email }) => [id, `${displayName} (${email})`]);
  const servers = (data?.mcpServerConfigs ?? []).map(({ id, displayName }) => [id, displayName]);
  const subject = seen.find((event) => event.subject.id === filter.subject)?.subject;
  const choices = (all: string, known: string[][], chosen: string, otherwise: string) => ({
    '': all,
    ...Object.fromEntries(known),
    ...(chosen && !known.some(([id]) => id === chosen) && { [chosen]: otherwise }),
  });
  return (
    <section aria-label="Filters" className={styles.filters}>
      <ActionPicker chosen={filter.actions} onChange={(actions) => onChange({ actions })} />
      <Select
        label="Done by"
        value={filter.actor}
        onChange={(actor) => onChange({ actor })}
        options={choices('Anybody', people, filter.actor, 'Somebody else')}
      />
      <Select
        label="Whose"
        value={filter.person}
        onChange={(person) => onChange({ person })}
        options={choices('Anybody’s', people, filter.person, 'Somebody else’s')}
      />
      <Select
        label="Done to"
        value={filter.subject}
        onChange={(chosen) => onChange({ subject: chosen })}
        options={choices(
          'Anything',
          servers,
          filter.subject,
          subject ? subjectInWords(subject) : 'Something else',
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
        label="Until"
        type="date"
        min={filter.from}
        value={filter.to}
        onChange={(to) => onChange({ to })}
      />
    </section>
  );
}
