import { DeleteServerDocument, type EditableServerFragment } from '../generated/servers.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { Dialog } from '../ui/form/dialog.js';
import { notify } from '../ui/notices.js';

/** Asks first, and says what goes with it. */
export function DeleteDialog({
  server: { id, displayName },
  accountCount,
  isOpen,
  onClose,
  onDeleted,
}: {
  server: EditableServerFragment;
  accountCount: number;
  isOpen: boolean;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const { mutate, error, isPending } = useChange(DeleteServerDocument, {
    onSuccess: () => {
      notify(`${displayName} is deleted.`);
      onDeleted();
    },
  });
  const people = accountCount === 1 ? 'one person' : `${accountCount} people`;
  return (
    <Dialog
      title={`Delete ${displayName}?`}
      isOpen={isOpen}
      asks
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button tone="danger" isBusy={isPending} onClick={() => mutate({ id })}>
            {isPending ? 'Deleting…' : 'Delete'}
          </Button>
        </>
      }
    >
      <p>
        {accountCount > 0
          ? `This disconnects ${people} and revokes their access at the provider. There is no way back.`
          : 'Nobody is connected to it. There is no way back.'}
      </p>
      {error && <p role="alert">It was not deleted. {error.message}</p>}
    </Dialog>
  );
}
