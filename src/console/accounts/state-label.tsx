import type { ReactNode } from 'react';
import { TimeAgo } from '../ui/time-ago.js';
import styles from './accounts.module.css';
import type { ListedServer, ServerState } from './server-state.js';

/** How one stands with a server. */
export function StateInWords({ state, server }: { state: ServerState; server: ListedServer }) {
  return (
    <p className={styles.state} data-state={state}>
      <span>{words(state, server)}</span>
    </p>
  );
}

function words(state: ServerState, { authType, account }: ListedServer): ReactNode {
  const since = account && <TimeAgo at={account.connectedAt} />;
  const why = account?.failure?.message;
  switch (state) {
    case 'NO_ACCOUNT_NEEDED':
      return authType === 'NONE' ? 'Ready: needs no account' : 'Ready: uses your team’s account';
    case 'CONNECTED':
      return <>Connected {since}</>;
    case 'CONNECTED_WITH_TROUBLE':
      return (
        <>
          Connected {since}. {why}
        </>
      );
    case 'NEEDS_AUTHORIZATION':
      return why ? `Needs to be connected again: ${why}` : 'Needs to be connected again';
    case 'WAITING':
      return 'Waiting for you to finish in the other window…';
    case 'REFUSED':
      return 'Not connected: the other window says why';
    case 'NOT_CONNECTED':
      return 'Not connected';
  }
}
