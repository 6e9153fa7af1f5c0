import { useState } from 'react';
import { Link } from 'wouter';
import { ServersDocument, type ServersQuery } from '../generated/servers.js';
import { useOperation } from '../graphql/operations.js';
import buttonStyles from '../ui/form/button.module.css';
import { Page } from '../ui/page.js';
import { SearchField } from '../ui/form/search-field.js';
import { Bone, EmptyState, QueryStates } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { TimeAgo } from '../ui/time-ago.js';
import styles from './parts/servers.module.css';
import { authTypes, availabilities } from './parts/labels.js';
import { NeedsHttpsList } from './parts/needs-https.js';

type Server = ServersQuery['mcpServerConfigs'][number];
type Failure = NonNullable<ServersQuery['failureReports']>['edges'][number]['node'];

/** All servers with their states, including disabled ones. */
export function ServerListPage() {
  const [search, setSearch] = useState('');
  const query = useOperation(ServersDocument, {}, { refetchInterval: 30_000 });
  return (
    <Page
      title="Servers"
      lead="MCP servers available to your team’s products."
      tools={
        <>
          <SearchField label="Search servers" value={search} onChange={setSearch} />
          <Link href="/new" className={`${buttonStyles.button} ${buttonStyles.primary}`}>
            Add server
          </Link>
        </>
      }
    >
      <QueryStates query={query} skeleton={<Bone width="100%" height="220px" />}>
        {({ mcpServerConfigs: all, failureReports }) => {
          if (all.length === 0) {
            return (
              <EmptyState
                title="No servers yet"
                actions={
                  <Link href="/new" className={`${buttonStyles.button} ${buttonStyles.primary}`}>
                    Add server
                  </Link>
                }
              >
                Enter a server’s URL, and Switchboard discovers its settings.
              </EmptyState>
            );
          }
          const rows = all.filter(matches(search));
          if (rows.length === 0)
            return (
              <EmptyState title={`No servers match “${search.trim()}”`}>Try a different search.</EmptyState>
            );
          const failures = failureReports.edges.map(({ node }) => node);
          return (
            <>
              <NeedsHttpsList servers={all} />
              <Table caption="MCP servers" columns={columns(failures)} rows={rows} keyOf={({ id }) => id} />
            </>
          );
        }}
      </QueryStates>
    </Page>
  );
}

const columns = (failures: readonly Failure[]): Column<Server>[] => [
  {
    label: 'Server',
    cell: ({ id, displayName, slug }) => (
      <span>
        <Link href={`/${id}`} className={styles.name}>
          {displayName}
        </Link>
        <span className={styles.quiet}>{slug}</span>
      </span>
    ),
  },
  { label: 'Status', cell: (server) => <Status {...server} /> },
  { label: 'Authorization', cell: ({ authType }) => authTypes[authType].label },
  { label: 'Availability', cell: ({ availability }) => availabilities[availability].label },
  {
    label: 'Accounts',
    cell: ({ authType, accountCount }) => (authType === 'OAUTH2' ? accountCount : '–'),
  },
  { label: 'Last failure', cell: (server) => <LastFailure server={server} failures={failures} /> },
];

function Status({ enabled, authType, oauth2AuthUrl, oauth2ClientFailure, needsHttps }: Server) {
  if (needsHttps) return <span className={styles.broken}>Needs https</span>;
  if (oauth2ClientFailure) return <span className={styles.broken}>Client rejected by the provider</span>;
  if (authType === 'OAUTH2' && oauth2AuthUrl === '') {
    return <span className={styles.broken}>Client not registered</span>;
  }
  return <span className={enabled ? styles.good : styles.quiet}>{enabled ? 'Enabled' : 'Disabled'}</span>;
}

/** The latest failure, from the last diagnosis or the users' reports. */
function LastFailure({ server, failures }: { server: Server; failures: readonly Failure[] }) {
  const { lastDiagnosis } = server;
  const diagnosed = lastDiagnosis?.failure && {
    message: lastDiagnosis.failure.message,
    at: lastDiagnosis.startedAt,
    reference: null,
    remoteMessage: '',
  };
  const reported = failures
    .filter(({ serverId }) => serverId === server.id)
    .map(({ message, remoteMessage, lastFailedAt, reference }) => ({
      message,
      remoteMessage,
      at: lastFailedAt,
      reference,
    }));
  const [latest] = [...(diagnosed ? [diagnosed] : []), ...reported].sort((a, b) => b.at.localeCompare(a.at));
  if (!latest) return <span className={styles.quiet}>None</span>;
  return (
    <span className={styles.failure}>
      {latest.message}
      {latest.remoteMessage && (
        <span className={styles.quiet}>The remote server’s words: “{latest.remoteMessage}”</span>
      )}
      <span className={styles.quiet}>
        <TimeAgo at={latest.at} />
        {latest.reference && `, reference ${latest.reference}`}
      </span>
    </span>
  );
}

function matches(search: string): (server: Server) => boolean {
  const terms = search.trim().toLowerCase().split(/\s+/);
  return ({ displayName, slug, url }) => {
    const text = `${displayName} ${slug} ${url ?? ''}`.toLowerCase();
    return terms.every((term) => text.includes(term));
  };
}
