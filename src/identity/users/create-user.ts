import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { commandLine, recordAuditEvent, type AuditActor } from '../../audit/record-audit-event.js';
import { queries } from '../../database/queries.js';
import { badUserInput, conflict } from '../../errors.js';
import { UserSchema, type Role } from '../store/user.entity.js';
import { userColumns, type UserRow } from './user-rows.js';
import { defaultDisplayName, displayNameMistake, emailMistake, foldEmail } from './user-rules.js';

const now = sql<Date>`now()`;

export interface NewUser {
  email: string;
  /** Defaults to the part of the email address before the @. */
  displayName?: string | null | undefined;
  /** Defaults to MEMBER. */
  role?: Role | null | undefined;
}

/**
 * Creates a user, who can sign in with a sign-in link, or by OpenID Connect with the same verified email address.
 *
 * @param actor defaults to the command line
 * @throws BAD_USER_INPUT naming every mistake; CONFLICT if the email address is taken, also if two calls race
 */
export async function createUser(
  em: EntityManager,
  user: NewUser,
  actor: AuditActor = commandLine,
): Promise<UserRow> {
  const email = foldEmail(user.email);
  const displayName = user.displayName?.trim() ?? defaultDisplayName(email);
  const mistakes = [
    emailMistake(email),
    user.displayName == null ? null : displayNameMistake(displayName),
  ].filter((mistake) => mistake !== null);
  if (mistakes.length > 0) throw badUserInput(mistakes);
  return em.transactional(async (tx) => {
    const created = await insertUser(tx, { email, displayName, role: user.role ?? 'MEMBER' }, actor);
    if (created) return created;
    throw conflict(`A user with the email address ${email} already exists.`, 'email');
  });
}

/** @returns null if the email address is taken */
export async function insertUser(
  tx: EntityManager,
  { email, displayName, role }: { email: string; displayName: string; role: Role },
  actor: AuditActor,
): Promise<UserRow | null> {
  const created = await queries(tx, UserSchema)
    .insertInto('User')
    .values({ id: uuidv7(), email, displayName, role, createdAt: now, updatedAt: now })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning(userColumns)
    .executeTakeFirst();
  if (!created) return null;
  await recordNewUser(tx, created, actor);
  return created;
}

/** Records a user that this transaction creates. */
export async function recordNewUser(
  tx: EntityManager,
  { id, email, role }: { id: string; email: string; role: Role },
  actor: AuditActor,
): Promise<void> {
  await recordAuditEvent(tx, {
    action: 'USER_CREATED',
    actor,
    subject: { type: 'USER', id, name: email },
    affectedUser: { id, email },
    detail: { role },
  });
}
