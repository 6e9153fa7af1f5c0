import { Button } from '../ui/button.js';
import { TextField } from '../ui/field.js';
import type { HeaderDraft } from './draft.js';
import type { FormPartProps } from './form-parts.js';
import styles from './servers.module.css';

/** The headers of CUSTOM_HEADERS: their names are no secret, their values are, and the set is replaced as a whole. */
export function HeadersField({ draft, change, server, mistakeOf }: FormPartProps) {
  const { customHeaders } = draft;
  if (customHeaders.is === 'KEPT') {
    return (
      <div role="group" aria-label="Headers" className={styles.secret}>
        <p>
          <b>Headers</b>
        </p>
        <p className={styles.row}>
          <span className={styles.quiet}>
            Set: {server?.customHeaderNames?.join(', ')}. Their values cannot be shown.
          </span>
          <Button
            onClick={() => {
              const names = server?.customHeaderNames ?? [];
              change({ customHeaders: { is: 'GIVEN', value: names.map((name) => ({ name, value: '' })) } });
            }}
          >
            Replace
          </Button>
        </p>
      </div>
    );
  }
  const rows = customHeaders.is === 'GIVEN' ? customHeaders.value : [];
  return (
    <div role="group" aria-label="Headers" className={styles.secret}>
      <p>
        <b>Headers</b>
      </p>
      <PairRows
        rows={rows}
        onChange={(value) => change({ customHeaders: { is: 'GIVEN', value } })}
        noun="header"
        isSecret
        mistakeOf={(index, part) => mistakeOf(`customHeaders[${index}].${part}`)}
      />
      {mistakeOf('customHeaders') && <p role="alert">{mistakeOf('customHeaders')}</p>}
      {server?.hasCustomHeaders && (
        <Button tone="quiet" onClick={() => change({ customHeaders: { is: 'KEPT' } })}>
          Keep those that are set
        </Button>
      )}
    </div>
  );
}

/** Names with values, a row each. */
export function PairRows({
  rows,
  onChange,
  noun,
  isSecret = false,
  mistakeOf,
}: {
  rows: readonly HeaderDraft[];
  onChange: (rows: HeaderDraft[]) => void;
  /** What one of them is called. */
  noun: string;
  isSecret?: boolean;
  mistakeOf: (index: number, part: 'name' | 'value') => string | undefined;
}) {
  const replace = (index: number, changed: Partial<HeaderDraft>) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...changed } : row)));
  return (
    <>
      {rows.map((row, index) => (
        <div key={index} className={styles.pair}>
          <TextField
            label="Name"
            value={row.name}
            onChange={(name) => replace(index, { name })}
            mistake={mistakeOf(index, 'name')}
            spellCheck={false}
          />
          <TextField
            label="Value"
            type={isSecret ? 'password' : 'text'}
            autoComplete={isSecret ? 'new-password' : 'off'}
            value={row.value}
            onChange={(value) => replace(index, { value })}
            mistake={mistakeOf(index, 'value')}
            spellCheck={false}
          />
          <Button
            aria-label={`Remove ${noun} ${row.name || index + 1}`}
            onClick={() => onChange(rows.filter((_, at) => at !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      <div>
        <Button onClick={() => onChange([...rows, { name: '', value: '' }])}>Add a {noun}</Button>
      </div>
    </>
  );
}
