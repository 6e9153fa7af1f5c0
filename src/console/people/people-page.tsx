import { useState } from 'react';
import { UsersDocument } from '../generated/people.js';
import { usePages } from '../graphql/pages.js';
import { Button } from '../ui/form/button.js';
import { SearchField } from '../ui/form/search-field.js';
import { Page } from '../ui/page.js';
import { PagedRows } from '../ui/paged-rows.js';
import { EmptyState, QueryStates } from '../ui/states.js';
import { DisableDialog } from './disable-dialog.js';
import { EditDialog } from './edit-dialog.js';
import { InviteDialog } from './invite-dialog.js';
import { usePeopleSearch } from './people-search.js';
import { SignInLinkDialog } from './sign-in-link-dialog.js';
import { UserTable, UserTableSkeleton, type UserAction } from './user-table.js';
import type { User } from './user.js';

/** The server's limit, in characters. */
const longestSearch = 100;

/** The users, with an administrator's actions. */
export default function PeoplePage() {
  const { typed, search, type } = usePeopleSearch();
  const pages = usePages(UsersDocument, { search }, ({ users }) => users);
  const { query, totalCount, isStale } = pages;
  const [isInviting, setIsInviting] = useState(false);
  const [open, setOpen] = useState<{ action: UserAction; user: User } | null>(null);
  const close = () => setOpen(null);
  return (
    <Page
      title="People"
      lead="Everyone with a Switchboard account. Accounts can be disabled, but not deleted."
      tools={
        <>
          <SearchField label="Search people" value={typed} maxLength={longestSearch} onChange={type} />
          <Button tone="primary" onClick={() => setIsInviting(true)}>
            Invite
          </Button>
        </>
      }
    >
      <p role="status" className="for-screen-readers">
        {search !== '' && totalCount !== undefined && !isStale && countText(totalCount)}
      </p>
      <QueryStates query={query} skeleton={<UserTableSkeleton />}>
        {(users) =>
          users.length > 0 ? (
            <PagedRows pages={pages}>
              <UserTable users={users} onAction={(action, user) => setOpen({ action, user })} />
            </PagedRows>
          ) : (
            <EmptyState title={`No people match “${search}”`}>Try a different search.</EmptyState>
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

function countText(count: number): string {
  return count === 1 ? '1 person found' : `${count} people found`;
}
