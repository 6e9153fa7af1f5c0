import { useEffect } from 'react';
import { execute } from '../graphql/client.js';
import { refetchEverything } from '../graphql/query-client.js';
import { ConsoleViewerDocument } from '../generated/session.js';
import { ButtonLink } from '../ui/form/button.js';
import { Dialog } from '../ui/form/dialog.js';
import { sessionHolds, useSessionIsOver } from '../graphql/session-state.js';

/**
 * Lies over the page while the session is over, and goes by itself once the person has signed in again in any tab. The
 * page beneath stays mounted, so nothing that was typed is lost.
 */
export function SessionOver() {
  const isOver = useSessionIsOver();
  useEffect(() => (isOver ? whenSignedInAgain(goOn) : undefined), [isOver]);

  const here = window.location.pathname + window.location.search;
  return (
    <Dialog title="You are signed out" isOpen={isOver} isModalForGood>
      <p>
        Your session has ended. Sign in again in a new tab; this page then goes on by itself, just as you left
        it.
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

function goOn(): void {
  sessionHolds();
  void refetchEverything();
}

/** Asks every two seconds, and whenever somebody comes back to this tab. Returns how to stop. */
function whenSignedInAgain(then: () => void): () => void {
  const stop = new AbortController();
  const look = () => {
    if (document.hidden) return;
    execute(ConsoleViewerDocument, {}, stop.signal).then(
      () => stop.signal.aborted || then(),
      () => {},
    );
  };
  const timer = setInterval(look, 2_000);
  window.addEventListener('focus', look, { signal: stop.signal });
  return () => {
    clearInterval(timer);
    stop.abort();
  };
}
