import { useState } from 'react';
import { Button } from './button.js';

/** Copies a text to the clipboard. `what` names the text for screen readers: "the redirect URI". */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<'IDLE' | 'COPIED' | 'FAILED'>('IDLE');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState('COPIED');
    } catch {
      // Without https or permission, the user can still select and copy the text.
      setState('FAILED');
    }
    setTimeout(() => setState('IDLE'), 2_500);
  };
  return (
    <>
      <Button aria-label={`Copy ${what}`} onClick={() => void copy()}>
        {{ IDLE: 'Copy', COPIED: 'Copied', FAILED: 'Select and copy' }[state]}
      </Button>
      <span role="status" className="for-screen-readers">
        {state === 'COPIED' && 'Copied.'}
      </span>
    </>
  );
}
