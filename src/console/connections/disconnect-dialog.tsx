import { DisconnectDocument } from '../generated/connections.js';
import { useChange } from '../graphql/operations.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import type { ListedServer } from './server-state.js';

/** Asks, disconnects, and then says honestly what became of the grant at the provider. */
export function DisconnectDialog({
  server: { id, displayName },
  isOpen,
  onClose,
}: {
  server: ListedServer;
  isOpen: boolean;
  onClose: () => void;
}) {
  const { mutate, data, error, isPending, reset } = useChange(DisconnectDocument);
  const close = () => {
    if (isPending) return;
    onClose();
    reset();
  };
  if (data) {
    const { revoked, revocationError } = data.disconnectMcpServer;
    return (
      <Dialog
        title={`${displayName} is disconnected`}
        isOpen={isOpen}
        onClose={close}
        actions={<Button onClick={close}>Done</Button>}
      >
        <p role="status">
          {revoked
            ? 'Switchboard has deleted its access, and the provider confirms that it is revoked there too.'
            : `Switchboard has deleted its access.${revocationError ? ` ${revocationError}` : ''}`}
        </p>
      </Dialog>
    );
  }
  return (
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
        Your team’s products can no longer use {displayName} in your name. You can connect again at any time.
      </p>
      {error && error.code !== 'UNAUTHENTICATED' && (
        <p role="alert">It was not disconnected. {error.message}</p>
      )}
    </Dialog>
  );
}
