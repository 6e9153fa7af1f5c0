import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { queries } from '../../database/queries.js';
import { User } from '../store/user.entity.js';

/**
 * Makes this transaction the only one that can disable or demote an administrator, until it ends. Take this lock before
 * you lock a row of `users`. Every transaction that takes both takes them in this order, so none of them deadlock.
 */
export async function lockAdministrators(tx: EntityManager): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('switchboard.administrators'))`.execute(queries(tx));
}

/** Tells whether there is an enabled administrator other than this user. The answer holds under `lockAdministrators`. */
export async function anotherAdministratorRemains(tx: EntityManager, userId: string): Promise<boolean> {
  return (await tx.count(User, { role: 'ADMIN', disabledAt: null, id: { $ne: userId } })) > 0;
}
