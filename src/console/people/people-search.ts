import { useEffect, useState } from 'react';
import { useSearchParams } from 'wouter';
import { useSettled } from '../ui/use-settled.js';

/**
 * The search for people. `typed` is the content of the field. `search` follows it after a pause, and is stored in the
 * address, so it can be shared and survives a reload.
 */
export function usePeopleSearch(): { typed: string; search: string; type: (text: string) => void } {
  const [params, setParams] = useSearchParams();
  const search = params.get('search') ?? '';
  const [field, setField] = useState({ typed: search, search });
  const { typed } = field;
  // The address has changed, by this search or by a link. Blanks at the end of what is typed stay.
  if (field.search !== search) setField({ typed: typed.trim() === search ? typed : search, search });
  const settled = useSettled(typed);
  useEffect(() => {
    const next = settled.trim();
    if (settled === typed && next !== search) {
      setParams(next === '' ? {} : { search: next }, { replace: true });
    }
  }, [settled, typed, search, setParams]);
  return { typed, search, type: (text) => setField({ typed: text, search }) };
}
