import { Button } from '../ui/form/button.js';
import { Dialog } from '../ui/form/dialog.js';
import type { Person } from './person.js';
import { SignInLink, useSignInLink } from './sign-in-link.js';

/** A new way in for a person that there is already. */
export function SignInLinkDialog({
  person: { id, displayName },
  onClose,
}: {
  person: Person;
  onClose: () => void;
}) {
  const making = useSignInLink();
  const close = () => !making.isPending && onClose();
  if (!making.isIdle) {
    return (
      <Dialog
        title={`Sign-in link for ${displayName}`}
        isOpen
        isKept
        onClose={close}
        actions={<Button onClick={close}>Done</Button>}
      >
        <SignInLink personId={id} displayName={displayName} making={making} />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={`New sign-in link for ${displayName}?`}
      isOpen
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button tone="primary" onClick={() => making.mutate({ userId: id })}>
            Make a link
          </Button>
        </>
      }
    >
      <p>
        Whoever opens it signs in as {displayName}, once, within 15 minutes. Sessions that they have go on as
        they are.
      </p>
    </Dialog>
  );
}
