import type { ReactNode } from 'react';
import { useViewerQuery } from '../session/viewer.js';
import { Page } from '../ui/page.js';
import { EmptyState, FailureState } from '../ui/states.js';

/**
 * Says in words to anybody else that a view is not theirs, and asks the server for nothing of it. What the server answers to
 * whom is decided there alone.
 */
export function AdministratorsOnly({
  label,
  whileAsking,
  children,
}: {
  /** What the view is called. */
  label: string;
  whileAsking: ReactNode;
  children: ReactNode;
}) {
  const { data, error, refetch } = useViewerQuery();
  if (data?.viewer.role === 'ADMIN') return children;
  if (data) {
    return (
      <Page title={label}>
        <EmptyState title="This page is for administrators">
          You are signed in as {data.viewer.displayName}, who is a member. An administrator can change that.
        </EmptyState>
      </Page>
    );
  }
  if (!error || error.code === 'UNAUTHENTICATED') return whileAsking;
  return (
    <Page title={label}>
      <FailureState failure={error} onRetry={() => void refetch()} />
    </Page>
  );
}
