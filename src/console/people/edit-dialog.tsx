import { useId, useState } from 'react';
import { ChangePersonDocument } from '../generated/people.js';
import { useChange } from '../graphql/operations.js';
import { useViewer } from '../session/viewer.js';
import { Button } from '../ui/form/button.js';
import { ChangeFailure, mistakeAt } from '../ui/form/change-failure.js';
import { Dialog } from '../ui/form/dialog.js';
import { Choice, TextField } from '../ui/form/field.js';
import { notify } from '../ui/notices.js';
import styles from './people.module.css';
import { roles, type Person } from './person.js';

/** A person's name and role. Sends only what was changed. */
export function EditDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const formId = useId();
  const viewerId = useViewer()?.id;
  const [displayName, setDisplayName] = useState(person.displayName);
  const [role, setRole] = useState(person.role);
  const { mutate, error, isPending } = useChange(ChangePersonDocument);
  const givesUpOwnRole = person.id === viewerId && person.role === 'ADMIN' && role === 'MEMBER';
  const close = () => !isPending && onClose();
  const save = () => {
    if (isPending) return;
    const change = {
      ...(displayName.trim() !== person.displayName && { displayName }),
      ...(role !== person.role && { role }),
    };
    if (Object.keys(change).length === 0) return onClose();
    mutate(
      { id: person.id, input: change },
      {
        onSuccess: () => {
          notify(`${displayName.trim()} is saved.`);
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      title={`Edit ${person.displayName}`}
      isOpen
      isKept
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" form={formId} tone="primary" isBusy={isPending}>
            {isPending ? 'Saving…' : 'Save'}
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
          save();
        }}
      >
        <TextField
          label="Name"
          hint={person.email}
          required
          value={displayName}
          onChange={setDisplayName}
          mistake={mistakeAt(error, 'displayName')}
        />
        <Choice label="Role" value={role} onChange={setRole} options={roles} />
        {givesUpOwnRole && (
          <p role="status" className={styles.warning}>
            This is you. You lose this page, and only another administrator can give it back.
          </p>
        )}
        <ChangeFailure says="Nothing was changed." failure={error} />
      </form>
    </Dialog>
  );
}
