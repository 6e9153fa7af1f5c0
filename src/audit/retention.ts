import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { deleteInBatches } from '../database/sweep.js';
import { AuditEventSchema } from './audit-event.entity.js';

/**
 * Deletes the events that are older than `retentionDays`, oldest first. Any number of processes may run it at once.
 * @param retentionDays at least 30; the database refuses to delete younger events
 * @param signal ends it early; the next sweep does the rest
 * @returns the number of deleted events
 */
export function sweepAuditEvents(
  em: EntityManager,
  retentionDays: number,
  signal?: AbortSignal,
): Promise<number> {
  return deleteInBatches(
    em,
    AuditEventSchema,
    (events) =>
      events
        .where('occurredAt', '<', sql<Date>`now() - make_interval(days => ${retentionDays})`)
        .orderBy('occurredAt'),
    { signal },
  );
}
