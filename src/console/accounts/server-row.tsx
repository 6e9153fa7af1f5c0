import { useId, useState } from 'react';
import { Avatar } from '../ui/avatar.js';
import { Button } from '../ui/form/button.js';
import { Bone } from '../ui/states.js';
import type { PopupState } from './connect-popups.js';
import { ConnectButton } from './connect-button.js';
import styles from './accounts.module.css';
import { stateOf, type ListedServer } from './server-state.js';
import { StateLabel } from './state-label.js';
import { ToolList } from './tool-list.js';

/** A server with its state, its main action and its tools. */
export function ServerRow({
  server,
  popup,
  onDisconnect,
}: {
  server: ListedServer;
  popup: PopupState | undefined;
  onDisconnect: () => void;
}) {
  const { id, displayName, description, authConnected } = server;
  const [isOpen, setIsOpen] = useState(false);
  const [nameId, toolsId] = [useId(), useId()];
  const state = stateOf(server, popup);
  return (
    <li className={styles.row} aria-labelledby={nameId}>
      <Avatar name={displayName} />
      <div className={styles.about}>
        <h2 id={nameId}>{displayName}</h2>
        {description && <p className={styles.description}>{description}</p>}
        <StateLabel state={state} server={server} />
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
        <ConnectButton state={state} server={server} onDisconnect={onDisconnect} />
      </div>
      <div id={toolsId} className={styles.tools} hidden={!isOpen}>
        {isOpen && <ToolList serverId={id} isConnected={authConnected} />}
      </div>
    </li>
  );
}

function Chevron() {
  return (
    <svg viewBox="0 0 12 12" className={styles.chevron} aria-hidden="true">
      <path d="m2.5 4.5 3.5 3.5 3.5-3.5" />
    </svg>
  );
}

/** A placeholder as tall as the rows. */
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
