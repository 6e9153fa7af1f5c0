import type { EntityManager } from '@mikro-orm/postgresql';
import type { InferResult } from 'kysely';
import { queries } from '../../database/queries.js';
import { conflict, SwitchboardError } from '../../errors.js';
import { UserSchema } from '../store/user.entity.js';
import { foldEmail } from './user-rules.js';

export const userColumns = ['id', 'email', 'displayName', 'role', 'disabledAt', 'createdAt'] as const;

/** Returns a query for the columns of a `UserRow`. */
export function selectUsers(em: EntityManager) {
  return queries(em, UserSchema).selectFrom('User').select(userColumns);
}

/** A user as every query reads it. */
export type UserRow = InferResult<ReturnType<typeof selectUsers>>[number];

/** Returns the user with this id; null if there is none. */
export async function findUser(em: EntityManager, id: string): Promise<UserRow | null> {
  return (await selectUsers(em).where('id', '=', id).executeTakeFirst()) ?? null;
}

/** @throws NOT_FOUND if no user has this email address */
export async function getUserByEmail(em: EntityManager, email: string): Promise<UserRow> {
  const folded = foldEmail(email);
  const row = await selectUsers(em).where('email', '=', folded).executeTakeFirst();
  if (!row) throw new SwitchboardError('NOT_FOUND', `No user has the email address ${folded}.`);
  return row;
}

/** Returns the error for an operation that needs an enabled user. `path` is the input that names the user. */
export function userDisabled(email: string, path: 'email' | 'userId'): SwitchboardError {
  return conflict(`The user ${email} is disabled. Enable the user first.`, path);
}
