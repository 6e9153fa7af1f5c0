import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { AuditEventFilterInput } from '../generated/audit.js';
import { isAction, type Action } from './action-words.js';

/** What a person filters by. It is in the address, so that it can be passed on and outlives a reload. */
export interface AuditFilter {
  actions: readonly Action[];
  /** Ids; empty for everybody and everything. */
  actor: string;
  person: string;
  subject: string;
  /** Days as `<input type="date">` has them, both included; empty for no bound. */
  from: string;
  to: string;
}

export function useAuditFilter(): [filter: AuditFilter, change: (part: Partial<AuditFilter>) => void] {
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => read(params), [params]);
  const change = (part: Partial<AuditFilter>) => {
    const { actions, ...texts } = { ...filter, ...part };
    const entries = Object.entries({ actions: actions.join(','), ...texts });
    setParams(new URLSearchParams(entries.filter(([, value]) => value !== '')), { replace: true });
  };
  return [filter, change];
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const day = /^\d{4}-\d\d-\d\d$/;

/** What an address holds that is no filter is left out. */
function read(params: URLSearchParams): AuditFilter {
  const text = (name: string, form: RegExp) => {
    const value = params.get(name) ?? '';
    return form.test(value) ? value : '';
  };
  return {
    actions: (params.get('actions') ?? '').split(',').filter(isAction),
    actor: text('actor', uuid),
    person: text('person', uuid),
    subject: text('subject', uuid),
    from: text('from', day),
    to: text('to', day),
  };
}

export const noFilter: AuditFilter = { actions: [], actor: '', person: '', subject: '', from: '', to: '' };

export function isFiltered({ actions, ...texts }: AuditFilter): boolean {
  return actions.length > 0 || Object.values(texts).some((text) => text !== '');
}

/** The same, as the server takes it. Days are those of the place where the browser is. */
export function filterInputOf({
  actions,
  actor,
  person,
  subject,
  from,
  to,
}: AuditFilter): AuditEventFilterInput {
  const start = startOfDay(from);
  const end = startOfDay(to, 1);
  return {
    ...(actions.length > 0 && { actions: [...actions] }),
    ...(actor && { actorUserId: actor }),
    ...(person && { affectedUserId: person }),
    ...(subject && { subjectId: subject }),
    ...(start && { from: start }),
    ...(end && { to: end }),
  };
}

function startOfDay(text: string, daysLater = 0): string | null {
  const at = new Date(`${text}T00:00:00`);
  if (Number.isNaN(at.getTime())) return null;
  at.setDate(at.getDate() + daysLater);
  return at.toISOString();
}
