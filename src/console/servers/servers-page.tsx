import { Route, Switch } from 'wouter';
import { Page } from '../ui/page.js';
import { EmptyState } from '../ui/states.js';
import { EditServerPage } from './edit-server-page.js';
import { NewServerPage } from './new-server-page.js';
import { ServerListPage } from './server-list-page.js';

/** The catalogue of servers and the form of each, for administrators. */
export default function ServersPage() {
  return (
    <Switch>
      <Route path="/">
        <ServerListPage />
      </Route>
      <Route path="/new">
        <NewServerPage />
      </Route>
      <Route path="/:id">{({ id }) => <EditServerPage key={id} id={id} />}</Route>
      <Route>
        <Page title="Page not found">
          <EmptyState title="There’s no page at this address">Check the link and try again.</EmptyState>
        </Page>
      </Route>
    </Switch>
  );
}
