import { useState } from 'react';
import { UpdateUserDocument } from '../generated/people.js';
import { useChange } from '../graphql/operations.js';
import { useViewer } from '../session/viewer.js';
import { Choice, TextField } from '../ui/form/field.js';
import { FormDialog } from '../ui/form/form-dialog.js';
import { notify } from '../ui/notices.js';
import styles from './people.module.css';
import { roles, userLabels, type User } from './user.js';

/** Edits a user's name and role, and sends only what has changed. */
export function EditDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const viewerId = useViewer()?.id;
  const [displayName, setDisplayName] = useState(user.displayName);
  const [role, setRole] = useState(user.role);
  const { mutate, error, isPending } = useChange(UpdateUserDocument);
  const losesOwnRole = user.id === viewerId && user.role === 'ADMIN' && role === 'MEMBER';
  const save = () => {
    const input = {
      ...(displayName.trim() !== user.displayName && { displayName }),
      ...(role !== user.role && { role }),
    };
    if (Object.keys(input).length === 0) return onClose();
    mutate(
      { id: user.id, input },
      {
        onSuccess: () => {
          notify(`${displayName.trim()} saved.`);
          onClose();
        },
      },
    );
  };
  return (
    <FormDialog
      title={`Edit ${user.displayName}`}
      submitLabel="Save changes"
      busyLabel="Saving…"
      isBusy={isPending}
      labels={userLabels}
      failure={error}
      failureSummary="Your changes weren’t saved."
      onSubmit={save}
      onClose={onClose}
    >
      {(errorAt) => (
        <>
          <TextField
            label={userLabels.displayName}
            hint={user.email}
            required
            value={displayName}
            onChange={setDisplayName}
            error={errorAt('displayName')}
          />
          <Choice label={userLabels.role} value={role} onChange={setRole} options={roles} />
          {losesOwnRole && (
            <p role="status" className={styles.warning}>
              This is your own account. You’ll lose access to this page, and only another administrator can
              restore it.
            </p>
          )}
        </>
      )}
    </FormDialog>
  );
}
