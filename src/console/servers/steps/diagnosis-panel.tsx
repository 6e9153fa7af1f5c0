import { DiagnoseDocument, DiagnosesDocument, type DiagnosisFragment } from '../../generated/servers.js';
import { useChange, useOperation } from '../../graphql/operations.js';
import { Button } from '../../ui/form/button.js';
import { FailureMessage } from '../../ui/form/failure-message.js';
import { Bone, QueryStates } from '../../ui/states.js';
import { TimeAgo } from '../../ui/time-ago.js';
import { layers, responsibleParties } from '../parts/labels.js';
import styles from '../parts/servers.module.css';
import { StepList } from '../parts/step-list.js';
import { inLabels } from '../parts/wording.js';

/** Diagnoses a server, and shows the changes since the last successful diagnosis. */
export function DiagnosisPanel({ serverId: id }: { serverId: string }) {
  const query = useOperation(DiagnosesDocument, { id });
  const { mutate, error, isPending } = useChange(DiagnoseDocument);
  return (
    <section className={styles.extra} aria-label="Diagnosis">
      <h2>Diagnosis</h2>
      <div className={styles.row}>
        <Button isBusy={isPending} onClick={() => mutate({ id })}>
          {isPending ? 'Running diagnosis…' : 'Run diagnosis'}
        </Button>
        <span className={styles.quiet}>Checks every layer from DNS to tools. Takes up to a minute.</span>
      </div>
      <FailureMessage failure={error} summary="The diagnosis didn’t run." />
      <QueryStates query={query} skeleton={<Bone width="100%" height="80px" />}>
        {({ mcpServerConfig: { lastDiagnosis, lastSuccessfulDiagnosis, diagnosisChanges } }) =>
          lastDiagnosis ? (
            <>
              <DiagnosisResult {...lastDiagnosis} />
              {!lastDiagnosis.succeeded && lastSuccessfulDiagnosis && (
                <>
                  <p>
                    Last successful diagnosis: <TimeAgo at={lastSuccessfulDiagnosis.startedAt} />.{' '}
                    {diagnosisChanges?.length ? 'Changes since then:' : 'No step has changed since then.'}
                  </p>
                  <ul className={styles.warnings}>
                    {diagnosisChanges?.map(({ before, now }) => (
                      <li key={`${before?.name} ${now?.name} ${now?.detail}`}>
                        <b>{(now ?? before)?.name}</b>: {now ? inLabels(now.detail) : 'No longer reached.'}{' '}
                        <span className={styles.quiet}>
                          Before: {before ? inLabels(before.detail) : 'No such step.'}
                        </span>
                      </li>
                    ))}
                  </ul>
                </>
              )}
              <StepList steps={lastDiagnosis.steps} />
            </>
          ) : (
            <p className={styles.quiet}>No diagnosis yet</p>
          )
        }
      </QueryStates>
    </section>
  );
}

function DiagnosisResult({ succeeded, failure, startedAt, durationMs }: DiagnosisFragment) {
  const figures = (
    <p className={styles.quiet}>
      <TimeAgo at={startedAt} />, took {(durationMs / 1000).toFixed(1)} s
    </p>
  );
  if (succeeded || !failure) {
    return (
      <div role="status" className={styles.success}>
        <p>
          <b>All checks passed</b>
        </p>
        {figures}
      </div>
    );
  }
  return (
    <div role="status" className={styles.alert}>
      <p>
        <b>
          {layers[failure.layer]}: {failure.message}
        </b>
      </p>
      <p>
        {responsibleParties[failure.responsibleParty]}. {inLabels(failure.remedy)}
      </p>
      {figures}
    </div>
  );
}
