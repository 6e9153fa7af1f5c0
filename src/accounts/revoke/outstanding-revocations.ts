import type { EntityManager } from '@mikro-orm/postgresql';
import { badUserInput } from '../../errors.js';
import { requireAdmin, type Viewer } from '../../identity/viewer.js';
import type { RevocationStatus } from './revocation.entity.js';

/** A grant that is gone here and may still stand at its provider, as an administrator reads it. */
export interface OutstandingRevocation {
  id: string;
  serverId: string;
  serverName: string;
  userId: string;
  status: RevocationStatus;
  reason: string;
  /** null when the provider is not asked any more. */
  nextAttemptAt: Date | null;
  createdAt: Date;
}

/** All of these have to hold; what is null or left out is not asked for. */
export interface RevocationFilter {
  serverId?: string | null | undefined;
  status?: RevocationStatus | null | undefined;
}

/** Longest list that is answered. */
const longest = 200;

/** What providers have not confirmed to be revoked, for administrators. Only ever reads, and no secret column. */
export class OutstandingRevocations {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;

  constructor({ em, viewer }: { em: EntityManager; viewer: Viewer }) {
    this.#em = em;
    this.#viewer = viewer;
  }

  /**
   * The latest ones, of one server (which may have been deleted) or of all, newest first.
   * @throws FORBIDDEN for anybody but administrators; BAD_USER_INPUT for a `first` out of bounds
   */
  async list(
    { serverId = null, status = null }: RevocationFilter,
    first: number,
  ): Promise<OutstandingRevocation[]> {
    requireAdmin(this.#viewer);
    if (first < 1 || first > longest) {
      throw badUserInput([{ path: 'first', message: `must be between 1 and ${longest}` }]);
    }
    const rows = await this.#em.execute<OutstandingRevocation[]>(
      `select id, mcp_server_config_id as "serverId", server_name as "serverName", user_id as "userId", status,
         failure_reason as "reason", created_at as "createdAt",
         case status when 'PENDING' then next_attempt_at end as "nextAttemptAt"
       from oauth2_revocations
       where (?::uuid is null or mcp_server_config_id = ?) and (?::text is null or status = ?)
       order by id desc limit ?`,
      [serverId, serverId, status, status, first],
    );
    for (const row of rows) {
      // The driver hands times over as text.
      row.createdAt = new Date(row.createdAt);
      row.nextAttemptAt &&= new Date(row.nextAttemptAt);
    }
    return rows;
  }
}
