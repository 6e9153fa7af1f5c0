import { useEffect, useRef, useState, type ReactNode } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { ConfirmDialog } from '../../ui/form/confirm-dialog.js';

/** The part of the Navigation API's NavigateEvent that is used here. */
interface NavigateEvent extends Event {
  readonly navigationType: 'push' | 'replace' | 'reload' | 'traverse';
  readonly destination: { readonly url: string; readonly key: string; readonly sameDocument: boolean };
}

interface Navigation extends EventTarget {
  traverseTo(key: string): unknown;
}

const navigation = (window as { navigation?: Navigation }).navigation;

/**
 * Asks before unsaved changes are lost. Links and the back button open a dialog. Closing the tab and reloading open the
 * browser's own, and so does every navigation in browsers without the Navigation API.
 * @returns the dialog, and a function that stops asking because the changes are saved or discarded.
 */
export function useUnsavedChanges(isChanged: boolean): { dialog: ReactNode; release: () => void } {
  const [leaving, setLeaving] = useState<NavigateEvent | null>(null);
  const isReleased = useRef(false);
  useEffect(() => {
    if (!isChanged) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    const unload = (event: Event) => isReleased.current || event.preventDefault();
    window.addEventListener('beforeunload', unload, { signal });
    const confirmNavigation = (event: Event) => {
      const to = event as NavigateEvent;
      const isHere = new URL(to.destination.url).pathname === window.location.pathname;
      if (isHere || isReleased.current || !to.cancelable || to.navigationType === 'reload') return;
      event.preventDefault();
      setLeaving(to);
    };
    navigation?.addEventListener('navigate', confirmNavigation, { signal });
    return () => stop.abort();
  }, [isChanged]);

  const release = () => {
    isReleased.current = true;
  };
  const leave = ({ destination, navigationType }: NavigateEvent) => {
    release();
    if (navigationType === 'traverse') navigation?.traverseTo(destination.key);
    else if (destination.sameDocument) navigate(destination.url);
    else window.location.assign(destination.url);
  };
  const dialog = (
    <ConfirmDialog
      title="Discard changes?"
      isOpen={leaving !== null}
      confirmLabel="Discard changes"
      cancelLabel="Keep editing"
      onConfirm={() => leaving && leave(leaving)}
      onClose={() => setLeaving(null)}
    >
      <p>Your changes on this page haven’t been saved.</p>
    </ConfirmDialog>
  );
  return { dialog, release };
}
