import { useId, useState } from 'react';
import { Avatar } from '../ui/avatar.js';
import { Button } from '../ui/button.js';
import { Bone } from '../ui/states.js';
import { connectInPopup, forgetPopup, type PopupState } from './connect-popups.js';
import styles from './connections.module.css';
import { DisconnectDialog } from './disconnect-dialog.js';
import { stateOf, type ListedServer, type ServerState } from './server-state.js';
import { ToolList } from './tool-list.js';

/** One server: what it is, how one stands with it in words, and the one thing to do about it. */
export function ServerRow({ server, popup }: { server: ListedServer; popup: PopupState | undefined }) {
  const { id, displayName, description, authConnected } = server;
  const [isOpen, setIsOpen] = useState(false);
  const toolsId = useId();
  const state = stateOf(server, popup);
  return (
    <li className={styles.row} aria-labelledby={`${toolsId}-name`}>
      <Avatar name={displayName} />
      <div className={styles.about}>
        <h2 id={`${toolsId}-name`}>{displayName}</h2>
        {description && <p className={styles.description}>{description}</p>}
        <StateInWords state={state} server={server} />
      </div>
      <div className={styles.actions}>
        <Button
          tone="quiet"
          aria-expanded={isOpen}
          aria-controls={toolsId}
          aria-label={`Tools of ${displayName}`}
          onClick={() => setIsOpen(!isOpen)}
        >
          Tools <Chevron />
        </Button>
        <Actions state={state} server={server} />
      </div>
      <div id={toolsId} className={styles.tools} hidden={!isOpen}>
        {isOpen && <ToolList serverId={id} canAsk={authConnected} />}
      </div>
    </li>
  );
}

function StateInWords({ state, server }: { state: ServerState; server: ListedServer }) {
  return (
    <p className={styles.state} data-state={state}>
      {words(state, server)}
    </p>
  );
}

function words(state: ServerState, { authType }: ListedServer): string {
  switch (state) {
    case 'NO_ACCOUNT_NEEDED':
      return authType === 'NONE' ? 'Ready: needs no account' : 'Ready: uses your team’s account';
    case 'CONNECTED':
      return 'Connected';
    case 'WAITING':
      return 'Waiting for you to finish in the other window…';
    case 'REFUSED':
      return 'Not connected: the other window says why';
    case 'NOT_CONNECTED':
      return 'Not connected';
  }
}

function Actions({ state, server }: { state: ServerState; server: ListedServer }) {
  const [asks, setAsks] = useState(false);
  const { id, displayName, connectUrl } = server;
  if (connectUrl === null) return <div className={styles.action} />;
  const connect = () => connectInPopup({ id, connectUrl });
  return (
    <>
      {state === 'WAITING' && (
        <Button tone="quiet" aria-label={`Stop waiting for ${displayName}`} onClick={() => forgetPopup(id)}>
          Stop waiting
        </Button>
      )}
      <div className={styles.action}>
        {state === 'CONNECTED' ? (
          <Button aria-label={`Disconnect ${displayName}`} onClick={() => setAsks(true)}>
            Disconnect
          </Button>
        ) : (
          <Button
            tone={state === 'WAITING' ? 'plain' : 'primary'}
            aria-label={state === 'WAITING' ? `Show window of ${displayName}` : `Connect ${displayName}`}
            onClick={connect}
          >
            {state === 'WAITING' ? 'Show window' : 'Connect'}
          </Button>
        )}
      </div>
      <DisconnectDialog server={server} isOpen={asks} onClose={() => setAsks(false)} />
    </>
  );
}

function Chevron() {
  return (
    <svg viewBox="0 0 12 12" className={styles.chevron} aria-hidden="true">
      <path d="m2.5 4.5 3.5 3.5 3.5-3.5" />
    </svg>
  );
}

/** As high as the rows that it stands for. */
export function ServerRowSkeleton({ count }: { count: number }) {
  return (
    <ul className={styles.list}>
      {Array.from({ length: count }, (_, i) => (
        <li key={i} className={styles.row}>
          <Bone width="40px" height="40px" />
          <div className={styles.about}>
            <Bone width="9em" height="1.3em" />
            <Bone width="min(26em, 80%)" height="1.2em" />
            <Bone width="7em" height="1.2em" />
          </div>
        </li>
      ))}
    </ul>
  );
}
