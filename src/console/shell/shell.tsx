import { lazy, Suspense, useEffect, useRef } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { SessionOver } from '../session/session-over.js';
import { useViewer } from '../session/viewer.js';
import { Notices } from '../ui/notices.js';
import { EmptyState, Loading } from '../ui/states.js';
import { Page } from '../ui/page.js';
import { views } from './views.js';
import { AdministratorsOnly } from './administrators-only.js';
import { Header } from './header.js';
import styles from './shell.module.css';
import { UnforeseenBoundary } from './unforeseen-boundary.js';

const pages = views.map((view) => ({ view, Component: lazy(view.load) }));

/** What is on every page: the header, the view that the address names, notices, and the way back in. */
export function Shell() {
  useReloadForSomebodyElse();
  const [, section] = useLocation()[0].split('/');
  return (
    <>
      <Header />
      <main id="content">
        <UnforeseenBoundary key={section}>
          <Suspense fallback={<ViewIsComing />}>
            <Switch>
              <Route path="/">
                <Redirect to="/connections" replace />
              </Route>
              {pages.map(({ view: { path, label, audience, hasAddressesBelow }, Component }) => (
                <Route key={path} path={path} nest={hasAddressesBelow}>
                  {audience === 'EVERYONE' ? (
                    <Component />
                  ) : (
                    <AdministratorsOnly label={label} whileAsking={<ViewIsComing />}>
                      <Component />
                    </AdministratorsOnly>
                  )}
                </Route>
              ))}
              <Route>
                <Page title="Nothing here">
                  <EmptyState title="There is no page at this address">Check the link.</EmptyState>
                </Page>
              </Route>
            </Switch>
          </Suspense>
        </UnforeseenBoundary>
      </main>
      <SessionOver />
      <Notices />
    </>
  );
}

/** Nothing of one account stays on show for another that has signed in here meanwhile. */
function useReloadForSomebodyElse(): void {
  const id = useViewer()?.id;
  const first = useRef(id);
  useEffect(() => {
    first.current ??= id;
    if (id !== first.current) window.location.reload();
  }, [id]);
}

/** While a view's code is on its way: mostly too short to be seen. */
function ViewIsComing() {
  return (
    <div className={styles.coming}>
      <Loading>{null}</Loading>
    </div>
  );
}
