import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { AuditEventFilterInput } from '../generated/audit.js';
import { isAction, type Action } from './action-labels.js';

/** The filter of the audit log. It is stored in the address, so it can be shared and survives a reload. */
export interface AuditFilter {
  actions: readonly Action[];
  /** The id of the user who acted, or ''. */
  actor: string;
  /** The id of the user who was affected, or ''. */
  user: string;
  /** The id of the object that was changed, or ''. */
  subject: string;
  /** Days as in `<input type="date">`, both inclusive, or ''. */
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

/** Reads the filter from the address, and ignores invalid values. */
function read(params: URLSearchParams): AuditFilter {
  const text = (name: string, form: RegExp) => {
    const value = params.get(name) ?? '';
    return form.test(value) ? value : '';
  };
  return {
    actions: (params.get('actions') ?? '').split(',').filter(isAction),
    actor: text('actor', uuid),
    user: text('user', uuid),
    subject: text('subject', uuid),
    from: text('from', day),
    to: text('to', day),
  };
}

export const noFilter: AuditFilter = { actions: [], actor: '', user: '', subject: '', from: '', to: '' };

export function isFiltered({ actions, ...texts }: AuditFilter): boolean {
  return actions.length > 0 || Object.values(texts).some((text) => text !== '');
}

/** Converts the filter for the server. Days are in the browser's time zone. */
export function filterInputOf({
  actions,
  actor,
  user,
  subject,
  from,
  to,
}: AuditFilter): AuditEventFilterInput {
  const start = startOfDay(from);
  const end = startOfDay(to, 1);
  return {
    ...(actions.length > 0 && { actions: [...actions] }),
    ...(actor && { actorUserId: actor }),
    ...(user && { affectedUserId: user }),
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
