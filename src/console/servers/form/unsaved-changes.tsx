import { useEffect, useRef, useState, type ReactNode } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { Button } from '../../ui/form/button.js';
import { Dialog } from '../../ui/form/dialog.js';

/** What the Navigation API tells of a navigation under way, as far as it is used here. */
interface Leaving extends Event {
  readonly navigationType: 'push' | 'replace' | 'reload' | 'traverse';
  readonly destination: { readonly url: string; readonly key: string; readonly sameDocument: boolean };
}

interface Navigation extends EventTarget {
  traverseTo(key: string): unknown;
}

const navigation = (window as { navigation?: Navigation }).navigation;

/**
 * Asks before unsaved changes are lost: by a link or the back button in words of ours, by closing the tab or reloading in
 * the browser's own, and there alone in browsers without the Navigation API.
 * @returns the dialog, and how to let everything pass from now on, because all is saved or given up.
 */
export function useUnsavedChanges(isChanged: boolean): { dialog: ReactNode; release: () => void } {
  const [leaving, setLeaving] = useState<Leaving | null>(null);
  const isReleased = useRef(false);
  useEffect(() => {
    if (!isChanged) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    const unload = (event: Event) => isReleased.current || event.preventDefault();
    window.addEventListener('beforeunload', unload, { signal });
    const hold = (event: Event) => {
      const to = event as Leaving;
      const isHere = new URL(to.destination.url).pathname === window.location.pathname;
      if (isHere || isReleased.current || !to.cancelable || to.navigationType === 'reload') return;
      event.preventDefault();
      setLeaving(to);
    };
    navigation?.addEventListener('navigate', hold, { signal });
    return () => stop.abort();
  }, [isChanged]);

  const release = () => {
    isReleased.current = true;
  };
  const leave = ({ destination, navigationType }: Leaving) => {
    release();
    if (navigationType === 'traverse') navigation?.traverseTo(destination.key);
    else if (destination.sameDocument) navigate(destination.url);
    else window.location.assign(destination.url);
  };
  const dialog = (
    <Dialog
      title="Leave without saving?"
      isOpen={leaving !== null}
      asks
      onClose={() => setLeaving(null)}
      actions={
        <>
          <Button onClick={() => setLeaving(null)}>Stay here</Button>
          <Button tone="danger" onClick={() => leaving && leave(leaving)}>
            Leave
          </Button>
        </>
      }
    >
      <p>What you have changed here is not saved yet.</p>
    </Dialog>
  );
  return { dialog, release };
}
