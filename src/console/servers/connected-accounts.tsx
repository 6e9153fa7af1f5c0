import { useState } from 'react';
import {
  ConnectedPeopleDocument,
  DisconnectPersonDocument,
  type ConnectedPeopleQuery,
} from '../generated/servers.js';
import { useChange, useOperation } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { Dialog } from '../ui/form/dialog.js';
import { Bone, QueryStates } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { TimeAgo } from '../ui/time-ago.js';
import styles from './parts/servers.module.css';

type Grant = ConnectedPeopleQuery['mcpServerAccounts']['edges'][number]['node'];

/** Who is connected to a server, a page at a time, and the end of a connection. */
export function ConnectedPeople({ serverId }: { serverId: string }) {
  const [after, setAfter] = useState<string | null>(null);
  const [leaving, setLeaving] = useState<Grant | null>(null);
  const query = useOperation(ConnectedPeopleDocument, { id: serverId, after });
  return (
    <section className={styles.extra} aria-label="Connected people">
      <h2>Connected people</h2>
      <QueryStates query={query} skeleton={<Bone width="100%" height="120px" />}>
        {({ mcpServerAccounts: { edges, pageInfo } }) => (
          <>
            {edges.length === 0 ? (
              <p className={styles.quiet}>Nobody is connected.</p>
            ) : (
              <Table
                caption="Connected people"
                columns={columns(setLeaving)}
                rows={edges.map(({ node }) => node)}
                keyOf={({ user, connectedAt }) => user?.id ?? connectedAt}
              />
            )}
            <div className={styles.row}>
              {after !== null && <Button onClick={() => setAfter(null)}>Back to the first</Button>}
              {pageInfo.hasNextPage && (
                <Button onClick={() => setAfter(pageInfo.endCursor)}>Next page</Button>
              )}
            </div>
          </>
        )}
      </QueryStates>
      <DisconnectPerson serverId={serverId} grant={leaving} onClose={() => setLeaving(null)} />
    </section>
  );
}

const columns = (disconnect: (grant: Grant) => void): Column<Grant>[] => [
  {
    label: 'Person',
    cell: ({ user }) => (
      <span>
        {user?.displayName}
        <span className={styles.quiet}> {user?.email}</span>
      </span>
    ),
  },
  {
    label: 'State',
    cell: ({ status, failure }) => (
      <span>
        <span className={status === 'CONNECTED' ? styles.good : styles.broken}>
          {status === 'CONNECTED' ? 'Connected' : 'Has to connect again'}
        </span>
        {failure && <span className={styles.problem}>{failure.message}</span>}
      </span>
    ),
  },
  { label: 'Since', cell: ({ connectedAt }) => <TimeAgo at={connectedAt} /> },
  { label: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt ? <TimeAgo at={lastUsedAt} /> : 'Not yet') },
  {
    label: null,
    cell: (grant) => (
      <Button aria-label={`Disconnect ${grant.user?.displayName}`} onClick={() => disconnect(grant)}>
        Disconnect
      </Button>
    ),
  },
];

function DisconnectPerson({
  serverId,
  grant,
  onClose,
}: {
  serverId: string;
  grant: Grant | null;
  onClose: () => void;
}) {
  const { mutate, data, error, isPending, reset } = useChange(DisconnectPersonDocument);
  const close = () => {
    onClose();
    reset();
  };
  const outcome = data?.disconnectUserFromMcpServer;
  return (
    <Dialog
      title={outcome ? 'Disconnected' : `Disconnect ${grant?.user?.displayName ?? ''}?`}
      isOpen={grant !== null}
      asks
      onClose={close}
      actions={
        outcome ? (
          <Button onClick={close}>Done</Button>
        ) : (
          <>
            <Button onClick={close}>Keep the connection</Button>
            <Button
              tone="danger"
              isBusy={isPending}
              onClick={() => grant?.user && mutate({ serverId, userId: grant.user.id })}
            >
              Disconnect
            </Button>
          </>
        )
      }
    >
      {outcome ? (
        <p role="status">
          Switchboard has deleted the access.{' '}
          {outcome.revocationError ??
            (outcome.revokedCount > 0 ? 'The provider confirms that it is revoked.' : '')}
        </p>
      ) : (
        <p>
          Your team’s products can no longer use this server in that person’s name. They can connect again.
        </p>
      )}
      {error && <p role="alert">It was not disconnected. {error.message}</p>}
    </Dialog>
  );
}
