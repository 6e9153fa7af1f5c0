import type { ServerToolsQuery } from '../../generated/servers.js';
import type { Complete } from '../../graphql/client.js';
import styles from '../parts/servers.module.css';

type Defect = NonNullable<Complete<ServerToolsQuery>['mcpServerToolList']['defects']>[number];

const outcomes: Record<Defect['outcome'], string> = {
  REPAIRED: 'Repaired.',
  LEFT_OUT: 'Left out.',
  INCOMPLETE: 'The list may be incomplete.',
};

/** The mistakes in the server's own list of tools, for its operator to correct. */
export function ToolDefects({ defects, count }: { defects: readonly Defect[]; count: number }) {
  return (
    <details className={styles.more}>
      <summary>
        {count === 1 ? 'The server’s list has a mistake' : `The server’s list has ${count} mistakes`}
      </summary>
      <ul className={styles.tools}>
        {defects.map(({ name, position, outcome, message }, index) => (
          <li key={index} className={styles.tool}>
            <p>
              {position !== null && (name === '' ? `Tool ${position}: ` : <code>{name}</code>)}{' '}
              <WithCode text={message} /> <span className={styles.quiet}>{outcomes[outcome]}</span>
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A text in which the parts between backticks are code. */
function WithCode({ text }: { text: string }) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
