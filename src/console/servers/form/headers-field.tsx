import { Button } from '../../ui/form/button.js';
import type { FormPartProps } from './form-parts.js';
import { PairRows } from './pair-rows.js';
import styles from '../parts/servers.module.css';

/** The headers of CUSTOM_HEADERS, and the additional ones of OAUTH2. Values are secret, names are not. The headers are replaced together. */
export function HeadersField({ draft, change, server, errorAt }: FormPartProps) {
  const { customHeaders } = draft;
  if (customHeaders.is === 'KEPT') {
    return (
      <div role="group" aria-label="Headers" className={styles.secret}>
        <p>
          <b>Headers</b>
        </p>
        <p className={styles.row}>
          <span className={styles.quiet}>
            Headers set: {server?.customHeaderNames?.join(', ')}. Values can’t be displayed.
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
        error={errorAt('customHeaders')}
        errorAt={(index, part) => errorAt(`customHeaders[${index}].${part}`)}
      />
      {server?.hasCustomHeaders && (
        <Button tone="quiet" onClick={() => change({ customHeaders: { is: 'KEPT' } })}>
          Keep current headers
        </Button>
      )}
    </div>
  );
}
