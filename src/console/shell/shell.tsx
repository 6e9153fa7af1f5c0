import { lazy, Suspense, useEffect, useRef } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { SessionEndedDialog } from '../session/session-ended-dialog.js';
import { useViewer } from '../session/viewer.js';
import { Notices } from '../ui/notices.js';
import { EmptyState, Loading } from '../ui/states.js';
import { Page } from '../ui/page.js';
import { views } from './views.js';
import { AdministratorsOnly } from './administrators-only.js';
import { ErrorBoundary } from './error-boundary.js';
import { Header } from './header.js';
import styles from './shell.module.css';

const pages = views.map((view) => ({ view, Component: lazy(view.load) }));

/** The frame of every page: the header, the view at the current address, notices and the sign-in dialog. */
export function Shell() {
  useReloadOnUserChange();
  const [, section] = useLocation()[0].split('/');
  return (
    <>
      <Header />
      <main id="content">
        <ErrorBoundary key={section}>
          <Suspense fallback={<ViewFallback />}>
            <Switch>
              <Route path="/">
                <Redirect to="/accounts" replace />
              </Route>
              {pages.map(({ view: { path, label, audience, hasAddressesBelow }, Component }) => (
                <Route key={path} path={path} nest={hasAddressesBelow}>
                  {audience === 'EVERYONE' ? (
                    <Component />
                  ) : (
                    <AdministratorsOnly label={label} fallback={<ViewFallback />}>
                      <Component />
                    </AdministratorsOnly>
                  )}
                </Route>
              ))}
              <Route>
                <Page title="Page not found">
                  <EmptyState title="There’s no page at this address">
                    Check the link and try again.
                  </EmptyState>
                </Page>
              </Route>
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </main>
      <SessionEndedDialog />
      <Notices />
    </>
  );
}

/** Reloads the page when another user has signed in, so that nothing of the previous one stays visible. */
function useReloadOnUserChange(): void {
  const id = useViewer()?.id;
  const first = useRef(id);
  useEffect(() => {
    first.current ??= id;
    if (id !== first.current) window.location.reload();
  }, [id]);
}

/** Shown while a view's code loads, which is rarely long enough to be seen. */
function ViewFallback() {
  return (
    <div className={styles.fallback}>
      <Loading>{null}</Loading>
    </div>
  );
}
