import { useSyncExternalStore } from 'react';
import { refetchEverything } from '../graphql/query-client.js';

/** A server that an account can be connected to. */
export interface Connectable {
  id: string;
  /** An absolute URL of this Switchboard. */
  connectUrl: string;
}

/**
 * What is known of a popup: that it was opened, or that its page has said that nothing came of it. That somebody is connected
 * is never known from here: the server alone says so.
 */
export type PopupState = 'WAITING' | 'REFUSED';

/** How long the server keeps an authorization under way. */
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

/** Opens the popup of a server, in the very click that asks for it; where it is blocked, the whole page goes and comes back. */
export function connectInPopup({ id, connectUrl }: Connectable): void {
  const popup = window.open(connectUrl, `switchboard-connect-${id}`, 'popup,width=520,height=720');
  if (!popup) {
    const url = new URL(connectUrl);
    url.searchParams.set('return', window.location.pathname);
    window.location.assign(url);
    return;
  }
  popup.focus();
  set(id, 'WAITING');
  clearTimeout(timers.get(id));
  timers.set(
    id,
    setTimeout(() => forgetPopup(id), longestMs),
  );
}

/** The person does not wait any more, or the server has said that the account is connected. */
export function forgetPopup(serverId: string): void {
  clearTimeout(timers.get(serverId));
  timers.delete(serverId);
  set(serverId, null);
}

/** The popups of this page, by the id of their server. */
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
 * Hears the result page of a popup from now on: from the popup itself, and over the BroadcastChannel, for openers get lost and
 * other tabs want to know too. What it says is only a hint to ask the server.
 */
export function hearResultPages(): void {
  window.addEventListener('message', ({ origin, data }) => {
    if (origin === window.location.origin) void hear(data);
  });
  new BroadcastChannel('mcp-oauth2-complete').addEventListener('message', ({ data }) => void hear(data));
}

async function hear(message: unknown): Promise<void> {
  if (!isResult(message)) return;
  const { serverId, status } = message;
  await refetchEverything();
  if (status === 'error' && popups.has(serverId)) set(serverId, 'REFUSED');
}

/** What `http/pages/connect-result.ts` sends. */
function isResult(message: unknown): message is { serverId: string; status: 'success' | 'error' } {
  if (typeof message !== 'object' || message === null) return false;
  const { type, serverId, status } = message as Record<string, unknown>;
  return (
    type === 'mcp-oauth2-complete' &&
    typeof serverId === 'string' &&
    (status === 'success' || status === 'error')
  );
}
