import { CopyButton } from './copy-button.js';
import styles from './shown-once.module.css';

/** A secret that is shown once, to be copied. Only the dialog that shows it holds it. */
export function ShownOnce({ label, what, text }: { label: string; what: string; text: string }) {
  return (
    <div className={styles.row}>
      <input
        readOnly
        className={styles.text}
        aria-label={label}
        value={text}
        spellCheck={false}
        autoComplete="off"
        onFocus={({ target }) => target.select()}
      />
      <CopyButton text={text} what={what} />
    </div>
  );
}
