import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import { commandLine, recordAuditEvent, type AuditActor } from '../../audit/record-audit-event.js';
import { newSecretToken, secretTokenHash } from '../access-tokens/secret-token.js';
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
