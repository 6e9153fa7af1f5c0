import type { GraphqlFailure } from '../../graphql/client.js';
import styles from './servers.module.css';
import { StepList, type Step } from './step-list.js';

/** A failure in the server's own words: what happened, what to do, and what was tried where it says so. */
export function Problem({ failure, withSteps = false }: { failure: GraphqlFailure; withSteps?: boolean }) {
  const { remedy, steps, requestId } = failure.details as {
    remedy?: string;
    steps?: Step[];
    requestId?: string;
  };
  return (
    <div role="alert" className={styles.alert}>
      <p>
        <b>{failure.message}</b>
      </p>
      {remedy && <p>{remedy}</p>}
      {requestId && <p>Give this number to whoever runs this server: {requestId}</p>}
      {withSteps && steps && <StepList steps={steps} />}
    </div>
  );
}
