import { useId, useState } from 'react';
import { CreateTokenDocument } from '../generated/tokens.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { ChangeFailure, mistakeAt } from '../ui/form/change-failure.js';
import { Dialog } from '../ui/form/dialog.js';
import { Choice, Select, TextField } from '../ui/form/field.js';
import { ShownOnce } from '../ui/form/shown-once.js';
import { dayInput, earliestDay, expiryOf, latestDay, lifetimes, type Lifetime } from './expiry.js';
import { scopes, type Scope } from './token-words.js';
import styles from './tokens.module.css';

const inFull = new Intl.DateTimeFormat('en', { dateStyle: 'full' });

/** Issues a token and shows it, this once: it goes with the dialog. */
export function CreateDialog({ onClose }: { onClose: () => void }) {
  const formId = useId();
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('USE');
  const [lifetime, setLifetime] = useState<Lifetime>('90');
  const [day, setDay] = useState(() => dayInput(14));
  const { mutate, data, error, isPending } = useChange(CreateTokenDocument, { gcTime: 0 });
  const close = () => !isPending && onClose();
  const expiresAt = expiryOf(lifetime, day);
  const create = () => {
    if (isPending || !expiresAt) return;
    mutate({ input: { name, scope, expiresAt: expiresAt.toISOString() } });
  };
  if (data) {
    return (
      <Dialog
        title={`${name.trim()} is ready`}
        isOpen
        isKept
        onClose={close}
        actions={<Button onClick={close}>Done</Button>}
      >
        <p role="status">Copy the token now. It cannot be shown again; if it gets lost, make a new one.</p>
        <ShownOnce label="The token" what="the token" text={data.createApiToken.token} />
        <p className={styles.usage}>
          Programs send it with each request as <code>Authorization: Bearer …</code>
        </p>
      </Dialog>
    );
  }
  return (
    <Dialog
      title="New token"
      isOpen
      isKept
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" form={formId} tone="primary" isBusy={isPending}>
            {isPending ? 'Creating…' : 'Create'}
          </Button>
        </>
      }
    >
      <form
        id={formId}
        noValidate
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          create();
        }}
      >
        <TextField
          label="Name"
          hint="What it is for, so that you know it again."
          required
          value={name}
          onChange={setName}
          mistake={mistakeAt(error, 'name')}
        />
        <Choice label="What it may do" value={scope} onChange={setScope} options={scopes} />
        <Select label="Good for" value={lifetime} onChange={setLifetime} options={lifetimes} />
        {lifetime === 'DAY' && (
          <TextField
            label="Last day"
            type="date"
            required
            min={earliestDay()}
            max={latestDay()}
            value={day}
            onChange={setDay}
            mistake={expiresAt ? mistakeAt(error, 'expiresAt') : 'Choose a day.'}
          />
        )}
        {expiresAt && <p className={styles.ending}>It ends on {inFull.format(expiresAt)}.</p>}
        <ChangeFailure says="No token was made." failure={error} />
      </form>
    </Dialog>
  );
}
