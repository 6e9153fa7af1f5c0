import { Button } from '../../ui/form/button.js';
import { TextField } from '../../ui/form/field.js';
import type { SecretDraft } from './draft.js';
import styles from '../parts/servers.module.css';

/** A secret that can be set, replaced and cleared, but never read. */
export function SecretField({
  label,
  hint,
  isSet,
  canClear,
  draft,
  mistake,
  onChange,
}: {
  label: string;
  hint?: string;
  /** One is stored on the server. */
  isSet: boolean;
  /** The server does without it, too. */
  canClear: boolean;
  draft: SecretDraft;
  mistake?: string | undefined;
  onChange: (draft: SecretDraft) => void;
}) {
  if (draft.is === 'GIVEN' || !isSet) {
    return (
      <div className={styles.secret}>
        <TextField
          label={label}
          hint={hint}
          mistake={mistake}
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
            Keep the one that is set
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
          {isCleared ? 'Will be removed when you save.' : 'Set. It cannot be shown.'}
        </span>
        {isCleared ? (
          <Button onClick={() => onChange({ is: 'KEPT' })}>Keep it</Button>
        ) : (
          <>
            <Button onClick={() => onChange({ is: 'GIVEN', value: '' })}>Replace</Button>
            {canClear && <Button onClick={() => onChange({ is: 'CLEARED' })}>Clear</Button>}
          </>
        )}
      </p>
      {mistake && <p role="alert">{mistake}</p>}
    </div>
  );
}
