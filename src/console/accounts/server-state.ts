import type { ConnectionsQuery } from '../generated/accounts.js';
import type { PopupState } from './connect-popups.js';

export type OwnConnection = ConnectionsQuery['myAccounts'][number];
export type ListedServer = ConnectionsQuery['mcpServerConfigs'][number];

/** What a person can do about a server, and so what its row looks like. */
export type ServerState =
  | 'NO_ACCOUNT_NEEDED'
  | 'CONNECTED'
  /** Connected, but the last attempt to renew it failed; it is tried again by itself. */
  | 'CONNECTED_WITH_TROUBLE'
  | 'WAITING'
  | 'REFUSED'
  | 'NEEDS_AUTHORIZATION'
  | 'NOT_CONNECTED';

/** A popup counts only as long as the server does not say that the account is connected. */
export function stateOf(
  { authType, authConnected, account }: ListedServer,
  popup: PopupState | undefined,
): ServerState {
  if (authType !== 'OAUTH2') return 'NO_ACCOUNT_NEEDED';
  if (authConnected) return account?.failure ? 'CONNECTED_WITH_TROUBLE' : 'CONNECTED';
  return popup ?? (account ? 'NEEDS_AUTHORIZATION' : 'NOT_CONNECTED');
}
