import { Component, type ReactNode } from 'react';
import { Button } from '../ui/form/button.js';
import { EmptyState } from '../ui/states.js';
import { Page } from '../ui/page.js';

/** A fault of the console's own takes the page's content, not the header and the way out. */
export class UnforeseenBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Page title="That did not work">
        <EmptyState
          title="This page cannot be shown"
          actions={<Button onClick={() => window.location.reload()}>Load it again</Button>}
        >
          Something went wrong in the page itself, not on the server.
        </EmptyState>
      </Page>
    );
  }
}
