import type { StoredDiagnoses } from './diagnosis-store.js';
import type { DiagnosisStep } from './diagnosis.js';

/** A step that came out otherwise than when all was well; one of the two may be missing, never both. */
export interface DiagnosisChange {
  before: DiagnosisStep | null;
  now: DiagnosisStep | null;
}

/** What counts; how long a step took differs each time. */
const compared = [
  'outcome',
  'url',
  'status',
  'contentType',
  'detail',
] as const satisfies readonly (keyof DiagnosisStep)[];

/**
 * Which steps of the last diagnosis differ from the last success, in order. A step that the last one did not get to,
 * because it had failed before, is no difference.
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

/** Several steps may have one name: the same document, looked for in several places. */
function byName(steps: readonly DiagnosisStep[]): Map<string, DiagnosisStep> {
  const named = new Map<string, DiagnosisStep>();
  for (const step of steps) {
    let nth = 1;
    while (named.has(`${step.name} ${nth}`)) nth++;
    named.set(`${step.name} ${nth}`, step);
  }
  return named;
}
