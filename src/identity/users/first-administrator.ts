import type { EntityManager } from '@mikro-orm/postgresql';
import { commandLine } from '../../audit/record-audit-event.js';
import { insertUser } from './create-user.js';
import { selectUsers, type UserRow } from './user-rows.js';

const firstAdministrator = {
  email: 'admin@localhost',
  displayName: 'Administrator',
  role: 'ADMIN',
} as const;

/**
 * Returns the oldest enabled administrator. If there is none, creates `admin@localhost`. Any number of processes may do
 * this at once.
 *
 * @returns null if there is no administrator and a member has that email address
 */
export async function ensureFirstAdministrator(em: EntityManager): Promise<UserRow | null> {
  const oldest = await findOldestAdministrator(em);
  if (oldest) return oldest;
  // The unique email address decides between several processes that start at once. Each one then finds the new user.
  await em.transactional((tx) => insertUser(tx, firstAdministrator, commandLine));
  return findOldestAdministrator(em);
}

/** Tells whether an administrator has ever begun a browser session. Until then each start prints a sign-in link. */
export async function hasAdministratorSignedIn(em: EntityManager): Promise<boolean> {
  const [row] = await em.getConnection().execute<{ signedIn: boolean }[]>(
    `select exists (
       select from access_tokens t join users u on u.id = t.user_id
       where t.kind = 'SESSION' and u.role = 'ADMIN' and u.disabled_at is null
     ) as "signedIn"`,
  );
  return row?.signedIn ?? false;
}

async function findOldestAdministrator(em: EntityManager): Promise<UserRow | null> {
  const [row] = await selectUsers(em)
    .where({ role: 'ADMIN', disabledAt: null })
    .orderBy({ createdAt: 'asc', id: 'asc' })
    .limit(1)
    .execute<UserRow[]>('all');
  return row ?? null;
}
