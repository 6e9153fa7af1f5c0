import { useState } from 'react';
import {
  DisconnectUserDocument,
  ServerAccountsDocument,
  type ServerAccountsQuery,
} from '../generated/servers.js';
import { useChange } from '../graphql/operations.js';
import { usePages } from '../graphql/pages.js';
import { Button } from '../ui/form/button.js';
import { ConfirmDialog } from '../ui/form/confirm-dialog.js';
import { Dialog } from '../ui/form/dialog.js';
import { PagedRows } from '../ui/paged-rows.js';
import { Bone, QueryStates } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { TimeAgo } from '../ui/time-ago.js';
import styles from './parts/servers.module.css';

type Account = NonNullable<ServerAccountsQuery['mcpServerAccounts']>['edges'][number]['node'];

/** The connected accounts of a server, page by page, with a button to disconnect each. */
export function ConnectedAccounts({ serverId }: { serverId: string }) {
  const [disconnecting, setDisconnecting] = useState<Account | null>(null);
  const pages = usePages(ServerAccountsDocument, { id: serverId }, (data) => data.mcpServerAccounts);
  return (
    <section className={styles.extra} aria-label="Connected accounts">
      <h2>Connected accounts{pages.totalCount ? ` (${pages.totalCount.toLocaleString('en')})` : ''}</h2>
      <QueryStates query={pages.query} skeleton={<Bone width="100%" height="120px" />}>
        {(accounts) =>
          accounts.length === 0 ? (
            <p className={styles.quiet}>No connected accounts</p>
          ) : (
            <PagedRows pages={pages}>
              <Table
                caption="Connected accounts"
                columns={columns(setDisconnecting)}
                rows={accounts}
                keyOf={({ id }) => id}
              />
            </PagedRows>
          )
        }
      </QueryStates>
      {disconnecting && (
        <DisconnectDialog
          serverId={serverId}
          account={disconnecting}
          onClose={() => setDisconnecting(null)}
        />
      )}
    </section>
  );
}

const columns = (disconnect: (account: Account) => void): Column<Account>[] => [
  {
    label: 'User',
    cell: ({ user }) => (
      <span>
        {user?.displayName}
        <span className={styles.quiet}> {user?.email}</span>
      </span>
    ),
  },
  {
    label: 'Status',
    cell: ({ status, failure }) => (
      <span>
        <span className={status === 'CONNECTED' ? styles.good : styles.broken}>
          {status === 'CONNECTED' ? 'Connected' : 'Reconnect required'}
        </span>
        {failure && <span className={styles.failure}>{failure.message}</span>}
      </span>
    ),
  },
  { label: 'Connected', cell: ({ connectedAt }) => <TimeAgo at={connectedAt} /> },
  { label: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt ? <TimeAgo at={lastUsedAt} /> : 'Never') },
  {
    label: null,
    cell: (account) => (
      <Button aria-label={`Disconnect ${account.user?.displayName}`} onClick={() => disconnect(account)}>
        Disconnect
      </Button>
    ),
  },
];

function DisconnectDialog({
  serverId,
  account: { user },
  onClose,
}: {
  serverId: string;
  account: Account;
  onClose: () => void;
}) {
  const { mutate, data, error, isPending } = useChange(DisconnectUserDocument);
  const name = user?.displayName ?? 'this user';
  const outcome = data?.disconnectUserFromMcpServer;
  if (outcome) {
    return (
      <Dialog
        title={`${name} disconnected`}
        isOpen
        isAlert
        onClose={onClose}
        actions={<Button onClick={onClose}>Done</Button>}
      >
        <p role="status">
          Switchboard deleted the access.{' '}
          {outcome.revocationError ??
            (outcome.revokedCount > 0 ? 'The provider confirmed that it’s revoked.' : '')}
        </p>
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      title={`Disconnect ${name}?`}
      confirmLabel="Disconnect"
      busyLabel="Disconnecting…"
      isBusy={isPending}
      failure={error}
      failureSummary="The account wasn’t disconnected."
      onConfirm={() => user && mutate({ serverId, userId: user.id })}
      onClose={onClose}
    >
      <p>
        Your team’s products can no longer use this server on behalf of {name}. The user can connect again.
      </p>
    </ConfirmDialog>
  );
}
