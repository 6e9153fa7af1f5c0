import { useState, type ReactNode } from 'react';
import { DisconnectDocument, type DisconnectMutation } from '../generated/accounts.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { ConfirmDialog } from '../ui/form/confirm-dialog.js';
import { Dialog } from '../ui/form/dialog.js';

interface ConnectedServer {
  id: string;
  displayName: string;
}

/**
 * Confirms, disconnects, and reports the revocation at the provider. The page owns the dialog, because the row that opened
 * it may change or disappear.
 */
export function useDisconnect(): { ask: (server: ConnectedServer) => void; dialog: ReactNode } {
  const [server, setServer] = useState<ConnectedServer | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const { mutate, data, error, isPending, reset } = useChange(DisconnectDocument);
  const ask = (asked: ConnectedServer) => {
    reset();
    setServer(asked);
    setIsOpen(true);
  };
  const close = () => setIsOpen(false);
  if (!server) return { ask, dialog: null };

  const { id, displayName } = server;
  const dialog = data ? (
    <Dialog
      title={`${displayName} disconnected`}
      isOpen={isOpen}
      onClose={close}
      actions={<Button onClick={close}>Done</Button>}
    >
      <p role="status">{outcomeText(data.disconnectMcpServer)}</p>
    </Dialog>
  ) : (
    <ConfirmDialog
      title={`Disconnect ${displayName}?`}
      isOpen={isOpen}
      confirmLabel="Disconnect"
      busyLabel="Disconnecting…"
      isBusy={isPending}
      failure={error}
      failureSummary="Your account wasn’t disconnected."
      onConfirm={() => mutate({ id })}
      onClose={close}
    >
      <p>
        Your team’s products can no longer use {displayName} on your behalf. You can connect your account
        again while the server is enabled.
      </p>
    </ConfirmDialog>
  );
  return { ask, dialog };
}

function outcomeText({
  revoked,
  revocationPending,
  revocationError,
  revocationRemark,
}: NonNullable<DisconnectMutation['disconnectMcpServer']>): string {
  if (revoked) {
    const confirmed = 'Switchboard deleted your access, and the provider confirmed that it’s revoked.';
    return revocationRemark ? `${confirmed} ${revocationRemark}` : confirmed;
  }
  const deleted = 'Switchboard deleted your access and can no longer use it.';
  if (revocationPending)
    return `${deleted} The provider hasn’t confirmed the revocation yet. Switchboard retries for up to seven days. You don’t need to do anything.`;
  return revocationError ? `${deleted} ${revocationError}` : deleted;
}
