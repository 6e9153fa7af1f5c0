import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import { commandLine, recordAuditEvent, type AuditActor } from '../../audit/record-audit-event.js';
import { badUserInput, SwitchboardError } from '../../errors.js';
import { defaultDisplayName, displayNameMistake, emailMistake, foldEmail } from './user-rules.js';
import { newSecretToken, secretTokenHash } from '../access-tokens/secret-token.js';
import { User, type Role } from '../store/user.entity.js';

/** The plain row of a person, as it is read everywhere. */
export interface UserRow {
  id: string;
  email: string;
  displayName: string;
  role: Role;
  disabledAt: Date | null;
  createdAt: Date;
}

/** A one-use way in for 15 minutes; whoever opens it becomes this user, so it is shown to one person and never logged. */
export interface SignInLink {
  url: string;
  expiresAt: Date;
}

export interface NewUser {
  email: string;
  /** Omitted: the part of the address before the @. */
  displayName?: string | null | undefined;
  /** Omitted: MEMBER. */
  role?: Role | null | undefined;
}

const firstAdministratorEmail = 'admin@localhost';

/** One person by id; null when there is none. */
export async function findUser(em: EntityManager, id: string): Promise<UserRow | null> {
  const [row] = await selectUsers(em).where({ id }).execute<UserRow[]>('all');
  return row ?? null;
}

/**
 * Creates an account that can sign in by a link (or by OpenID Connect with the same verified address).
 *
 * @param actor who does it; left out: whoever runs a command.
 * @throws BAD_USER_INPUT naming every mistake; CONFLICT when the address is taken, also when two creates race.
 */
export async function createUser(
  em: EntityManager,
  account: NewUser,
  actor: AuditActor = commandLine,
): Promise<UserRow> {
  const email = foldEmail(account.email);
  const displayName = account.displayName?.trim() ?? defaultDisplayName(email);
  const inAddress = emailMistake(email);
  const inName = account.displayName == null ? null : displayNameMistake(displayName);
  const mistakes = [inAddress, inName].filter((mistake) => mistake !== null);
  if (mistakes.length > 0) throw badUserInput(mistakes);
  return em.transactional(async (tx) => {
    const id = await insertUser(tx, { email, displayName, role: account.role ?? 'MEMBER' }, actor);
    const row = id && (await findUser(tx, id));
    if (!row) throw new SwitchboardError('CONFLICT', `There is already a user with the address ${email}.`);
    return row;
  });
}

/** @returns the new account's id; null when the address is taken. */
async function insertUser(
  tx: EntityManager,
  { email, displayName, role }: { email: string; displayName: string; role: Role },
  actor: AuditActor,
): Promise<string | null> {
  const [created] = await tx.execute<{ id: string }[]>(
    `insert into users (id, email, display_name, role, created_at, updated_at) values (?, ?, ?, ?, now(), now())
     on conflict (email) do nothing returning id`,
    [uuidv7(), email, displayName, role],
    'all',
  );
  if (!created) return null;
  await recordNewUser(tx, { id: created.id, email, role }, actor);
  return created.id;
}

/** Records an account that is made in this transaction. */
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

/**
 * Creates a sign-in link for the user with this address, without a viewer: for the command line and the first start.
 *
 * @throws NOT_FOUND for an unknown address; CONFLICT for a disabled user.
 */
export async function createSignInLinkFor(
  em: EntityManager,
  { email, publicUrl }: { email: string; publicUrl: string },
): Promise<SignInLink> {
  return issueSignInLink(em, { user: await getUserByEmail(em, email), publicUrl, actor: commandLine });
}

/** @throws CONFLICT for a disabled user. */
export async function issueSignInLink(
  em: EntityManager,
  { user, publicUrl, actor }: { user: UserRow; publicUrl: string; actor: AuditActor },
): Promise<SignInLink> {
  const token = newSecretToken();
  const row = await em.transactional(async (tx) => {
    const [row] = await tx.execute<{ id: string; expiresAt: string }[]>(
      // FOR SHARE: a disabling under way is waited for and then seen.
      `insert into access_tokens (id, user_id, kind, token_hash, created_at, expires_at)
       select ?, id, 'SIGN_IN_LINK', ?, now(), now() + interval '15 minutes' from users
       where id = ? and disabled_at is null for share
       returning id, expires_at as "expiresAt"`,
      [uuidv7(), secretTokenHash(token), user.id],
      'all',
    );
    if (!row) throw userDisabled(user.email);
    await recordAuditEvent(tx, {
      action: 'SIGN_IN_LINK_CREATED',
      actor,
      subject: { type: 'SIGN_IN_LINK', id: row.id },
      affectedUser: user,
    });
    return row;
  });
  return { url: `${publicUrl}/auth/link/${token}`, expiresAt: new Date(row.expiresAt) };
}

/**
 * The administrator to greet at start: the oldest enabled one, or `admin@localhost`, created now, where there is none.
 * Any number of processes may do this at once. null only where that address is taken by a member.
 */
export async function ensureFirstAdministrator(em: EntityManager): Promise<UserRow | null> {
  const oldest = await findOldestAdministrator(em);
  if (oldest) return oldest;
  // The unique address decides between several processes that start at once; each then finds the one made.
  const administrator = {
    email: firstAdministratorEmail,
    displayName: 'Administrator',
    role: 'ADMIN',
  } as const;
  await em.transactional((tx) => insertUser(tx, administrator, commandLine));
  return findOldestAdministrator(em);
}

/** Whether an administrator ever began a browser session; until then the start prints a sign-in link. */
export async function hasAdministratorSignedIn(em: EntityManager): Promise<boolean> {
  const [row] = await em.getConnection().execute<{ signedIn: boolean }[]>(
    `select exists (
       select from access_tokens t join users u on u.id = t.user_id
       where t.kind = 'SESSION' and u.role = 'ADMIN' and u.disabled_at is null
     ) as "signedIn"`,
  );
  return row?.signedIn ?? false;
}

/** The columns of a `UserRow`, and nothing else. */
export function selectUsers(em: EntityManager) {
  return em
    .createQueryBuilder(User, 'u')
    .select(['u.id', 'u.email', 'u.displayName', 'u.role', 'u.disabledAt', 'u.createdAt']);
}

async function findOldestAdministrator(em: EntityManager): Promise<UserRow | null> {
  const [row] = await selectUsers(em)
    .where({ role: 'ADMIN', disabledAt: null })
    .orderBy({ createdAt: 'asc', id: 'asc' })
    .limit(1)
    .execute<UserRow[]>('all');
  return row ?? null;
}

/** @throws NOT_FOUND */
export async function getUserByEmail(em: EntityManager, email: string): Promise<UserRow> {
  const folded = foldEmail(email);
  const [row] = await selectUsers(em).where({ email: folded }).execute<UserRow[]>('all');
  if (!row) throw new SwitchboardError('NOT_FOUND', `There is no user with the address ${folded}.`);
  return row;
}

export function userDisabled(email: string): SwitchboardError {
  return new SwitchboardError('CONFLICT', `The account ${email} is disabled; enable it first.`);
}
