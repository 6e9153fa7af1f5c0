import type { EntityManager } from '@mikro-orm/postgresql';

/** How many go at once, so that a long backlog never holds a long transaction. */
const batch = 5_000;

/**
 * Deletes the events that are older than the given days, for everybody: it works without a viewer, and any number of
 * processes may run it at once.
 * @param retentionDays at least 30; the database refuses to delete younger events
 * @param signal ends it early; what is left goes the next time.
 * @returns how many went.
 */
export async function sweepAuditEvents(
  em: EntityManager,
  retentionDays: number,
  signal?: AbortSignal,
): Promise<number> {
  let swept = 0;
  for (;;) {
    const rows = await em.fork().execute<unknown[]>(
      `delete from audit_events where id in (
         select id from audit_events where occurred_at < now() - make_interval(days => ?)
         order by occurred_at limit ? for update skip locked)
       returning id`,
      [retentionDays, batch],
    );
    swept += rows.length;
    if (rows.length < batch || signal?.aborted) return swept;
  }
}
