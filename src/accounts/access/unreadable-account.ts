import type { EntityManager } from '@mikro-orm/postgresql';
import type { AccountToken } from './refresh-lease.js';

export const unreadableMessage =
  'Your stored connection to this MCP server cannot be read any more. Connect again.';

/**
 * Notes that no key of this process opens a grant's tokens, so that its person sees it. Nothing is erased: with the
 * right keys it can be read again, and says so itself.
 */
export async function noteUnreadable(em: EntityManager, { id, generation }: AccountToken): Promise<void> {
  await em.fork().execute(
    `update mcp_server_user_tokens set failure_code = 'UNREADABLE', failure_reason = ?, failure_at = now()
     where id = ? and generation = ? and failure_code is distinct from 'UNREADABLE'`,
    [unreadableMessage, id, generation],
    'run',
  );
}

/** Takes that back when the tokens could be opened after all. */
export async function noteReadable(em: EntityManager, { id, generation }: AccountToken): Promise<void> {
  await em.fork().execute(
    `update mcp_server_user_tokens set failure_code = null, failure_reason = '', failure_at = null
     where id = ? and generation = ? and failure_code = 'UNREADABLE'`,
    [id, generation],
    'run',
  );
}
