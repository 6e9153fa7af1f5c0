import { Button } from '../ui/form/button.js';
import { connectInPopup, forgetPopup } from './connect-popups.js';
import styles from './accounts.module.css';
import type { ListedServer, ServerState } from './server-state.js';

/**
 * The one thing to do about a server, and while a popup is open, the way to stop waiting for it. It stays the same button
 * whatever it says, so that it keeps the focus.
 */
export function ConnectionButton({
  state,
  server: { id, displayName, connectUrl },
  onDisconnect,
}: {
  state: ServerState;
  server: ListedServer;
  onDisconnect: () => void;
}) {
  if (connectUrl === null) return <div className={styles.action} />;
  const label = labels[state];
  const connect = () => connectInPopup({ id, connectUrl });
  return (
    <>
      {state === 'WAITING' && (
        <Button tone="quiet" aria-label={`Stop waiting for ${displayName}`} onClick={() => forgetPopup(id)}>
          Stop waiting
        </Button>
      )}
      <div className={styles.action}>
        <Button
          tone={label === 'Connect' || label === 'Reconnect' ? 'primary' : 'plain'}
          aria-label={`${label} ${displayName}`}
          onClick={label === 'Disconnect' ? onDisconnect : connect}
        >
          {label}
        </Button>
      </div>
    </>
  );
}

const labels: Record<ServerState, 'Connect' | 'Reconnect' | 'Disconnect' | 'Open again'> = {
  NO_ACCOUNT_NEEDED: 'Connect',
  CONNECTED: 'Disconnect',
  CONNECTED_WITH_TROUBLE: 'Disconnect',
  WAITING: 'Open again',
  REFUSED: 'Connect',
  NEEDS_AUTHORIZATION: 'Reconnect',
  NOT_CONNECTED: 'Connect',
};
