import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Makes this transaction the only one under which administrators may become fewer, until it ends. Take it before any
 * row of `users` is locked: whoever takes both takes them in this order, so nobody deadlocks.
 */
export async function lockAdministrators(tx: EntityManager): Promise<void> {
  await tx.execute(`select pg_advisory_xact_lock(hashtext('switchboard.administrators'))`);
}

/** Whether an enabled administrator would remain without this user. Believe it only under `lockAdministrators`. */
export async function anotherAdministratorRemains(tx: EntityManager, userId: string): Promise<boolean> {
  const [row] = await tx.execute<{ remains: boolean }[]>(
    `select exists (select from users where role = 'ADMIN' and disabled_at is null and id <> ?) as remains`,
    [userId],
    'all',
  );
  return row?.remains ?? false;
}
