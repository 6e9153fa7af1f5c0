import type { EntityManager } from '@mikro-orm/postgresql';
import { commandLine } from '../../audit/record-audit-event.js';
import { queries } from '../../database/queries.js';
import { AccessTokenSchema } from '../store/access-token.entity.js';
import { UserSchema } from '../store/user.entity.js';
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
  const session = await queries(em, AccessTokenSchema, UserSchema)
    .selectFrom('AccessToken as t')
    .innerJoin('User as u', 'u.id', 't.userId')
    .select('t.id')
    .where('t.kind', '=', 'SESSION')
    .where('u.role', '=', 'ADMIN')
    .where('u.disabledAt', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return session !== undefined;
}

async function findOldestAdministrator(em: EntityManager): Promise<UserRow | null> {
  const row = await selectUsers(em)
    .where('role', '=', 'ADMIN')
    .where('disabledAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
