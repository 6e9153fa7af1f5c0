import { useState } from 'react';
import { ServerToolsDocument, type ServerToolsQuery } from '../generated/accounts.js';
import type { Complete } from '../graphql/client.js';
import { useOperation } from '../graphql/operations.js';
import { Button } from '../ui/form/button.js';
import { Bone, QueryStates } from '../ui/states.js';
import styles from './tool-list.module.css';

type Tool = Complete<ServerToolsQuery>['mcpServerTools'][number];

const blockedLabels: Record<Tool['reason'], string | null> = {
  NOT_RESTRICTED: null,
  ON_ALLOW_LIST: null,
  NOT_ON_ALLOW_LIST: 'Not on your team’s allow list',
  ON_DENY_LIST: 'Blocked by your team',
};

/** The tools that a server offers to the user, and which of them are allowed. */
export function ToolList({ serverId, isConnected }: { serverId: string; isConnected: boolean }) {
  const query = useOperation(
    ServerToolsDocument,
    { id: serverId },
    {
      enabled: isConnected,
      staleTime: Infinity,
      gcTime: 60_000,
      refetchOnWindowFocus: false,
      meta: { asksOtherServers: true },
    },
  );
  if (!isConnected) return <p className={styles.note}>Connect your account to see this server’s tools.</p>;
  return (
    <QueryStates query={query} skeleton={<Bone width="100%" height="96px" />}>
      {({ mcpServerTools: tools }) => (
        <>
          <p className={styles.note}>{countText(tools)}</p>
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

function countText(tools: readonly Tool[]): string {
  const allowed = tools.filter((tool) => tool.allowed).length;
  if (tools.length === 0) return 'This server has no tools.';
  const count = tools.length === 1 ? '1 tool' : `${tools.length} tools`;
  return `${count}, ${allowed === tools.length ? 'all' : allowed} allowed`;
}

/** Longer descriptions are clipped, in characters. */
const longestDescription = 220;

function ToolEntry({ name, title, description, allowed, reason }: Tool) {
  const [isWhole, setIsWhole] = useState(description.length <= longestDescription);
  return (
    <li className={styles.tool} data-allowed={allowed}>
      <p className={styles.head}>
        <code>{name}</code>
        {title && title !== name && <span>{title}</span>}
        <span className={styles.access}>{allowed ? 'Allowed' : blockedLabels[reason]}</span>
      </p>
      {description && (
        <p className={isWhole ? styles.description : `${styles.description} ${styles.clipped}`}>
          {description}
        </p>
      )}
      {!isWhole && (
        <Button
          tone="quiet"
          className={styles.more}
          aria-label={`Show more about ${name}`}
          onClick={() => setIsWhole(true)}
        >
          Show more
        </Button>
      )}
    </li>
  );
}
