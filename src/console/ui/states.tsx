import { useEffect, useState, type ReactNode } from 'react';
import type { GraphqlFailure } from '../graphql/client.js';
import { refetchEverything } from '../graphql/query-client.js';
import { Button } from './form/button.js';
import styles from './states.module.css';

/** After this long, waiting is said to be unusual. */
const slowAfterMs = 4_000;

/** A box in place of content: that there is none, or none to be had. */
export function EmptyState({
  title,
  children,
  actions,
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={styles.box}>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

/** What went wrong in the server's words for people, and another try. */
export function FailureState({ failure, onRetry }: { failure: GraphqlFailure; onRetry?: () => void }) {
  const { requestId } = failure.details;
  return (
    <div role="alert">
      <EmptyState
        title={failure.code === 'UNREACHABLE' ? 'No answer' : 'That did not work'}
        actions={onRetry && <Button onClick={onRetry}>Try again</Button>}
      >
        {failure.message}
        {requestId && ` Give this number to whoever runs this server: ${requestId}`}
      </EmptyState>
    </div>
  );
}

/** One grey bar of a skeleton. Sizes are CSS lengths; a skeleton takes the room of what it stands for. */
export function Bone({ width, height = '1em' }: { width: string; height?: string }) {
  return <span className={styles.bone} style={{ width, height }} />;
}

/** A skeleton that says to screen readers that it is one, and to everybody when it takes unusually long. */
export function Loading({ children }: { children: ReactNode }) {
  const [isSlow, setIsSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsSlow(true), slowAfterMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div aria-busy="true">
      <div aria-hidden="true">{children}</div>
      <p role="status" className={styles.slow}>
        {isSlow ? 'This takes longer than usual…' : <span className="for-screen-readers">Loading…</span>}
      </p>
    </div>
  );
}

/** What there is to show of a query, whatever else it can do. */
interface QueryState<Data> {
  data: Data | undefined;
  error: GraphqlFailure | null;
  isFetching: boolean;
  refetch: () => unknown;
}

/**
 * The states of a query in one place: skeleton, failure, and its data. A refetch that fails leaves what is known on show,
 * and says so above it.
 */
export function QueryStates<Data>({
  query,
  skeleton,
  children,
}: {
  query: QueryState<Data>;
  skeleton: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  const { data, error, isFetching } = query;
  // What failed here has mostly failed elsewhere on the page too.
  const retry = () => void Promise.all([query.refetch(), refetchEverything()]);
  // A session that ended has a dialog of its own.
  const failure = error && error.code !== 'UNAUTHENTICATED' ? error : null;
  if (data === undefined) {
    return failure ? <FailureState failure={failure} onRetry={retry} /> : <Loading>{skeleton}</Loading>;
  }
  return (
    <>
      {failure && (
        <div role="alert" className={styles.bar}>
          <span>This may be out of date. {failure.message}</span>
          <Button isBusy={isFetching} onClick={retry}>
            Try again
          </Button>
        </div>
      )}
      {children(data)}
    </>
  );
}
