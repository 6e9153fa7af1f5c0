import { DeleteServerDocument, type EditableServerFragment } from '../generated/servers.js';
import { useChange } from '../graphql/operations.js';
import { ConfirmDialog } from '../ui/form/confirm-dialog.js';
import { notify } from '../ui/notices.js';
import { countUsers } from './parts/labels.js';

/** Deletes a server, after it has described the consequences. */
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
      notify(`${displayName} deleted.`);
      onDeleted();
    },
  });
  return (
    <ConfirmDialog
      title={`Delete ${displayName}?`}
      isOpen={isOpen}
      confirmLabel="Delete"
      busyLabel="Deleting…"
      isBusy={isPending}
      failure={error}
      failureSummary="The server wasn’t deleted."
      onConfirm={() => mutate({ id })}
      onClose={onClose}
    >
      <p>
        {accountCount > 0
          ? `This disconnects ${countUsers(accountCount)} and revokes their access at the provider. This can’t be undone.`
          : 'No accounts are connected to this server. This can’t be undone.'}
      </p>
    </ConfirmDialog>
  );
}
