import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAuditEvent, type AuditActor, type AuditUser } from '../../audit/record-audit-event.js';

/** The credential that a user signs in with. */
export type SignInCredential = { kind: 'SIGN_IN_LINK'; id: string } | { kind: 'IDENTITY_PROVIDER'; id: null };

/** A sign-in with the team's identity provider. */
export const identityProvider: SignInCredential = { kind: 'IDENTITY_PROVIDER', id: null };

/** Returns a user who signs in as the actor of an audit event. */
export function signInActor(user: AuditUser, credential: SignInCredential): AuditActor & { kind: 'USER' } {
  return { kind: 'USER', user: { id: user.id, email: user.email }, credential };
}

/** Records a session that begins in this transaction. */
export async function recordSignIn(
  tx: EntityManager,
  actor: AuditActor & { kind: 'USER' },
  sessionId: string,
): Promise<void> {
  await recordAuditEvent(tx, {
    action: 'SIGNED_IN',
    actor,
    subject: { type: 'SESSION', id: sessionId },
    affectedUser: actor.user,
  });
}

/** Records a session that ends in this transaction. @param actor defaults to the session's user, who signs out */
export async function recordSignOut(
  tx: EntityManager,
  session: { id: string; user: AuditUser },
  actor: AuditActor = { kind: 'USER', user: session.user, credential: { kind: 'SESSION', id: session.id } },
): Promise<void> {
  await recordAuditEvent(tx, {
    action: 'SIGNED_OUT',
    actor,
    subject: { type: 'SESSION', id: session.id },
    affectedUser: session.user,
  });
}

export type SignInRefusal = 'USER_DISABLED' | 'NOT_ALLOWED' | 'LINK_USED' | 'LINK_EXPIRED';

/** Records that a user was not signed in. */
export async function recordRefusedSignIn(
  tx: EntityManager,
  user: AuditUser,
  credential: SignInCredential,
  reason: SignInRefusal,
): Promise<void> {
  await recordAuditEvent(tx, {
    action: 'SIGN_IN_REFUSED',
    actor: signInActor(user, credential),
    subject: { type: 'USER', id: user.id, name: user.email },
    affectedUser: user,
    detail: { reason },
  });
}
