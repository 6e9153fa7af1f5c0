import { Button } from '../ui/form/button.js';
import { Dialog } from '../ui/form/dialog.js';
import { SignInLink, useCreateSignInLink } from './sign-in-link.js';
import type { User } from './user.js';

/** Creates a new sign-in link for an existing user, after a confirmation. */
export function SignInLinkDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const link = useCreateSignInLink();
  const close = () => !link.isPending && onClose();
  const { id, displayName } = user;
  if (!link.isIdle) {
    return (
      <Dialog
        title={`Sign-in link for ${displayName}`}
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
    <Dialog
      title={`Create a sign-in link for ${displayName}?`}
      isOpen
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button tone="primary" onClick={() => link.mutate({ userId: id })}>
            Create link
          </Button>
        </>
      }
    >
      <p>The link signs one browser in as {displayName}. It works once and expires after 15 minutes.</p>
    </Dialog>
  );
}
