import { Button } from '../../ui/form/button.js';
import { TextField } from '../../ui/form/field.js';
import styles from '../parts/servers.module.css';

/** A header or a parameter. */
export interface Pair {
  name: string;
  value: string;
}

/** Editable rows of a name and a value. */
export function PairRows({
  rows,
  onChange,
  noun,
  isSecret = false,
  error,
  errorAt,
}: {
  rows: readonly Pair[];
  onChange: (rows: Pair[]) => void;
  /** The name of a row, in lower case: "header". */
  noun: string;
  isSecret?: boolean;
  /** The error of the list itself. */
  error: string | undefined;
  errorAt: (index: number, part: 'name' | 'value') => string | undefined;
}) {
  const replace = (index: number, changed: Partial<Pair>) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...changed } : row)));
  return (
    <>
      {rows.map((row, index) => (
        <div key={index} className={styles.pair}>
          <TextField
            label="Name"
            value={row.name}
            onChange={(name) => replace(index, { name })}
            error={errorAt(index, 'name')}
            spellCheck={false}
          />
          <TextField
            label="Value"
            type={isSecret ? 'password' : 'text'}
            autoComplete={isSecret ? 'new-password' : 'off'}
            value={row.value}
            onChange={(value) => replace(index, { value })}
            error={errorAt(index, 'value')}
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
      {error && <p className={styles.error}>{error}</p>}
      <div>
        <Button onClick={() => onChange([...rows, { name: '', value: '' }])}>Add {noun}</Button>
      </div>
    </>
  );
}
