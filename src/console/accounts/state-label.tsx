import type { ReactNode } from 'react';
import { TimeAgo } from '../ui/time-ago.js';
import styles from './accounts.module.css';
import type { ListedServer, ServerState } from './server-state.js';

/** The state of a server as text with a colored dot. */
export function StateLabel({ state, server }: { state: ServerState; server: ListedServer }) {
  return (
    <p className={styles.state} data-state={state}>
      <span>{stateText(state, server)}</span>
    </p>
  );
}

function stateText(state: ServerState, { authType, account }: ListedServer): ReactNode {
  const since = account && <TimeAgo at={account.connectedAt} />;
  const failure = account?.failure?.message;
  switch (state) {
    case 'NO_ACCOUNT_NEEDED':
      return authType === 'NONE' ? 'Ready. No account required' : 'Ready. Uses your team’s account';
    case 'CONNECTED':
      return (
        <>
          Connected {since}
          {account?.expiresAt && !account.hasRefreshToken && (
            <>
              . The provider issued no refresh token. Reconnect when the access token expires (
              <TimeAgo at={account.expiresAt} />)
            </>
          )}
        </>
      );
    case 'REFRESH_FAILED':
      return (
        <>
          Connected {since}. {failure}
        </>
      );
    case 'NEEDS_AUTHORIZATION':
      return failure ? `Reconnect required. ${failure}` : 'Reconnect required';
    case 'CONNECTING':
      return 'Finish connecting in the other window';
    case 'CONNECT_FAILED':
      return 'Not connected. See the other window for the reason';
    case 'NOT_CONNECTED':
      return 'Not connected';
  }
}
