import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { commandLine, recordAuditEvent, type AuditActor } from '../../audit/record-audit-event.js';
import { issueAccessToken } from '../access-tokens/access-tokens.js';
import { getUserByEmail, userDisabled, type UserRow } from './user-rows.js';

/**
 * A link that signs a user in. It works once, for 15 minutes. Anyone who opens it becomes this user, so it is shown once
 * and never logged.
 */
export interface SignInLink {
  url: string;
  expiresAt: Date;
}

/**
 * Creates a sign-in link for the user with this email address. It needs no viewer: the command line and the first start
 * call it.
 *
 * @throws NOT_FOUND for an unknown email address; CONFLICT for a disabled user
 */
export async function createSignInLinkFor(
  em: EntityManager,
  { email, publicUrl }: { email: string; publicUrl: string },
): Promise<SignInLink> {
  return createSignInLink(em, { user: await getUserByEmail(em, email), publicUrl, actor: commandLine });
}

/** @throws CONFLICT for a disabled user */
export async function createSignInLink(
  em: EntityManager,
  { user, publicUrl, actor }: { user: UserRow; publicUrl: string; actor: AuditActor },
): Promise<SignInLink> {
  return em.transactional(async (tx) => {
    const link = await issueAccessToken(tx, user.id, {
      kind: 'SIGN_IN_LINK',
      expiresAt: sql<Date>`now() + interval '15 minutes'`,
    });
    if (!link) throw userDisabled(user.email, 'userId');
    await recordAuditEvent(tx, {
      action: 'SIGN_IN_LINK_CREATED',
      actor,
      subject: { type: 'SIGN_IN_LINK', id: link.id },
      affectedUser: user,
    });
    return { url: `${publicUrl}/auth/link/${link.token}`, expiresAt: link.expiresAt };
  });
}
