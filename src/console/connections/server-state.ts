import type { ConnectionsQuery } from '../generated/connections.js';
import type { PopupState } from './connect-popups.js';

export type ListedServer = ConnectionsQuery['mcpServerConfigs'][number];

/** What a person can do about a server, and so what its row looks like. */
export type ServerState = 'NO_ACCOUNT_NEEDED' | 'CONNECTED' | 'WAITING' | 'REFUSED' | 'NOT_CONNECTED';

export function stateOf(
  { authType, authConnected }: ListedServer,
  popup: PopupState | undefined,
): ServerState {
  if (authType !== 'OAUTH2') return 'NO_ACCOUNT_NEEDED';
  if (authConnected) return 'CONNECTED';
  return popup ?? 'NOT_CONNECTED';
}
