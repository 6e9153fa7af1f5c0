import { useEffect, useState } from 'react';

/** The time without a change after which a search begins. */
const pauseMs = 250;

/** Returns the value as it was when it last stayed the same for a moment, so that not every key press starts a search. */
export function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
