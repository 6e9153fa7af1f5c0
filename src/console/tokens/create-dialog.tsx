import { useState } from 'react';
import { CreateTokenDocument } from '../generated/tokens.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { Dialog } from '../ui/form/dialog.js';
import { Choice, Select, TextField } from '../ui/form/field.js';
import { FormDialog } from '../ui/form/form-dialog.js';
import { ShownOnce } from '../ui/form/shown-once.js';
import { dayInput, earliestDay, expiryOf, latestDay, lifetimes, type Lifetime } from './expiry.js';
import { scopes, type Scope } from './token-labels.js';
import styles from './tokens.module.css';

const labels = { name: 'Name', scope: 'Access', expiresAt: 'Expiration date' };

const fullDate = new Intl.DateTimeFormat('en', { dateStyle: 'full' });

/** Creates a token and shows it once. Closing the dialog discards it. */
export function CreateDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('USE');
  const [lifetime, setLifetime] = useState<Lifetime>('90');
  const [day, setDay] = useState(() => dayInput(14));
  const { mutate, data, error, isPending } = useChange(CreateTokenDocument, { gcTime: 0 });
  const expiresAt = expiryOf(lifetime, day);
  const create = () => {
    if (expiresAt) mutate({ input: { name, scope, expiresAt: expiresAt.toISOString() } });
  };
  if (data) {
    return (
      <Dialog
        title={`${name.trim()} created`}
        isOpen
        keepsContent
        onClose={onClose}
        actions={<Button onClick={onClose}>Done</Button>}
      >
        <p role="status">Copy the token now. You won’t be able to see it again.</p>
        <ShownOnce label="API token" what="the token" text={data.createApiToken.token} />
        <p className={styles.usage}>
          Send it with each request: <code>Authorization: Bearer …</code>
        </p>
      </Dialog>
    );
  }
  return (
    <FormDialog
      title="New token"
      submitLabel="Create token"
      busyLabel="Creating…"
      isBusy={isPending}
      labels={labels}
      failure={error}
      failureSummary="The token wasn’t created."
      onSubmit={create}
      onClose={onClose}
    >
      {(errorAt) => (
        <>
          <TextField
            label={labels.name}
            hint="What the token is for."
            required
            value={name}
            onChange={setName}
            error={errorAt('name')}
          />
          <Choice label={labels.scope} value={scope} onChange={setScope} options={scopes} />
          <Select label="Expiration" value={lifetime} onChange={setLifetime} options={lifetimes} />
          {lifetime === 'CUSTOM' && (
            <TextField
              label={labels.expiresAt}
              type="date"
              required
              min={earliestDay()}
              max={latestDay()}
              value={day}
              onChange={setDay}
              error={expiresAt ? errorAt('expiresAt') : 'Enter a date.'}
            />
          )}
          {expiresAt && (
            <p className={styles.expiration}>The token expires on {fullDate.format(expiresAt)}.</p>
          )}
        </>
      )}
    </FormDialog>
  );
}
