import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import { recordAuditEvent, type AuditUser } from '../../audit/record-audit-event.js';
import { SwitchboardError } from '../../errors.js';
import { defaultDisplayName, displayNameMaxLength, emailMistake, foldEmail } from '../users/user-rules.js';
import { recordNewUser } from '../users/create-user.js';
import { anotherAdministratorRemains, lockAdministrators } from '../users/last-administrator.js';
import { comingIn, identityProvider, recordRefusedSignIn } from './sign-in-events.js';
import type { Role } from '../store/user.entity.js';

/** Somebody as the team's identity provider vouches for them, and as `OidcSettings` let them in. */
export interface TeamMember {
  issuer: string;
  subject: string;
  /** null when the provider names none. */
  email: string | null;
  emailVerified: boolean;
  displayName: string | null;
  /** What the admin claim says; null when no claim is configured and roles are kept here. */
  role: Role | null;
}

interface LinkedRow {
  id: string;
  email: string;
  role: Role;
  disabled: boolean;
  /** By this sign-in. */
  linkedNow: boolean;
}

class DisabledAccount extends SwitchboardError {
  constructor(readonly user: AuditUser) {
    super('FORBIDDEN', 'Your account here is disabled. Ask an administrator to enable it.');
  }
}

/**
 * The account of somebody whom the identity provider vouches for: the one linked to their issuer and subject; else the
 * one with their verified address, if it is not linked yet, which it then is; else a new one. Their role follows the
 * admin claim, but the last enabled administrator stays one. Any number of first sign-ins at once make one account.
 *
 * @returns the account's id, and whether a demotion was left out because nobody else could administer.
 * @throws FORBIDDEN, in words for the person, when they cannot have an account or theirs is disabled.
 */
export async function userOfTeamMember(
  em: EntityManager,
  member: TeamMember,
): Promise<{ userId: string; keptAdministrator: boolean }> {
  try {
    return await em.fork().transactional((tx) => admit(tx, member));
  } catch (error) {
    if (error instanceof DisabledAccount) {
      const { user } = error;
      await em.fork().transactional((tx) => recordRefusedSignIn(tx, user, identityProvider, 'USER_DISABLED'));
    }
    throw error;
  }
}

/** Records that somebody who may not come in (any more) tried to, if they have an account. */
export async function refuseTeamMember(
  em: EntityManager,
  member: Pick<TeamMember, 'issuer' | 'subject'>,
): Promise<void> {
  await em.fork().transactional(async (tx) => {
    const account = await findLinked(tx, member);
    if (account) await recordRefusedSignIn(tx, account, identityProvider, 'NOT_ALLOWED');
  });
}

async function admit(
  tx: EntityManager,
  member: TeamMember,
): Promise<{ userId: string; keptAdministrator: boolean }> {
  if (member.role === 'MEMBER') await lockAdministrators(tx);
  const linked = await findLinked(tx, member);
  const account = linked ?? (await linkOrCreate(tx, member));
  if (account.disabled) throw new DisabledAccount(account);
  const demoted = account.role === 'ADMIN' && member.role === 'MEMBER';
  const keptAdministrator = demoted && !(await anotherAdministratorRemains(tx, account.id));
  const becomes = !keptAdministrator && member.role !== account.role ? member.role : null;
  if (becomes) {
    await tx.execute(
      'update users set role = ?, updated_at = now() where id = ?',
      [becomes, account.id],
      'run',
    );
  }
  const changedFields = [
    ...(account.linkedNow ? ['oidcIssuer', 'oidcSubject'] : []),
    ...(becomes ? ['role'] : []),
  ];
  if (changedFields.length > 0) {
    await recordAuditEvent(tx, {
      action: 'USER_UPDATED',
      actor: comingIn(account, identityProvider),
      subject: { type: 'USER', id: account.id, name: account.email },
      affectedUser: account,
      changedFields,
      detail: becomes ? { role: becomes } : {},
    });
  }
  return { userId: account.id, keptAdministrator };
}

async function findLinked(
  tx: EntityManager,
  { issuer, subject }: Pick<TeamMember, 'issuer' | 'subject'>,
): Promise<LinkedRow | null> {
  const [row] = await tx.execute<LinkedRow[]>(
    `select id, email, role, disabled_at is not null as disabled, false as "linkedNow" from users
     where oidc_issuer = ? and oidc_subject = ? for update`,
    [issuer, subject],
    'all',
  );
  return row ?? null;
}

async function linkOrCreate(tx: EntityManager, member: TeamMember): Promise<LinkedRow> {
  const { issuer, subject, role } = member;
  const email = foldEmail(member.email ?? '');
  if (emailMistake(email)) {
    throw refused(
      'The identity provider did not say what your e-mail address is. Ask an administrator for a sign-in link.',
    );
  }
  if (member.emailVerified) {
    const [linked] = await tx.execute<LinkedRow[]>(
      `update users set oidc_issuer = ?, oidc_subject = ?, updated_at = now() where email = ? and oidc_subject is null
       returning id, email, role, disabled_at is not null as disabled, true as "linkedNow"`,
      [issuer, subject, email],
      'all',
    );
    if (linked) return linked;
  }
  const [created] = await tx.execute<LinkedRow[]>(
    `insert into users (id, email, display_name, role, oidc_issuer, oidc_subject, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, now(), now()) on conflict do nothing
     returning id, email, role, false as disabled, false as "linkedNow"`,
    [uuidv7(), email, displayNameOf(member, email), role ?? 'MEMBER', issuer, subject],
    'all',
  );
  if (created) await recordNewUser(tx, created, comingIn(created, identityProvider));
  // Whoever lost the race against another first sign-in of the same person finds what that one made.
  const account = created ?? (await findLinked(tx, member));
  if (!account) {
    throw refused(
      `There is already an account with the address ${email}, and it is not yours to take over. Ask an administrator.`,
    );
  }
  return account;
}

function displayNameOf({ displayName }: TeamMember, email: string): string {
  const line = (displayName ?? '').replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.slice(0, displayNameMaxLength).trim() || defaultDisplayName(email);
}

function refused(message: string): SwitchboardError {
  return new SwitchboardError('FORBIDDEN', message);
}
