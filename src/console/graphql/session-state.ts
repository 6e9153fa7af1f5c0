import { useSyncExternalStore } from 'react';

let hasEnded = false;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  if (hasEnded === next) return;
  hasEnded = next;
  for (const listener of listeners) listener();
}

/** Records that the server no longer accepts this browser's session. The page keeps its content. */
export const endSession = (): void => set(true);

/** Records that the user has signed in again. */
export const renewSession = (): void => set(false);

/** Returns true while the user must sign in again. */
export function useSessionHasEnded(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => hasEnded,
  );
}
