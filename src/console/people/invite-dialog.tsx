import { useId, useState } from 'react';
import { InvitePersonDocument } from '../generated/people.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { ChangeFailure, mistakeAt } from '../ui/form/change-failure.js';
import { Dialog } from '../ui/form/dialog.js';
import { Choice, TextField } from '../ui/form/field.js';
import styles from './people.module.css';
import { roles, type Role } from './person.js';
import { SignInLink, useSignInLink } from './sign-in-link.js';

/** Makes an account, and then the link with which its person first comes in. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const formId = useId();
  const [email, setEmail] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [role, setRole] = useState<Role>('MEMBER');
  const { mutate, data, error, isPending } = useChange(InvitePersonDocument);
  const making = useSignInLink();
  const close = () => !isPending && !making.isPending && onClose();
  const invite = () => {
    if (isPending) return;
    const name = displayName.trim();
    mutate(
      { input: { email, role, ...(name !== '' && { displayName: name }) } },
      { onSuccess: ({ createUser }) => making.mutate({ userId: createUser.id }) },
    );
  };
  if (data) {
    const { createUser: person } = data;
    return (
      <Dialog
        title={`${person.displayName} can come in`}
        isOpen
        isKept
        onClose={close}
        actions={<Button onClick={close}>Done</Button>}
      >
        <SignInLink personId={person.id} displayName={person.displayName} making={making} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title="Invite somebody"
      isOpen
      isKept
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" form={formId} tone="primary" isBusy={isPending}>
            {isPending ? 'Inviting…' : 'Invite'}
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
          invite();
        }}
      >
        <TextField
          label="E-mail address"
          hint="Names the account. Nothing is sent there: you pass the link on yourself."
          type="email"
          required
          value={email}
          onChange={setEmail}
          mistake={mistakeAt(error, 'email')}
        />
        <TextField
          label="Name"
          hint="What others see. Left empty, it is the part of the address before the @."
          value={displayName}
          onChange={setDisplayName}
          mistake={mistakeAt(error, 'displayName')}
        />
        <Choice label="Role" value={role} onChange={setRole} options={roles} />
        <ChangeFailure says="Nobody was invited." failure={error} />
      </form>
    </Dialog>
  );
}
