import { useEffect, useState } from 'react';
import { ConnectionsDocument } from '../generated/accounts.js';
import { useOperation } from '../graphql/operations.js';
import { notify } from '../ui/notices.js';
import { Page } from '../ui/page.js';
import { SearchField } from '../ui/form/search-field.js';
import { EmptyState, QueryStates } from '../ui/states.js';
import { forgetPopup, hearResultPages, usePopups } from './connect-popups.js';
import styles from './accounts.module.css';
import { useDisconnect } from './disconnect-dialog.js';
import { ServerRow, ServerRowSkeleton } from './server-row.js';
import type { ListedServer } from './server-state.js';
import { SwitchedOff } from './disabled-servers.js';

// From the first visit on, as long as the tab lives: a popup may end while another page is on show.
hearResultPages();

/** While a popup is open the server is asked often, for its page may never be able to tell; else for what other devices do. */
const pollMs = { waiting: 2_000, idle: 30_000 };

/** What everybody sees: the servers there are, and one's own connection to each. */
export default function ConnectionsPage() {
  const popups = usePopups();
  const [search, setSearch] = useState('');
  const isWaiting = [...popups.values()].includes('WAITING');
  const query = useOperation(
    ConnectionsDocument,
    {},
    // A popup lies over this window, which then may count as hidden.
    { refetchInterval: isWaiting ? pollMs.waiting : pollMs.idle, refetchIntervalInBackground: isWaiting },
  );
  const servers = query.data?.mcpServerConfigs;
  useEffect(() => {
    for (const { id, displayName, authConnected } of servers ?? []) {
      if (!authConnected || !popups.has(id)) continue;
      forgetPopup(id);
      notify(`${displayName} is connected.`);
    }
  }, [servers, popups]);

  const { ask, dialog } = useDisconnect();
  const found = servers?.filter(matches(search));
  return (
    <Page
      title="Connections"
      lead="The MCP servers of your team. Connect your own account once; your team’s products then use it in your name."
      tools={<SearchField label="Search servers" value={search} onChange={setSearch} />}
    >
      <p role="status" className="for-screen-readers">
        {search !== '' && found && `${found.length} of ${servers?.length} servers`}
      </p>
      <QueryStates query={query} skeleton={<ServerRowSkeleton count={4} />}>
        {({ mcpServerConfigs: all }) =>
          all.length === 0 ? (
            <EmptyState title="No servers yet">
              As soon as an administrator adds an MCP server and enables it, you can connect to it here.
            </EmptyState>
          ) : found?.length ? (
            <ul className={styles.list}>
              {found.map((server) => (
                <ServerRow
                  key={server.id}
                  server={server}
                  popup={popups.get(server.id)}
                  onDisconnect={() => ask(server)}
                />
              ))}
            </ul>
          ) : (
            <EmptyState title={`Nothing matches “${search.trim()}”`}>
              Try another word, or fewer letters.
            </EmptyState>
          )
        }
      </QueryStates>
      <SwitchedOff
        connections={query.data?.myAccounts.filter(({ serverEnabled }) => !serverEnabled) ?? []}
        onDisconnect={({ serverId, serverName }) => ask({ id: serverId, displayName: serverName })}
      />
      {dialog}
    </Page>
  );
}

function matches(search: string): (server: ListedServer) => boolean {
  const words = search.trim().toLowerCase().split(/\s+/);
  return ({ displayName, slug, description }) => {
    const text = `${displayName} ${slug} ${description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}
