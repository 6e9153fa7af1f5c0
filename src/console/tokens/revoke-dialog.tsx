import { RevokeTokenDocument } from '../generated/tokens.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { ChangeFailure } from '../ui/form/change-failure.js';
import { Dialog } from '../ui/form/dialog.js';
import { notify } from '../ui/notices.js';
import type { Token } from './token-words.js';

/** Ends a token, having asked. */
export function RevokeDialog({ token: { id, name }, onClose }: { token: Token; onClose: () => void }) {
  const { mutate, error, isPending } = useChange(RevokeTokenDocument);
  const close = () => !isPending && onClose();
  const revoke = () =>
    mutate(
      { id },
      {
        onSuccess: () => {
          notify(`${name} is revoked.`);
          onClose();
        },
      },
    );
  return (
    <Dialog
      title={`Revoke ${name}?`}
      isOpen
      asks
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Keep it</Button>
          <Button tone="danger" isBusy={isPending} onClick={revoke}>
            {isPending ? 'Revoking…' : 'Revoke'}
          </Button>
        </>
      }
    >
      <p>Programs that use it are refused from their next request on. A token cannot be brought back.</p>
      <ChangeFailure says="It was not revoked." failure={error} />
    </Dialog>
  );
}
