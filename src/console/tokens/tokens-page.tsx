import { useState } from 'react';
import { TokensDocument } from '../generated/tokens.js';
import { useOperation } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { Page } from '../ui/page.js';
import { Bone, EmptyState, QueryStates } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { TimeAgo, useNow } from '../ui/time-ago.js';
import { CreateDialog } from './create-dialog.js';
import { RevokeDialog } from './revoke-dialog.js';
import { scopes, type Token } from './token-labels.js';
import styles from './tokens.module.css';

/** The user's own API tokens. */
export default function TokensPage() {
  const query = useOperation(TokensDocument, {});
  const [isCreating, setIsCreating] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const newToken = (
    <Button tone="primary" onClick={() => setIsCreating(true)}>
      New token
    </Button>
  );
  return (
    <Page
      title="API tokens"
      lead="API tokens authenticate programs as you. A token never has more access than you do, and always expires."
      tools={newToken}
    >
      <QueryStates query={query} skeleton={<TokenTableSkeleton />}>
        {({ apiTokens }) =>
          apiTokens.length === 0 ? (
            <EmptyState title="No tokens yet">
              Create a token to let a program use Switchboard on your behalf.
            </EmptyState>
          ) : (
            <Table
              caption="Your API tokens"
              columns={columns(setRevoking)}
              rows={apiTokens}
              keyOf={({ id }) => id}
            />
          )
        }
      </QueryStates>
      {isCreating && <CreateDialog onClose={() => setIsCreating(false)} />}
      {revoking && <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </Page>
  );
}

function columns(onRevoke: (token: Token) => void): Column<Token>[] {
  return [
    { label: 'Name', cell: ({ name }) => <span className={styles.name}>{name}</span> },
    { label: 'Access', cell: ({ scope }) => scopes[scope].label },
    { label: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt ? <TimeAgo at={lastUsedAt} /> : 'Never') },
    { label: 'Created', cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
    { label: 'Expires', cell: ({ expiresAt }) => <Expiration at={expiresAt} /> },
    {
      label: null,
      cell: (token) => (
        <Button
          tone="quiet"
          className={styles.revoke}
          aria-label={`Revoke ${token.name}`}
          onClick={() => onRevoke(token)}
        >
          Revoke
        </Button>
      ),
    },
  ];
}

function Expiration({ at }: { at: string }) {
  if (new Date(at).getTime() > useNow()) return <TimeAgo at={at} />;
  return (
    <span className={styles.expired}>
      Expired <TimeAgo at={at} />
    </span>
  );
}

/** A placeholder as tall as the rows. */
function TokenTableSkeleton() {
  return (
    <div className={styles.skeleton}>
      {Array.from({ length: 3 }, (_, i) => (
        <div key={i}>
          <Bone width="min(22em, 70%)" height="1.5em" />
        </div>
      ))}
    </div>
  );
}
