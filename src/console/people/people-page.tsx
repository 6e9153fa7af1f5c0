import { useState } from 'react';
import { PeopleDocument } from '../generated/people.js';
import { useOperation } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { Page } from '../ui/page.js';
import { SearchField } from '../ui/form/search-field.js';
import { EmptyState, QueryStates } from '../ui/states.js';
import { EditDialog } from './edit-dialog.js';
import { InviteDialog } from './invite-dialog.js';
import { PeopleTable, PeopleTableSkeleton, type PersonTask } from './people-table.js';
import type { Person } from './person.js';
import { SignInLinkDialog } from './sign-in-link-dialog.js';
import { SwitchDialog } from './switch-dialog.js';

/** Who may come in, and what an administrator does about them. */
export default function PeoplePage() {
  const query = useOperation(PeopleDocument, {});
  const [search, setSearch] = useState('');
  const [invites, setInvites] = useState(false);
  const [open, setOpen] = useState<{ task: PersonTask; person: Person } | null>(null);
  const close = () => setOpen(null);
  const found = query.data?.users.filter(matches(search));
  return (
    <Page
      title="People"
      lead="Everybody with an account here. An account is disabled, never deleted."
      tools={
        <>
          <SearchField label="Search people" value={search} onChange={setSearch} />
          <Button tone="primary" onClick={() => setInvites(true)}>
            Invite
          </Button>
        </>
      }
    >
      <p role="status" className="for-screen-readers">
        {search !== '' && found && `${found.length} of ${query.data?.users.length} people`}
      </p>
      <QueryStates query={query} skeleton={<PeopleTableSkeleton />}>
        {() =>
          found?.length ? (
            <PeopleTable people={found} onTask={(task, person) => setOpen({ task, person })} />
          ) : (
            <EmptyState title={`Nobody matches “${search.trim()}”`}>
              Try another part of the name or address.
            </EmptyState>
          )
        }
      </QueryStates>
      {invites && <InviteDialog onClose={() => setInvites(false)} />}
      {open?.task === 'LINK' && <SignInLinkDialog person={open.person} onClose={close} />}
      {open?.task === 'EDIT' && <EditDialog person={open.person} onClose={close} />}
      {open?.task === 'SWITCH' && <SwitchDialog person={open.person} onClose={close} />}
    </Page>
  );
}

function matches(search: string): (person: Person) => boolean {
  const words = search.trim().toLowerCase().split(/\s+/);
  return ({ displayName, email }) => {
    const text = `${displayName} ${email}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}
