import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Takes away the leases of refreshes whose process has crashed. They bind nobody once they have run out; the hour more
 * is for a holder that was only held up, whose answer is stored under its lease.
 * @returns how many there were.
 */
export async function sweepRefreshLeases(em: EntityManager): Promise<number> {
  const rows = await em.fork().execute<unknown[]>(
    `update mcp_server_user_tokens set refresh_lease_id = null, refresh_lease_until = null where id in (
       select id from mcp_server_user_tokens where refresh_lease_until < now() - interval '1 hour'
       order by id for update skip locked)
     returning id`,
  );
  return rows.length;
}
