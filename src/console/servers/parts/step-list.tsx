import type { McpServerDiagnosisOutcome } from '../../generated/servers.js';
import styles from './step-list.module.css';
import { inLabels } from './wording.js';

/** A step of a discovery or a diagnosis. */
export interface Step {
  name: string;
  url: string;
  status: number | null;
  durationMs: number | null;
  outcome: McpServerDiagnosisOutcome;
  expected: string;
  detail: string;
}

const outcomes: Record<McpServerDiagnosisOutcome, string> = {
  FOUND: 'Passed',
  NOT_HERE: 'Not found',
  FAILED: 'Failed',
  SKIPPED: 'Skipped',
};

/** The steps in order, as a timeline. `isRunning` shows that more steps follow. */
export function StepList({ steps, isRunning = false }: { steps: readonly Step[]; isRunning?: boolean }) {
  return (
    <ol className={styles.steps}>
      {steps.map((step, index) => (
        <li key={index} className={styles.step} data-outcome={step.outcome}>
          <p className={styles.head}>
            <b>{step.name}</b>
            <span className={styles.outcome}>{outcomes[step.outcome]}</span>
            <span className={styles.figures}>
              {[step.status && `HTTP ${step.status}`, step.durationMs !== null && `${step.durationMs} ms`]
                .filter(Boolean)
                .join(', ')}
            </span>
          </p>
          <p>{inLabels(step.detail)}</p>
          {step.outcome === 'FAILED' && <p className={styles.quiet}>Expected: {step.expected}</p>}
          <p className={styles.quiet}>
            <code>{step.url}</code>
          </p>
        </li>
      ))}
      {isRunning && (
        <li className={styles.step} data-outcome="RUNNING">
          <p className={styles.quiet}>Checking…</p>
        </li>
      )}
    </ol>
  );
}
