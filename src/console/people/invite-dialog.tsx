import { useState } from 'react';
import { CreateUserDocument } from '../generated/people.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { Dialog } from '../ui/form/dialog.js';
import { Choice, TextField } from '../ui/form/field.js';
import { FormDialog } from '../ui/form/form-dialog.js';
import { SignInLink, useCreateSignInLink } from './sign-in-link.js';
import { roles, userLabels, type Role } from './user.js';

/** Creates a user, and then a sign-in link for the first visit. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [role, setRole] = useState<Role>('MEMBER');
  const { mutate, data, error, isPending } = useChange(CreateUserDocument);
  const link = useCreateSignInLink();
  const invite = () => {
    const name = displayName.trim();
    mutate(
      { input: { email, role, ...(name !== '' && { displayName: name }) } },
      { onSuccess: ({ createUser }) => link.mutate({ userId: createUser.user.id }) },
    );
  };
  if (data) {
    const { user } = data.createUser;
    const close = () => !link.isPending && onClose();
    return (
      <Dialog
        title={`${user.displayName} invited`}
        isOpen
        keepsContent
        onClose={close}
        actions={<Button onClick={close}>Done</Button>}
      >
        <SignInLink user={user} creation={link} />
      </Dialog>
    );
  }
  return (
    <FormDialog
      title="Invite a person"
      submitLabel="Invite"
      busyLabel="Inviting…"
      isBusy={isPending}
      labels={userLabels}
      failure={error}
      failureSummary="The invitation wasn’t created."
      onSubmit={invite}
      onClose={onClose}
    >
      {(errorAt) => (
        <>
          <TextField
            label={userLabels.email}
            hint="Switchboard doesn’t send email. You share the sign-in link yourself."
            type="email"
            required
            value={email}
            onChange={setEmail}
            error={errorAt('email')}
          />
          <TextField
            label={userLabels.displayName}
            hint="Optional. Defaults to the part of the address before the @."
            value={displayName}
            onChange={setDisplayName}
            error={errorAt('displayName')}
          />
          <Choice label={userLabels.role} value={role} onChange={setRole} options={roles} />
        </>
      )}
    </FormDialog>
  );
}
