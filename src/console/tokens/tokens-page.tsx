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
import { scopes, type Token } from './token-words.js';
import styles from './tokens.module.css';

/** One's own API tokens: nobody sees anybody else's. */
export default function TokensPage() {
  const query = useOperation(TokensDocument, {});
  const [creates, setCreates] = useState(false);
  const [revokes, setRevokes] = useState<Token | null>(null);
  const newToken = (
    <Button tone="primary" onClick={() => setCreates(true)}>
      New token
    </Button>
  );
  return (
    <Page
      title="API tokens"
      lead="For programs that use Switchboard as you. Each can do less than you may, never more, and ends by itself."
      tools={newToken}
    >
      <QueryStates query={query} skeleton={<TokenTableSkeleton />}>
        {({ apiTokens }) =>
          apiTokens.length === 0 ? (
            <EmptyState title="No tokens yet">
              A program sends one with each request, and so needs neither your browser nor your password.
            </EmptyState>
          ) : (
            <Table
              caption="Your API tokens"
              columns={columns(setRevokes)}
              rows={apiTokens}
              keyOf={({ id }) => id}
            />
          )
        }
      </QueryStates>
      {creates && <CreateDialog onClose={() => setCreates(false)} />}
      {revokes && <RevokeDialog token={revokes} onClose={() => setRevokes(null)} />}
    </Page>
  );
}

function columns(onRevoke: (token: Token) => void): Column<Token>[] {
  return [
    { label: 'Name', cell: ({ name }) => <span className={styles.name}>{name}</span> },
    { label: 'May', cell: ({ scope }) => scopes[scope].label },
    { label: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt ? <TimeAgo at={lastUsedAt} /> : 'Never') },
    { label: 'Created', cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
    { label: 'Ends', cell: ({ expiresAt }) => <Ending at={expiresAt} /> },
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

function Ending({ at }: { at: string }) {
  if (new Date(at).getTime() > useNow()) return <TimeAgo at={at} />;
  return (
    <span className={styles.ended}>
      Ended <TimeAgo at={at} />
    </span>
  );
}

/** As high as the rows that it stands for. */
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
