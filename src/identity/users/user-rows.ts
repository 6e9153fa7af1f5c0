import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError } from '../../errors.js';
import { User, type Role } from '../store/user.entity.js';
import { foldEmail } from './user-rules.js';

/** A user as every query reads it. */
export interface UserRow {
  id: string;
  email: string;
  displayName: string;
  role: Role;
  disabledAt: Date | null;
  createdAt: Date;
}

/** Returns a query for the columns of a `UserRow`. */
export function selectUsers(em: EntityManager) {
  return em
    .createQueryBuilder(User, 'u')
    .select(['u.id', 'u.email', 'u.displayName', 'u.role', 'u.disabledAt', 'u.createdAt']);
}

/** Returns the user with this id; null if there is none. */
export async function findUser(em: EntityManager, id: string): Promise<UserRow | null> {
  const [row] = await selectUsers(em).where({ id }).execute<UserRow[]>('all');
  return row ?? null;
}

/** @throws NOT_FOUND if no user has this email address */
export async function getUserByEmail(em: EntityManager, email: string): Promise<UserRow> {
  const folded = foldEmail(email);
  const [row] = await selectUsers(em).where({ email: folded }).execute<UserRow[]>('all');
  if (!row) throw new SwitchboardError('NOT_FOUND', `No user has the email address ${folded}.`);
  return row;
}

/** The error for an operation that needs an enabled user. */
export function userDisabled(email: string): SwitchboardError {
  return new SwitchboardError('CONFLICT', `The user ${email} is disabled. Enable the user first.`);
}
