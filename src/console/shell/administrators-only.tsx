import type { ReactNode } from 'react';
import { useViewerQuery } from '../session/viewer.js';
import { Page } from '../ui/page.js';
import { EmptyState, FailureState } from '../ui/states.js';

/**
 * Renders a view for administrators only, and sends none of its queries for others. The server alone decides what each
 * user may see.
 */
export function AdministratorsOnly({
  label,
  fallback,
  children,
}: {
  /** The title of the view. */
  label: string;
  /** Shown while the viewer is loading. */
  fallback: ReactNode;
  children: ReactNode;
}) {
  const { data, error, refetch } = useViewerQuery();
  if (data?.viewer.role === 'ADMIN') return children;
  if (data) {
    return (
      <Page title={label}>
        <EmptyState title="Administrators only">
          You’re signed in as {data.viewer.displayName}, who is a member. Ask an administrator for access.
        </EmptyState>
      </Page>
    );
  }
  if (!error || error.code === 'UNAUTHENTICATED') return fallback;
  return (
    <Page title={label}>
      <FailureState failure={error} onRetry={() => void refetch()} />
    </Page>
  );
}
