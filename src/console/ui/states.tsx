import { useEffect, useState, type ReactNode } from 'react';
import type { GraphqlFailure } from '../graphql/client.js';
import { refetchEverything } from '../graphql/query-client.js';
import { Button } from './form/button.js';
import { failureText } from './form/failure-message.js';
import styles from './states.module.css';

/** The time after which a loading page says that it takes longer than usual. */
const slowAfterMs = 4_000;

/** A box in place of missing content. */
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

/** A failure in place of content, with a button to try again. */
export function FailureState({ failure, onRetry }: { failure: GraphqlFailure; onRetry?: () => void }) {
  return (
    <div role="alert">
      <EmptyState
        title={failure.code === 'UNREACHABLE' ? 'No response' : 'Something went wrong'}
        actions={onRetry && <Button onClick={onRetry}>Try again</Button>}
      >
        {failureText(failure)}
      </EmptyState>
    </div>
  );
}

/** A bar of a skeleton. Sizes are CSS lengths. A skeleton is as large as the content it replaces. */
export function Bone({ width, height = '1em' }: { width: string; height?: string }) {
  return <span className={styles.bone} style={{ width, height }} />;
}

/** A skeleton with a status for screen readers, and a visible note when loading is slow. */
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
        {isSlow ? 'This is taking longer than usual…' : <span className="for-screen-readers">Loading…</span>}
      </p>
    </div>
  );
}

/** The part of a query's result that is displayed. */
interface QueryState<Data> {
  data: Data | undefined;
  error: GraphqlFailure | null;
  isFetching: boolean;
  refetch: () => unknown;
}

/**
 * Renders a query's skeleton, failure or data. When a refetch fails, the last data stays visible below a note that it may
 * be out of date.
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
  // Other queries of the page have usually failed too.
  const retry = () => void Promise.all([query.refetch(), refetchEverything()]);
  // SessionEndedDialog handles an ended session.
  const failure = error && error.code !== 'UNAUTHENTICATED' ? error : null;
  if (data === undefined) {
    return failure ? <FailureState failure={failure} onRetry={retry} /> : <Loading>{skeleton}</Loading>;
  }
  return (
    <>
      {failure && (
        <div role="alert" className={styles.bar}>
          <span>This data may be out of date. {failureText(failure)}</span>
          <Button isBusy={isFetching} onClick={retry}>
            Try again
          </Button>
        </div>
      )}
      {children(data)}
    </>
  );
}
