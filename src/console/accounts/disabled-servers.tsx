import { Avatar } from '../ui/avatar.js';
import { Button } from '../ui/form/button.js';
import styles from './accounts.module.css';
import type { OwnConnection } from './server-state.js';

/** Connections to servers that are not offered any more: nobody can use them, but they are there until they are given up. */
export function SwitchedOff({
  connections,
  onDisconnect,
}: {
  connections: readonly OwnConnection[];
  onDisconnect: (connection: OwnConnection) => void;
}) {
  if (connections.length === 0) return null;
  return (
    <section className={styles.switchedOff}>
      <h2>Switched off</h2>
      <p>
        An administrator has switched these servers off. Your connections are kept for when they come back;
        you can give them up.
      </p>
      <ul className={styles.list}>
        {connections.map((connection) => (
          <li key={connection.serverId} className={styles.row}>
            <Avatar name={connection.serverName} />
            <div className={styles.about}>
              <h3>{connection.serverName}</h3>
            </div>
            <div className={styles.actions}>
              <Button
                className={styles.action}
                aria-label={`Disconnect ${connection.serverName}`}
                onClick={() => onDisconnect(connection)}
              >
                Disconnect
              </Button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
