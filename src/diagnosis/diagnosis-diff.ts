import type { StoredDiagnoses } from './diagnosis-store.js';
import type { DiagnosisStep } from './diagnosis.js';

/** A step whose result differs from the last success. One of the two may be null, never both. */
export interface DiagnosisChange {
  before: DiagnosisStep | null;
  now: DiagnosisStep | null;
}

/** The compared fields. The duration differs each time, so it is not compared. */
const compared = [
  'outcome',
  'url',
  'status',
  'contentType',
  'detail',
] as const satisfies readonly (keyof DiagnosisStep)[];

/**
 * Returns the steps of the last diagnosis that differ from the last success, in order. A step that the last diagnosis did
 * not reach, because an earlier one failed, is no difference.
 */
export function changesSinceSuccess({ last, lastSuccess }: StoredDiagnoses): DiagnosisChange[] {
  if (!lastSuccess) return [];
  const before = byName(lastSuccess.steps);
  const now = byName(last.steps);
  const changes: DiagnosisChange[] = [];
  for (const [name, step] of now) {
    const earlier = before.get(name) ?? null;
    if (!earlier || compared.some((part) => step[part] !== earlier[part]))
      changes.push({ before: earlier, now: step });
  }
  if (last.failure) return changes;
  for (const [name, step] of before) if (!now.has(name)) changes.push({ before: step, now: null });
  return changes;
}

/** Indexes steps by name and number. Steps share a name if a document is requested at several locations. */
function byName(steps: readonly DiagnosisStep[]): Map<string, DiagnosisStep> {
  const named = new Map<string, DiagnosisStep>();
  for (const step of steps) {
    let nth = 1;
    while (named.has(`${step.name} ${nth}`)) nth++;
    named.set(`${step.name} ${nth}`, step);
  }
  return named;
}
