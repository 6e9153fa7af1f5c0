import { ChangePersonDocument } from '../generated/people.js';
import { useChange } from '../graphql/operations.js';
import { useViewer } from '../session/viewer.js';
import { Button } from '../ui/form/button.js';
import { ChangeFailure } from '../ui/form/change-failure.js';
import { Dialog } from '../ui/form/dialog.js';
import { notify } from '../ui/notices.js';
import styles from './people.module.css';
import type { Person } from './person.js';

/** Disables a person, or enables them again, having said what that does. */
export function SwitchDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { mutate, error, isPending } = useChange(ChangePersonDocument);
  const viewerId = useViewer()?.id;
  const { id, displayName } = person;
  const disables = person.disabledAt === null;
  const close = () => !isPending && onClose();
  const confirm = () =>
    mutate(
      { id, input: { disabled: disables } },
      {
        onSuccess: () => {
          notify(`${displayName} is ${disables ? 'disabled' : 'enabled'}.`);
          onClose();
        },
      },
    );
  return (
    <Dialog
      title={disables ? `Disable ${displayName}?` : `Enable ${displayName}?`}
      isOpen
      asks
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button tone={disables ? 'danger' : 'primary'} isBusy={isPending} onClick={confirm}>
            {disables ? (isPending ? 'Disabling…' : 'Disable') : isPending ? 'Enabling…' : 'Enable'}
          </Button>
        </>
      }
    >
      {disables ? <WhatDisablingDoes /> : <WhatEnablingDoes />}
      {disables && id === viewerId && (
        <p className={styles.warning}>
          This is you. You will be signed out and cannot come back by yourself.
        </p>
      )}
      <ChangeFailure says="Nothing was changed." failure={error} />
    </Dialog>
  );
}

function WhatDisablingDoes() {
  return (
    <>
      <p>At once, and for good:</p>
      <ul className={styles.consequences}>
        <li>They are signed out everywhere and cannot sign in.</li>
        <li>Their API tokens and open sign-in links stop working.</li>
        <li>They are disconnected from every server, and the providers are asked to revoke the access.</li>
      </ul>
      <p>You can enable the account again, but none of this comes back with it.</p>
    </>
  );
}

function WhatEnablingDoes() {
  return (
    <p>
      They can sign in again, with a new sign-in link or your identity provider. What ended when they were
      disabled stays ended: they make new tokens and connect their accounts again.
    </p>
  );
}
