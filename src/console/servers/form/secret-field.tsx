import { Button } from '../../ui/form/button.js';
import { TextField } from '../../ui/form/field.js';
import type { SecretDraft } from './draft.js';
import styles from '../parts/servers.module.css';

/** A secret that can be set, replaced and removed, but not read. */
export function SecretField({
  label,
  hint,
  isSet,
  canClear,
  draft,
  error,
  onChange,
}: {
  label: string;
  hint?: string;
  /** The server has a value. */
  isSet: boolean;
  /** The secret is optional. */
  canClear: boolean;
  draft: SecretDraft;
  error?: string | undefined;
  onChange: (draft: SecretDraft) => void;
}) {
  if (draft.is === 'GIVEN' || !isSet) {
    return (
      <div className={styles.secret}>
        <TextField
          label={label}
          hint={hint}
          error={error}
          type="password"
          autoComplete="new-password"
          spellCheck={false}
          value={draft.is === 'GIVEN' ? draft.value : ''}
          onChange={(value) =>
            onChange(value === '' && !isSet && canClear ? { is: 'KEPT' } : { is: 'GIVEN', value })
          }
        />
        {isSet && (
          <Button tone="quiet" onClick={() => onChange({ is: 'KEPT' })}>
            Keep current value
          </Button>
        )}
      </div>
    );
  }
  const isCleared = draft.is === 'CLEARED';
  return (
    <div role="group" aria-label={label} className={styles.secret}>
      <p>
        <b>{label}</b>
      </p>
      <p className={styles.row}>
        <span className={styles.quiet}>
          {isCleared ? 'Removed when you save.' : 'Set. The value can’t be displayed.'}
        </span>
        {isCleared ? (
          <Button onClick={() => onChange({ is: 'KEPT' })}>Undo</Button>
        ) : (
          <>
            <Button onClick={() => onChange({ is: 'GIVEN', value: '' })}>Replace</Button>
            {canClear && <Button onClick={() => onChange({ is: 'CLEARED' })}>Remove</Button>}
          </>
        )}
      </p>
      {error && <p className={styles.error}>{error}</p>}
    </div>
  );
}
