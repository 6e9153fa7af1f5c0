import { RevokeTokenDocument } from '../generated/tokens.js';
import { useChange } from '../graphql/operations.js';
import { ConfirmDialog } from '../ui/form/confirm-dialog.js';
import { notify } from '../ui/notices.js';
import type { Token } from './token-labels.js';

/** Revokes a token after a confirmation. */
export function RevokeDialog({ token: { id, name }, onClose }: { token: Token; onClose: () => void }) {
  const { mutate, error, isPending } = useChange(RevokeTokenDocument);
  const revoke = () =>
    mutate(
      { id },
      {
        onSuccess: () => {
          notify(`${name} revoked.`);
          onClose();
        },
      },
    );
  return (
    <ConfirmDialog
      title={`Revoke ${name}?`}
      confirmLabel="Revoke"
      busyLabel="Revoking…"
      isBusy={isPending}
      failure={error}
      failureSummary="The token wasn’t revoked."
      onConfirm={revoke}
      onClose={onClose}
    >
      <p>Programs that use this token lose access immediately. This can’t be undone.</p>
    </ConfirmDialog>
  );
}
