import type { EntityManager } from '@mikro-orm/postgresql';
import { LastUsed } from '../../identity/access-tokens/last-used.js';
import type { Logger } from '../../log.js';

/**
 * When each grant's token was last handed out. It touches no other column of the row, so it never gets in the way of
 * a refresh, and a grant that was made anew meanwhile has another id and is not touched.
 */
export function createAccountUse(deps: { em: EntityManager; log: Logger }): LastUsed {
  return new LastUsed({
    ...deps,
    rows: { table: 'mcp_server_user_tokens', key: { column: 'id', type: 'uuid' } },
  });
}
