import { useEffect } from 'react';
import { ConsoleViewerDocument } from '../generated/session.js';
import { execute } from '../graphql/client.js';
import { refetchEverything } from '../graphql/query-client.js';
import { renewSession, useSessionHasEnded } from '../graphql/session-state.js';
import { ButtonLink } from '../ui/form/button.js';
import { Dialog } from '../ui/form/dialog.js';

/**
 * Covers the page while the session has ended, and closes when the user has signed in again in any tab. The page stays
 * mounted, so no input is lost.
 */
export function SessionEndedDialog() {
  const hasEnded = useSessionHasEnded();
  useEffect(() => (hasEnded ? pollForSession(resume) : undefined), [hasEnded]);

  const here = window.location.pathname + window.location.search;
  return (
    <Dialog title="You’re signed out" isOpen={hasEnded} isBlocking>
      <p>
        Your session has ended. Sign in again in a new tab to continue. Your changes on this page are kept.
      </p>
      <ButtonLink
        tone="primary"
        href={`/auth/sign-in?return=${encodeURIComponent(here)}`}
        target="_blank"
        rel="noopener"
      >
        Sign in again
      </ButtonLink>
    </Dialog>
  );
}

function resume(): void {
  renewSession();
  void refetchEverything();
}

/** Checks for a session every two seconds, and when the tab gets the focus. Returns a function that stops it. */
function pollForSession(onSession: () => void): () => void {
  const stop = new AbortController();
  const check = () => {
    if (document.hidden) return;
    execute(ConsoleViewerDocument, {}, stop.signal).then(
      () => stop.signal.aborted || onSession(),
      () => {},
    );
  };
  const timer = setInterval(check, 2_000);
  window.addEventListener('focus', check, { signal: stop.signal });
  return () => {
    clearInterval(timer);
    stop.abort();
  };
}
