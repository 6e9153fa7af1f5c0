import type { AccountsQuery } from '../generated/accounts.js';
import type { PopupState } from './connect-popups.js';

export type OwnAccount = AccountsQuery['myAccounts'][number];
export type ListedServer = AccountsQuery['mcpServerConfigs'][number];

/** The state of a server for the user. It decides the text and the button of the server's row. */
export type ServerState =
  | 'NO_ACCOUNT_NEEDED'
  | 'CONNECTED'
  /** Connected, but the last token refresh failed. Switchboard retries it. */
  | 'REFRESH_FAILED'
  | PopupState
  | 'NEEDS_AUTHORIZATION'
  | 'NOT_CONNECTED';

/** Returns the state of a server. A popup counts only until the server says that the account is connected. */
export function stateOf(
  { authType, authConnected, account }: ListedServer,
  popup: PopupState | undefined,
): ServerState {
  if (authType !== 'OAUTH2') return 'NO_ACCOUNT_NEEDED';
  if (authConnected) return account?.failure ? 'REFRESH_FAILED' : 'CONNECTED';
  return popup ?? (account ? 'NEEDS_AUTHORIZATION' : 'NOT_CONNECTED');
}
