import type { McpServerDiagnosisOutcome } from '../../generated/servers.js';
import styles from './step-list.module.css';

/** One step of a discovery or a diagnosis. */
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
  FOUND: 'Good',
  NOT_HERE: 'Not here',
  FAILED: 'Failed',
  SKIPPED: 'Skipped',
};

/** What was asked, in order, as a timeline. `isRunning`: more is to come. */
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
          <p>{step.detail}</p>
          {step.outcome === 'FAILED' && <p className={styles.quiet}>Expected: {step.expected}</p>}
          <p className={styles.quiet}>
            <code>{step.url}</code>
          </p>
        </li>
      ))}
      {isRunning && (
        <li className={styles.step} data-outcome="RUNNING">
          <p className={styles.quiet}>Asking…</p>
        </li>
      )}
    </ol>
  );
}
