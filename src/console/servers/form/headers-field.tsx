import { Button } from '../../ui/form/button.js';
import type { FormPartProps } from './form-parts.js';
import { PairRows } from './pair-rows.js';
import styles from '../parts/servers.module.css';

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
