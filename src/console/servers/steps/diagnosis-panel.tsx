import { DiagnoseDocument, DiagnosesDocument, type DiagnosisFragment } from '../../generated/servers.js';
import { useChange, useOperation } from '../../graphql/operations.js';
import { Button } from '../../ui/form/button.js';
import { Bone, QueryStates } from '../../ui/states.js';
import { TimeAgo } from '../../ui/time-ago.js';
import { Problem } from '../parts/problem.js';
import styles from '../parts/servers.module.css';
import { StepList } from '../parts/step-list.js';
import { actors, layers } from '../parts/labels.js';

/** Finds out why a server does not work, and what has changed since it last did. */
export function DiagnosisPanel({ serverId: id }: { serverId: string }) {
  const query = useOperation(DiagnosesDocument, { id });
  const { mutate, error, isPending } = useChange(DiagnoseDocument);
  return (
    <section className={styles.extra} aria-label="Diagnosis">
      <h2>Diagnosis</h2>
      <div className={styles.row}>
        <Button isBusy={isPending} onClick={() => mutate({ id })}>
          {isPending ? 'Looking from the name to the tools…' : 'Diagnose'}
        </Button>
        <span className={styles.quiet}>
          Every layer, from the host’s name to its tools. It takes up to a minute.
        </span>
      </div>
      {error && <Problem failure={error} />}
      <QueryStates query={query} skeleton={<Bone width="100%" height="80px" />}>
        {({ mcpServerConfig: { lastDiagnosis, lastSuccessfulDiagnosis, diagnosisChanges } }) =>
          lastDiagnosis ? (
            <>
              <Verdict {...lastDiagnosis} />
              {!lastDiagnosis.succeeded && lastSuccessfulDiagnosis && (
                <>
                  <p>
                    All was well <TimeAgo at={lastSuccessfulDiagnosis.startedAt} />.{' '}
                    {diagnosisChanges?.length ? 'What is different now:' : 'No step came out otherwise.'}
                  </p>
                  <ul className={styles.warnings}>
                    {diagnosisChanges?.map(({ before, now }) => (
                      <li key={`${before?.name} ${now?.name} ${now?.detail}`}>
                        <b>{(now ?? before)?.name}</b>: {now?.detail ?? 'not reached any more.'}{' '}
                        <span className={styles.quiet}>Before: {before?.detail ?? 'no such step.'}</span>
                      </li>
                    ))}
                  </ul>
                </>
              )}
              <StepList steps={lastDiagnosis.steps} />
            </>
          ) : (
            <p className={styles.quiet}>It has not been diagnosed yet.</p>
          )
        }
      </QueryStates>
    </section>
  );
}

function Verdict({ succeeded, failure, startedAt, durationMs }: DiagnosisFragment) {
  const seconds = (durationMs / 1000).toFixed(1);
  if (succeeded || !failure) {
    return (
      <div role="status" className={styles.finding}>
        <p>
          Nothing failed, <TimeAgo at={startedAt} />, within {seconds} s.
        </p>
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
        {actors[failure.responsibleParty]}. {failure.remedy}
      </p>
      <p className={styles.quiet}>
        <TimeAgo at={startedAt} />, within {seconds} s
      </p>
    </div>
  );
}
