import { useState, type ReactNode } from 'react';
import { DisconnectDocument, type DisconnectMutation } from '../generated/accounts.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { Dialog } from '../ui/form/dialog.js';

interface Connected {
  id: string;
  displayName: string;
}

/**
 * Asks, disconnects, and then says honestly what became of the grant at the provider. It belongs to the page, because the
 * row that it was opened from changes under it, or goes.
 */
export function useDisconnect(): { ask: (server: Connected) => void; dialog: ReactNode } {
  const [server, setServer] = useState<Connected | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const { mutate, data, error, isPending, reset } = useChange(DisconnectDocument);
  const ask = (asked: Connected) => {
    reset();
    setServer(asked);
    setIsOpen(true);
  };
  const close = () => {
    if (!isPending) setIsOpen(false);
  };
  if (!server) return { ask, dialog: null };

  const { id, displayName } = server;
  const dialog = data ? (
    <Dialog
      title={`${displayName} is disconnected`}
      isOpen={isOpen}
      onClose={close}
      actions={<Button onClick={close}>Done</Button>}
    >
      <p role="status">{whatBecame(data.disconnectMcpServer)}</p>
    </Dialog>
  ) : (
    <Dialog
      title={`Disconnect ${displayName}?`}
      isOpen={isOpen}
      asks
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Keep it</Button>
          <Button tone="danger" isBusy={isPending} onClick={() => mutate({ id })}>
            {isPending ? 'Disconnecting…' : 'Disconnect'}
          </Button>
        </>
      }
    >
      <p>
        Your team’s products can no longer use {displayName} in your name. You can connect again as long as it
        is offered here.
      </p>
      {error && error.code !== 'UNAUTHENTICATED' && (
        <p role="alert">It was not disconnected. {error.message}</p>
      )}
    </Dialog>
  );
  return { ask, dialog };
}

function whatBecame({
  revoked,
  revocationPending,
  revocationError,
}: DisconnectMutation['disconnectMcpServer']): string {
  if (revoked)
    return 'Switchboard has deleted your access, and the provider confirms that it is revoked there too.';
  const deleted = 'Switchboard has deleted your access and cannot use it any more.';
  if (revocationPending)
    return `${deleted} The provider has not confirmed yet that it is revoked there; it is asked again for up to seven days. There is nothing left for you to do.`;
  return revocationError ? `${deleted} ${revocationError}` : deleted;
}
