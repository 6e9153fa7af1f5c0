import { useViewer } from '../session/viewer.js';
import { Avatar } from '../ui/avatar.js';
import { Button } from '../ui/form/button.js';
import { Bone } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { TimeAgo } from '../ui/time-ago.js';
import styles from './people.module.css';
import { roles, type Person } from './person.js';

/** What can be done about a person. SWITCH disables, or enables. */
export type PersonTask = 'LINK' | 'EDIT' | 'SWITCH';

export function PeopleTable({
  people,
  onTask,
}: {
  people: readonly Person[];
  onTask: (task: PersonTask, person: Person) => void;
}) {
  const columns = columnsFor(useViewer()?.id, onTask);
  return <Table caption="People" columns={columns} rows={people} keyOf={({ id }) => id} />;
}

function columnsFor(
  viewerId: string | undefined,
  onTask: (task: PersonTask, person: Person) => void,
): Column<Person>[] {
  return [
    { label: 'Person', cell: (person) => <Identity person={person} isViewer={person.id === viewerId} /> },
    { label: 'Role', cell: ({ role }) => <span className={styles.short}>{roles[role].label}</span> },
    { label: 'Sign-in', cell: (person) => <Standing {...person} /> },
    { label: 'Added', cell: (person) => <Added {...person} /> },
    { label: null, cell: (person) => <Tasks person={person} onTask={(task) => onTask(task, person)} /> },
  ];
}

function Identity({ person: { displayName, email }, isViewer }: { person: Person; isViewer: boolean }) {
  return (
    <div className={styles.identity}>
      <span className={styles.picture}>
        <Avatar name={displayName} isRound />
      </span>
      <div>
        <p className={styles.name}>
          {displayName}
          {isViewer && <span className={styles.you}>you</span>}
        </p>
        <p className={styles.quiet}>{email}</p>
      </div>
    </div>
  );
}

function Standing({ disabledAt }: Person) {
  if (disabledAt === null) return <span className={styles.short}>Enabled</span>;
  return (
    <span className={styles.disabled}>
      Disabled <TimeAgo at={disabledAt} />
    </span>
  );
}

function Added({ createdAt }: Person) {
  return (
    <span className={styles.short}>
      <TimeAgo at={createdAt} />
    </span>
  );
}

function Tasks({
  person: { displayName, disabledAt },
  onTask,
}: {
  person: Person;
  onTask: (task: PersonTask) => void;
}) {
  const isEnabled = disabledAt === null;
  return (
    <div className={styles.tasks}>
      {isEnabled && (
        <Button
          tone="quiet"
          aria-label={`New sign-in link for ${displayName}`}
          onClick={() => onTask('LINK')}
        >
          Sign-in link
        </Button>
      )}
      <Button tone="quiet" aria-label={`Edit ${displayName}`} onClick={() => onTask('EDIT')}>
        Edit
      </Button>
      <Button
        tone="quiet"
        aria-label={`${isEnabled ? 'Disable' : 'Enable'} ${displayName}`}
        onClick={() => onTask('SWITCH')}
      >
        {isEnabled ? 'Disable' : 'Enable'}
      </Button>
    </div>
  );
}

/** As high as the rows that it stands for. */
export function PeopleTableSkeleton() {
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
