import { Button } from '../../ui/form/button.js';
import { TextField } from '../../ui/form/field.js';
import styles from '../parts/servers.module.css';

/** A header, or a parameter. */
export interface Pair {
  name: string;
  value: string;
}

/** Names with values, a row each. */
export function PairRows({
  rows,
  onChange,
  noun,
  isSecret = false,
  mistakeOf,
}: {
  rows: readonly Pair[];
  onChange: (rows: Pair[]) => void;
  /** What one of them is called. */
  noun: string;
  isSecret?: boolean;
  mistakeOf: (index: number, part: 'name' | 'value') => string | undefined;
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
