import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { recordAuditEvent, type AuditUser } from '../../audit/record-audit-event.js';
import { queries } from '../../database/queries.js';
import { SwitchboardError } from '../../errors.js';
import { isBlank, toLine } from '../../text.js';
import { UserSchema, type Role } from '../store/user.entity.js';
import { recordNewUser } from '../users/create-user.js';
import { anotherAdministratorRemains, lockAdministrators } from '../users/last-administrator.js';
import { defaultDisplayName, displayNameMaxLength, emailMistake, foldEmail } from '../users/user-rules.js';
import { identityProvider, recordRefusedSignIn, signInActor } from './sign-in-audit.js';

/** A user of the team's identity provider, as its claims describe them. `OidcSettings` decided that they may sign in. */
export interface OidcUser {
  issuer: string;
  subject: string;
  /** null if the provider sends none. */
  email: string | null;
  emailVerified: boolean;
  displayName: string | null;
  /** The role by the admin claim; null if no claim is configured, so that administrators assign roles. */
  role: Role | null;
}

type OidcIdentity = Pick<OidcUser, 'issuer' | 'subject'>;

const columns = ['id', 'email', 'role', 'disabledAt'] as const;
const now = sql<Date>`now()`;

class DisabledUser extends SwitchboardError {
  constructor(readonly user: AuditUser) {
    super('FORBIDDEN', 'Your user account is disabled. Ask an administrator to enable it.');
  }
}

/**
 * Finds or creates the user for an identity that the provider vouches for. This is the user who is linked to the issuer
 * and subject. If there is none, it is the unlinked user with the same verified email address, who is linked now. If
 * there is none either, it is a new user. The role follows the admin claim, but the last enabled administrator keeps the
 * role. Any number of first sign-ins at once create one user.
 *
 * @returns the user's id, and whether a demotion was skipped because no other administrator remains
 * @throws FORBIDDEN, with a message for the user, if they cannot have an account or it is disabled
 */
export async function admitOidcUser(
  em: EntityManager,
  oidcUser: OidcUser,
): Promise<{ userId: string; keptAdministrator: boolean }> {
  try {
    return await em.fork().transactional((tx) => admit(tx, oidcUser));
  } catch (error) {
    if (error instanceof DisabledUser) {
      const { user } = error;
      await em.fork().transactional((tx) => recordRefusedSignIn(tx, user, identityProvider, 'USER_DISABLED'));
    }
    throw error;
  }
}

/** Records a refused sign-in if the identity is linked to a user. The settings no longer allow it. */
export async function recordRefusedOidcUser(em: EntityManager, identity: OidcIdentity): Promise<void> {
  await em.fork().transactional(async (tx) => {
    const user = await findLinked(tx, identity);
    if (user) await recordRefusedSignIn(tx, user, identityProvider, 'NOT_ALLOWED');
  });
}

async function admit(
  tx: EntityManager,
  oidcUser: OidcUser,
): Promise<{ userId: string; keptAdministrator: boolean }> {
  if (oidcUser.role === 'MEMBER') await lockAdministrators(tx);
  const linked = await findLinked(tx, oidcUser);
  const { linkedNow, ...user } = linked ? { ...linked, linkedNow: false } : await linkOrCreate(tx, oidcUser);
  if (user.disabledAt) throw new DisabledUser(user);
  const isDemoted = user.role === 'ADMIN' && oidcUser.role === 'MEMBER';
  const keptAdministrator = isDemoted && !(await anotherAdministratorRemains(tx, user.id));
  const newRole = !keptAdministrator && oidcUser.role !== user.role ? oidcUser.role : null;
  if (newRole) {
    await queries(tx, UserSchema)
      .updateTable('User')
      .set({ role: newRole, updatedAt: now })
      .where('id', '=', user.id)
      .execute();
  }
  const changedFields = [...(linkedNow ? ['oidcIssuer', 'oidcSubject'] : []), ...(newRole ? ['role'] : [])];
  if (changedFields.length > 0) {
    await recordAuditEvent(tx, {
      action: 'USER_UPDATED',
      actor: signInActor(user, identityProvider),
      subject: { type: 'USER', id: user.id, name: user.email },
      affectedUser: user,
      changedFields,
      detail: newRole ? { role: newRole } : {},
    });
  }
  return { userId: user.id, keptAdministrator };
}

async function findLinked(tx: EntityManager, { issuer, subject }: OidcIdentity) {
  return queries(tx, UserSchema)
    .selectFrom('User')
    .select(columns)
    .where('oidcIssuer', '=', issuer)
    .where('oidcSubject', '=', subject)
    .forUpdate()
    .executeTakeFirst();
}

async function linkOrCreate(tx: EntityManager, oidcUser: OidcUser) {
  const { issuer, subject, role } = oidcUser;
  const email = foldEmail(oidcUser.email ?? '');
  if (emailMistake(email)) {
    throw new SwitchboardError(
      'FORBIDDEN',
      'The identity provider sent no email address. Ask an administrator for a sign-in link.',
    );
  }
  const identity = { oidcIssuer: issuer, oidcSubject: subject };
  if (oidcUser.emailVerified) {
    const linked = await queries(tx, UserSchema)
      .updateTable('User')
      .set({ ...identity, updatedAt: now })
      .where('email', '=', email)
      .where('oidcSubject', 'is', null)
      .returning(columns)
      .executeTakeFirst();
    if (linked) return { ...linked, linkedNow: true };
  }
  const created = await queries(tx, UserSchema)
    .insertInto('User')
    .values({
      id: uuidv7(),
      email,
      displayName: displayNameOf(oidcUser, email),
      role: role ?? 'MEMBER',
      ...identity,
      createdAt: now,
      updatedAt: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(columns)
    .executeTakeFirst();
  if (created) await recordNewUser(tx, created, signInActor(created, identityProvider));
  // If another first sign-in of the same user won the race, this finds the user that it created.
  const user = created ?? (await findLinked(tx, oidcUser));
  if (!user) {
    throw new SwitchboardError(
      'FORBIDDEN',
      `A user with the email address ${email} already exists and cannot be linked to your identity. Ask an administrator.`,
    );
  }
  return { ...user, linkedNow: false };
}

function displayNameOf({ displayName }: OidcUser, email: string): string {
  const line = toLine(displayName ?? '', displayNameMaxLength);
  return isBlank(line) ? defaultDisplayName(email) : line;
}
