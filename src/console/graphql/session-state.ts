import { useSyncExternalStore } from 'react';

let isOver = false;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  if (isOver === next) return;
  isOver = next;
  for (const listener of listeners) listener();
}

/** The server does not know this browser any more. What is on the page stays as it is. */
export const sessionEnded = (): void => set(true);

/** The server knows this browser (again). */
export const sessionHolds = (): void => set(false);

/** Whether the person has to sign in again before anything else can work. */
export function useSessionIsOver(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOver,
  );
}
