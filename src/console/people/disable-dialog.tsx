import { UpdateUserDocument } from '../generated/people.js';
import { useChange } from '../graphql/operations.js';
import { useViewer } from '../session/viewer.js';
import { ConfirmDialog } from '../ui/form/confirm-dialog.js';
import { notify } from '../ui/notices.js';
import styles from './people.module.css';
import type { User } from './user.js';

/** Disables or enables a user, after it has described the consequences. */
export function DisableDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const { mutate, error, isPending } = useChange(UpdateUserDocument);
  const viewerId = useViewer()?.id;
  const { id, displayName } = user;
  const disables = user.disabledAt === null;
  const confirm = () =>
    mutate(
      { id, input: { disabled: disables } },
      {
        onSuccess: () => {
          notify(`${displayName} ${disables ? 'disabled' : 'enabled'}.`);
          onClose();
        },
      },
    );
  return (
    <ConfirmDialog
      title={`${disables ? 'Disable' : 'Enable'} ${displayName}?`}
      confirmLabel={disables ? 'Disable' : 'Enable'}
      busyLabel={disables ? 'Disabling…' : 'Enabling…'}
      tone={disables ? 'danger' : 'primary'}
      isBusy={isPending}
      failure={error}
      failureSummary={`${displayName} wasn’t ${disables ? 'disabled' : 'enabled'}.`}
      onConfirm={confirm}
      onClose={onClose}
    >
      {disables ? <DisableConsequences /> : <EnableConsequences />}
      {disables && id === viewerId && (
        <p className={styles.warning}>
          This is your own account. You’ll be signed out, and only another administrator can enable it again.
        </p>
      )}
    </ConfirmDialog>
  );
}

function DisableConsequences() {
  return (
    <>
      <p>Disabling takes effect immediately:</p>
      <ul className={styles.consequences}>
        <li>They’re signed out everywhere and can’t sign in.</li>
        <li>Their API tokens and open sign-in links are revoked.</li>
        <li>
          Their accounts are disconnected from every server, and their access is revoked at the providers.
        </li>
      </ul>
      <p>You can enable them again later, but this doesn’t restore tokens, links or connected accounts.</p>
    </>
  );
}

function EnableConsequences() {
  return (
    <p>
      They can sign in again with a new sign-in link or your identity provider. They must create new tokens
      and connect their accounts again.
    </p>
  );
}
