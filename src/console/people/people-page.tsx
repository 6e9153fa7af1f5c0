import { useState } from 'react';
import { UsersDocument } from '../generated/people.js';
import { useOperation } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { SearchField } from '../ui/form/search-field.js';
import { Page } from '../ui/page.js';
import { EmptyState, QueryStates } from '../ui/states.js';
import { DisableDialog } from './disable-dialog.js';
import { EditDialog } from './edit-dialog.js';
import { InviteDialog } from './invite-dialog.js';
import { SignInLinkDialog } from './sign-in-link-dialog.js';
import { UserTable, UserTableSkeleton, type UserAction } from './user-table.js';
import type { User } from './user.js';

/** The users, with an administrator's actions. */
export default function PeoplePage() {
  const query = useOperation(UsersDocument, {});
  const [search, setSearch] = useState('');
  const [isInviting, setIsInviting] = useState(false);
  const [open, setOpen] = useState<{ action: UserAction; user: User } | null>(null);
  const close = () => setOpen(null);
  const found = query.data?.users.filter(matches(search));
  return (
    <Page
      title="People"
      lead="Everyone with a Switchboard account. Accounts can be disabled, but not deleted."
      tools={
        <>
          <SearchField label="Search people" value={search} onChange={setSearch} />
          <Button tone="primary" onClick={() => setIsInviting(true)}>
            Invite
          </Button>
        </>
      }
    >
      <p role="status" className="for-screen-readers">
        {search !== '' && found && `${found.length} of ${query.data?.users.length} people`}
      </p>
      <QueryStates query={query} skeleton={<UserTableSkeleton />}>
        {() =>
          found?.length ? (
            <UserTable users={found} onAction={(action, user) => setOpen({ action, user })} />
          ) : (
            <EmptyState title={`No people match “${search.trim()}”`}>Try a different search.</EmptyState>
          )
        }
      </QueryStates>
      {isInviting && <InviteDialog onClose={() => setIsInviting(false)} />}
      {open?.action === 'SIGN_IN_LINK' && <SignInLinkDialog user={open.user} onClose={close} />}
      {open?.action === 'EDIT' && <EditDialog user={open.user} onClose={close} />}
      {open?.action === 'DISABLE' && <DisableDialog user={open.user} onClose={close} />}
    </Page>
  );
}

function matches(search: string): (user: User) => boolean {
  const terms = search.trim().toLowerCase().split(/\s+/);
  return ({ displayName, email }) => {
    const text = `${displayName} ${email}`.toLowerCase();
    return terms.every((term) => text.includes(term));
  };
}
