import { useState } from 'react';
import { ServerToolsDocument, type ServerToolsQuery } from '../generated/accounts.js';
import { useOperation } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { Bone, QueryStates } from '../ui/states.js';
import styles from './tool-list.module.css';

type Tool = ServerToolsQuery['mcpServerTools'][number];

const whyNot: Record<Tool['reason'], string | null> = {
  NOT_RESTRICTED: null,
  ON_ALLOW_LIST: null,
  NOT_ON_ALLOW_LIST: 'Not allowed: not on your team’s list',
  ON_DENY_LIST: 'Not allowed: blocked by your team',
};

/** What the server offers, as it says itself, and which of it may be used. */
export function ToolList({ serverId, canAsk }: { serverId: string; canAsk: boolean }) {
  const query = useOperation(
    ServerToolsDocument,
    { id: serverId },
    {
      enabled: canAsk,
      staleTime: Infinity,
      gcTime: 60_000,
      refetchOnWindowFocus: false,
      meta: { asksOtherServers: true },
    },
  );
  if (!canAsk)
    return <p className={styles.note}>Connect your account first: the server tells its tools only then.</p>;
  return (
    <QueryStates query={query} skeleton={<Bone width="100%" height="96px" />}>
      {({ mcpServerTools: tools }) => (
        <>
          <p className={styles.note}>{inAll(tools)}</p>
          <ul className={styles.list}>
            {tools.map((tool) => (
              <ToolEntry key={tool.name} {...tool} />
            ))}
          </ul>
        </>
      )}
    </QueryStates>
  );
}

function inAll(tools: readonly Tool[]): string {
  const allowed = tools.filter((tool) => tool.allowed).length;
  if (tools.length === 0) return 'The server offers no tools.';
  const count = tools.length === 1 ? 'One tool' : `${tools.length} tools`;
  if (allowed === tools.length)
    return tools.length === 1 ? `${count}, and it is allowed` : `${count}, all allowed`;
  return `${count}, ${allowed === 0 ? 'none' : allowed} of them allowed`;
}

/** Beyond this many characters a description is folded. */
const foldedAt = 220;

function ToolEntry({ name, title, description, allowed, reason }: Tool) {
  const [isUnfolded, setIsUnfolded] = useState(description.length <= foldedAt);
  return (
    <li className={styles.tool} data-allowed={allowed}>
      <p className={styles.head}>
        <code>{name}</code>
        {title && title !== name && <span>{title}</span>}
        <span className={styles.verdict}>{allowed ? 'Allowed' : whyNot[reason]}</span>
      </p>
      {description && (
        <p className={isUnfolded ? styles.description : `${styles.description} ${styles.folded}`}>
          {description}
        </p>
      )}
      {!isUnfolded && (
        <Button
          tone="quiet"
          className={styles.more}
          aria-label={`All of ${name}`}
          onClick={() => setIsUnfolded(true)}
        >
          Show all
        </Button>
      )}
    </li>
  );
}
