import { useRef } from 'react';
import { Button } from '../ui/form/button.js';
import styles from './accounts.module.css';
import { connectInPopup, forgetPopup } from './connect-popups.js';
import type { ListedServer, ServerState } from './server-state.js';

/**
 * The main action of a server. Beside it is a button that cancels while a popup is open, or one that disconnects an account
 * that must or can be reconnected. The main button stays the same element in every state, so that it keeps the focus.
 */
export function ConnectButton({
  state,
  server: { id, displayName, connectUrl },
  onDisconnect,
}: {
  state: ServerState;
  server: ListedServer;
  onDisconnect: () => void;
}) {
  const main = useRef<HTMLDivElement>(null);
  if (connectUrl === null) return <div className={styles.action} />;
  const label = labels[state];
  const connect = () => connectInPopup({ id, connectUrl });
  // The button is gone afterwards, so the focus returns to the main one.
  const disconnect = () => {
    main.current?.querySelector('button')?.focus();
    onDisconnect();
  };
  return (
    <>
      {state === 'CONNECTING' && (
        <Button tone="quiet" aria-label={`Cancel connecting ${displayName}`} onClick={() => forgetPopup(id)}>
          Cancel
        </Button>
      )}
      {label === 'Reconnect' && (
        <Button tone="quiet" aria-label={`Disconnect ${displayName}`} onClick={disconnect}>
          Disconnect
        </Button>
      )}
      <div ref={main} className={styles.action}>
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

const labels: Record<ServerState, 'Connect' | 'Reconnect' | 'Disconnect' | 'Reopen window'> = {
  NO_ACCOUNT_NEEDED: 'Connect',
  CONNECTED: 'Disconnect',
  REFRESH_FAILED: 'Reconnect',
  CONNECTING: 'Reopen window',
  CONNECT_FAILED: 'Connect',
  NEEDS_AUTHORIZATION: 'Reconnect',
  NOT_CONNECTED: 'Connect',
};
