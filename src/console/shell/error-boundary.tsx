import { Component, type ReactNode } from 'react';
import { Button } from '../ui/form/button.js';
import { Page } from '../ui/page.js';
import { EmptyState } from '../ui/states.js';

/** Replaces the content of a page that throws. The header stays usable. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <Page title="Something went wrong">
        <EmptyState
          title="This page can’t be displayed"
          actions={<Button onClick={() => window.location.reload()}>Reload page</Button>}
        >
          The error is in the console, not on the server.
        </EmptyState>
      </Page>
    );
  }
}
