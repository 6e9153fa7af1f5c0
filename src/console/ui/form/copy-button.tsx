import { useState } from 'react';
import { Button } from './button.js';

/** Puts a text on the clipboard, and says so. `what` names it for screen readers: "the redirect URI". */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<'IDLE' | 'COPIED' | 'REFUSED'>('IDLE');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState('COPIED');
    } catch {
      // Without https, and where the browser is told not to: it can still be selected and copied by hand.
      setState('REFUSED');
    }
    setTimeout(() => setState('IDLE'), 2_500);
  };
  return (
    <>
      <Button aria-label={`Copy ${what}`} onClick={() => void copy()}>
        {{ IDLE: 'Copy', COPIED: 'Copied', REFUSED: 'Select it by hand' }[state]}
      </Button>
      <span role="status" className="for-screen-readers">
        {state === 'COPIED' && 'Copied.'}
      </span>
    </>
  );
}
