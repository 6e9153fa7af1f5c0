import type { EntityManager } from '@mikro-orm/postgresql';
import { queries } from '../../database/queries.js';
import { UpstreamSessionSchema } from './upstream-session.entity.js';

/** The sessions of one user, of one server, or of one user at one server. */
export type SessionScope = { userId: string; serverId?: string } | { userId?: string; serverId: string };

/** A session that was deleted here. Its server still has it. */
export interface DeletedSession {
  id: string;
  /** Sealed. null for an era without a session. */
  session: string | null;
}

/**
 * Deletes the sessions whose user, server or account ends in this transaction. Call it after the row of that one is
 * locked: then no call in progress can store another session. `UpstreamSessions.end` ends them after the commit.
 */
export function deleteSessions(
  tx: EntityManager,
  { userId, serverId }: SessionScope,
): Promise<DeletedSession[]> {
  return queries(tx, UpstreamSessionSchema)
    .deleteFrom('UpstreamSession')
    .where((eb) =>
      eb.and({ ...(userId !== undefined && { userId }), ...(serverId !== undefined && { serverId }) }),
    )
    .returning(['id', 'session'])
    .execute();
}
