import { useSyncExternalStore } from 'react';
import { refetchEverything } from '../graphql/query-client.js';

/** A server to which the user can connect an account. */
export interface Connectable {
  id: string;
  /** An absolute URL of this Switchboard. */
  connectUrl: string;
}

/** The state of a popup: open, or reported as failed. Only the server's answer shows that an account is connected. */
export type PopupState = 'CONNECTING' | 'CONNECT_FAILED';

/** The lifetime of a flow on the server. */
const longestMs = 10 * 60_000;

let popups: ReadonlyMap<string, PopupState> = new Map();
const listeners = new Set<() => void>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();

function set(serverId: string, state: PopupState | null): void {
  if ((popups.get(serverId) ?? null) === state) return;
  const next = new Map(popups);
  if (state) next.set(serverId, state);
  else next.delete(serverId);
  popups = next;
  for (const listener of listeners) listener();
}

/**
 * Opens the popup of a server. Call it in the handler of the click, or the browser blocks the popup. If the popup is
 * blocked, this page itself goes to the provider and returns.
 */
export function connectInPopup({ id, connectUrl }: Connectable): void {
  const popup = window.open(connectUrl, `switchboard-connect-${id}`, 'popup,width=520,height=720');
  if (!popup) {
    const url = new URL(connectUrl);
    url.searchParams.set('return', window.location.pathname);
    window.location.assign(url);
    return;
  }
  popup.focus();
  set(id, 'CONNECTING');
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => forgetPopup(id), longestMs),
  );
}

/** Forgets the popup of a server, because the user has canceled or the account is connected. */
export function forgetPopup(serverId: string): void {
  clearTimeout(timers.get(serverId));
  timers.delete(serverId);
  set(serverId, null);
}

/** Returns the popups of this page by server id. */
export function usePopups(): ReadonlyMap<string, PopupState> {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => popups,
  );
}

/**
 * Listens for the result pages of popups: directly, and on the BroadcastChannel, because a popup can lose its opener and
 * because other tabs need the result too. A message is only a hint to refetch.
 */
export function listenForResults(): void {
  window.addEventListener('message', ({ origin, data }) => {
    if (origin === window.location.origin) void receive(data);
  });
  new BroadcastChannel('mcp-oauth2-complete').addEventListener('message', ({ data }) => void receive(data));
}

async function receive(message: unknown): Promise<void> {
  if (!isResult(message)) return;
  const { serverId, status } = message;
  await refetchEverything();
  if (status === 'error' && popups.has(serverId)) set(serverId, 'CONNECT_FAILED');
}

/** Returns true for the message that `http/pages/connect-result.ts` sends. */
function isResult(message: unknown): message is { serverId: string; status: 'success' | 'error' } {
  if (typeof message !== 'object' || message === null) return false;
  const { type, serverId, status } = message as Record<string, unknown>;
  return (
    type === 'mcp-oauth2-complete' &&
    typeof serverId === 'string' &&
    (status === 'success' || status === 'error')
  );
}
