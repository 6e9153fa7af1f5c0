import { useViewer } from '../session/viewer.js';
import { Avatar } from '../ui/avatar.js';
import { Button } from '../ui/form/button.js';
import { Bone } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { TimeAgo } from '../ui/time-ago.js';
import styles from './people.module.css';
import { roles, type User } from './user.js';

/** An administrator's actions on a user. DISABLE also enables. */
export type UserAction = 'SIGN_IN_LINK' | 'EDIT' | 'DISABLE';

type OnAction = (action: UserAction, user: User) => void;

export function UserTable({ users, onAction }: { users: readonly User[]; onAction: OnAction }) {
  const columns = columnsFor(useViewer()?.id, onAction);
  return <Table caption="People" columns={columns} rows={users} keyOf={({ id }) => id} />;
}

function columnsFor(viewerId: string | undefined, onAction: OnAction): Column<User>[] {
  return [
    { label: 'Name', cell: (user) => <Identity user={user} isViewer={user.id === viewerId} /> },
    { label: 'Role', cell: ({ role }) => <span className={styles.short}>{roles[role].label}</span> },
    { label: 'Status', cell: (user) => <Status {...user} /> },
    { label: 'Added', cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
    { label: null, cell: (user) => <Actions user={user} onAction={(action) => onAction(action, user)} /> },
  ];
}

function Identity({ user: { displayName, email }, isViewer }: { user: User; isViewer: boolean }) {
  return (
    <div className={styles.identity}>
      <span className={styles.avatar}>
        <Avatar name={displayName} isRound />
      </span>
      <div>
        <p className={styles.name}>
          {displayName}
          {isViewer && <span className={styles.you}>You</span>}
        </p>
        <p className={styles.quiet}>{email}</p>
      </div>
    </div>
  );
}

function Status({ disabledAt }: User) {
  if (disabledAt === null) return <span className={styles.short}>Enabled</span>;
  return (
    <span className={styles.disabled}>
      Disabled <TimeAgo at={disabledAt} />
    </span>
  );
}

function Actions({
  user: { displayName, disabledAt },
  onAction,
}: {
  user: User;
  onAction: (action: UserAction) => void;
}) {
  const isEnabled = disabledAt === null;
  return (
    <div className={styles.actions}>
      {isEnabled && (
        <Button
          tone="quiet"
          aria-label={`Sign-in link for ${displayName}`}
          onClick={() => onAction('SIGN_IN_LINK')}
        >
          Sign-in link
        </Button>
      )}
      <Button tone="quiet" aria-label={`Edit ${displayName}`} onClick={() => onAction('EDIT')}>
        Edit
      </Button>
      <Button
        tone="quiet"
        aria-label={`${isEnabled ? 'Disable' : 'Enable'} ${displayName}`}
        onClick={() => onAction('DISABLE')}
      >
        {isEnabled ? 'Disable' : 'Enable'}
      </Button>
    </div>
  );
}

/** A placeholder as tall as the rows. */
export function UserTableSkeleton() {
  return (
    <div className={styles.skeleton}>
      {Array.from({ length: 5 }, (_, i) => (
        <div key={i} className={styles.identity}>
          <Bone width="30px" height="30px" />
          <div>
            <Bone width="9em" height="1.3em" />
            <Bone width="13em" height="1.2em" />
          </div>
        </div>
      ))}
    </div>
  );
}
