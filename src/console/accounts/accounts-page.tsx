import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { AccountsDocument } from '../generated/accounts.js';
import { useOperation } from '../graphql/operations.js';
import { useViewer } from '../session/viewer.js';
import buttonStyles from '../ui/form/button.module.css';
import { SearchField } from '../ui/form/search-field.js';
import { notify } from '../ui/notices.js';
import { Page } from '../ui/page.js';
import { EmptyState, QueryStates } from '../ui/states.js';
import styles from './accounts.module.css';
import { forgetPopup, listenForResults, usePopups } from './connect-popups.js';
import { DisabledServers } from './disabled-servers.js';
import { useDisconnect } from './disconnect-dialog.js';
import { ServerRow, ServerRowSkeleton } from './server-row.js';
import type { ListedServer } from './server-state.js';

// Listens as long as the tab lives, because a popup may finish while another page is open.
listenForResults();

/** Polls often while a popup is open, because its page may be unable to report. Otherwise finds changes of other devices. */
const pollMs = { connecting: 2_000, idle: 30_000 };

/** The enabled servers, with the user's connected account at each. */
export default function AccountsPage() {
  const popups = usePopups();
  const [search, setSearch] = useState('');
  const isConnecting = [...popups.values()].includes('CONNECTING');
  const query = useOperation(
    AccountsDocument,
    {},
    {
      refetchInterval: isConnecting ? pollMs.connecting : pollMs.idle,
      // The browser may consider this window hidden while a popup covers it.
      refetchIntervalInBackground: isConnecting,
    },
  );
  const servers = query.data?.mcpServerConfigs;
  useEffect(() => {
    for (const { id, displayName, authConnected } of servers ?? []) {
      if (!authConnected || !popups.has(id)) continue;
      forgetPopup(id);
      notify(`${displayName} connected.`);
    }
  }, [servers, popups]);

  const { ask, dialog } = useDisconnect();
  const found = servers?.filter(matches(search));
  return (
    <Page
      title="Accounts"
      lead="Connect your accounts to your team’s MCP servers, so that your team’s products can use them on your behalf."
      tools={<SearchField label="Search servers" value={search} onChange={setSearch} />}
    >
      <p role="status" className="for-screen-readers">
        {search !== '' && found && `${found.length} of ${servers?.length} servers`}
      </p>
      <QueryStates query={query} skeleton={<ServerRowSkeleton count={4} />}>
        {({ mcpServerConfigs: all }) =>
          all.length === 0 ? (
            <NoServers />
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
            <EmptyState title={`No servers match “${search.trim()}”`}>Try a different search.</EmptyState>
          )
        }
      </QueryStates>
      <DisabledServers
        accounts={query.data?.myAccounts.filter(({ serverEnabled }) => !serverEnabled) ?? []}
        onDisconnect={({ serverId, serverName }) => ask({ id: serverId, displayName: serverName })}
      />
      {dialog}
    </Page>
  );
}

function NoServers() {
  if (useViewer()?.role !== 'ADMIN') {
    return (
      <EmptyState title="No servers yet">
        Servers appear here when an administrator adds and enables them.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No servers yet"
      actions={
        <Link href="/servers/new" className={`${buttonStyles.button} ${buttonStyles.primary}`}>
          Add server
        </Link>
      }
    >
      Add a server and enable it. Then users can connect their accounts here.
    </EmptyState>
  );
}

function matches(search: string): (server: ListedServer) => boolean {
  const terms = search.trim().toLowerCase().split(/\s+/);
  return ({ displayName, slug, description }) => {
    const text = `${displayName} ${slug} ${description}`.toLowerCase();
    return terms.every((term) => text.includes(term));
  };
}
