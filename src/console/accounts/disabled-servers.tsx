import { Avatar } from '../ui/avatar.js';
import { Button } from '../ui/form/button.js';
import styles from './accounts.module.css';
import type { OwnAccount } from './server-state.js';

/** The user's connected accounts at disabled servers. They cannot be used, but they can be disconnected. */
export function DisabledServers({
  accounts,
  onDisconnect,
}: {
  accounts: readonly OwnAccount[];
  onDisconnect: (account: OwnAccount) => void;
}) {
  if (accounts.length === 0) return null;
  return (
    <section className={styles.disabled}>
      <h2>Disabled servers</h2>
      <p>
        An administrator has disabled these servers. Your accounts stay connected for when they’re enabled
        again, and you can disconnect them at any time.
      </p>
      <ul className={styles.list}>
        {accounts.map((account) => (
          <li key={account.serverId} className={styles.row}>
            <Avatar name={account.serverName} />
            <div className={styles.about}>
              <h3>{account.serverName}</h3>
            </div>
            <div className={styles.actions}>
              <Button
                className={styles.action}
                aria-label={`Disconnect ${account.serverName}`}
                onClick={() => onDisconnect(account)}
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
