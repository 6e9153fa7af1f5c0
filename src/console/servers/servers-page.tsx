import { Route, Switch } from 'wouter';
import { Page } from '../ui/page.js';
import { EmptyState } from '../ui/states.js';
import { EditServerPage } from './edit-server-page.js';
import { NewServerPage } from './new-server-page.js';
import { ServerListPage } from './server-list-page.js';

/** For administrators: the servers of the catalogue, and the form of each. */
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
        <Page title="Nothing here">
          <EmptyState title="There is no page at this address">Check the link.</EmptyState>
        </Page>
      </Route>
    </Switch>
  );
}
