import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import {
  AuditEvent,
  type AuditAction,
  type AuditCredential,
  type AuditDetail,
  type AuditSubjectType,
} from './audit-event.entity.js';

/** A user, with the email address that they had at the time of the event. */
export interface AuditUser {
  id: string;
  email: string;
}

/** The actor of an event, with the credential of a user. */
export type AuditActor =
  | {
      kind: 'USER';
      user: AuditUser;
      credential: {
        kind: AuditCredential;
        /** The row of access_tokens; null for a sign-in with the identity provider. */
        id: string | null;
        /** The name of an API token. */
        name?: string;
      };
    }
  | { kind: 'COMMAND_LINE' }
  | { kind: 'BACKGROUND' };

/** The actor of everything that Switchboard's commands do. */
export const commandLine: AuditActor = { kind: 'COMMAND_LINE' };

/** The actor of everything that Switchboard does by itself. */
export const background: AuditActor = { kind: 'BACKGROUND' };

/**
 * An event to record. Names and email addresses are copied as they are now. It never contains a secret or text from a
 * remote party.
 */
export interface AuditRecord {
  action: AuditAction;
  actor: AuditActor;
  subject: {
    type: AuditSubjectType;
    /** null for a subject without a row. */
    id: string | null;
    /** A server's display name, a user's email address, a token's name or a key's id. Defaults to ''. */
    name?: string;
  };
  /** The user whose user account, session, token, sign-in link or connected account it is. */
  affectedUser?: AuditUser;
  /** The GraphQL names of the changed fields. Of a secret, too, only the name is recorded. */
  changedFields?: readonly string[];
  /** Counts, and values of Switchboard's own enums. */
  detail?: AuditDetail;
}

/**
 * Records an event in the transaction that does what the event describes, so that both are committed or neither is.
 * @throws Error if there is no transaction. An error of the database also rolls back what the event describes.
 */
export async function recordAuditEvent(em: EntityManager, event: AuditRecord): Promise<void> {
  if (!em.isInTransaction()) {
    throw new Error(`${event.action} must be recorded in the transaction that does it.`);
  }
  const { action, actor, subject, affectedUser, changedFields = [], detail = {} } = event;
  const by = actor.kind === 'USER' ? actor : null;
  await em.insert(AuditEvent, {
    id: uuidv7(),
    action,
    actorKind: actor.kind,
    actorUserId: by?.user.id ?? null,
    actorEmail: by?.user.email ?? '',
    credential: by?.credential.kind ?? null,
    credentialId: by?.credential.id ?? null,
    credentialName: by?.credential.name ?? '',
    subjectType: subject.type,
    subjectId: subject.id,
    subjectName: subject.name ?? '',
    affectedUserId: affectedUser?.id ?? null,
    affectedUserEmail: affectedUser?.email ?? '',
    changedFields: [...changedFields],
    detail,
  });
}
