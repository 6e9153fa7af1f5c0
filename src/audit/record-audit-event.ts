import type { EntityManager } from '@mikro-orm/postgresql';
import { v7 as uuidv7 } from 'uuid';
import type { AuditAction, AuditCredential, AuditDetail, AuditSubjectType } from './audit-event.entity.js';

/** A person as the log names them: by the address they had then. */
export interface AuditUser {
  id: string;
  email: string;
}

/** Who does something, and what they came with. */
export type AuditActor =
  | {
      kind: 'USER';
      user: AuditUser;
      credential: {
        kind: AuditCredential;
        /** The row of access_tokens; null for a sign-in with the identity provider. */
        id: string | null;
        /** What an API token is called. */
        name?: string;
      };
    }
  | { kind: 'COMMAND_LINE' }
  | { kind: 'BACKGROUND' };

/** Whoever runs one of Switchboard's commands. */
export const commandLine: AuditActor = { kind: 'COMMAND_LINE' };

/** Switchboard itself, when nobody asked. */
export const background: AuditActor = { kind: 'BACKGROUND' };

/** Something that was done. Names and addresses are copied as they are now. Never a secret, never text of a remote side. */
export interface AuditRecord {
  action: AuditAction;
  actor: AuditActor;
  subject: {
    type: AuditSubjectType;
    /** null for what has no row of its own. */
    id: string | null;
    /** A server's display name, a person's address, a token's name, a key's id; '' for what has none. */
    name?: string;
  };
  /** Whose account, session, token, link or connection it is. Left out: nobody's. */
  affectedUser?: AuditUser;
  /** The fields that changed, by the names of GraphQL; of a secret too only its name. */
  changedFields?: readonly string[];
  /** Counts, and words of our own enums. */
  detail?: AuditDetail;
}

/**
 * Adds an event to the audit log, in the transaction that does what it records: both are committed, or neither is.
 * @throws Error when there is no transaction; whatever the database throws, which has to undo what is recorded.
 */
export async function recordAuditEvent(em: EntityManager, event: AuditRecord): Promise<void> {
  if (!em.isInTransaction()) {
    throw new Error(`${event.action} has to be recorded in the transaction that does it.`);
  }
  const { action, actor, subject, affectedUser, changedFields = [], detail = {} } = event;
  const by = actor.kind === 'USER' ? actor : null;
  await em.execute(
    `insert into audit_events (id, occurred_at, action, actor_kind, actor_user_id, actor_email, credential,
       credential_id, credential_name, subject_type, subject_id, subject_name, affected_user_id, affected_user_email,
       changed_fields, detail)
     values (?, clock_timestamp(), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
       array(select jsonb_array_elements_text(?::jsonb)), ?::jsonb)`,
    [
      uuidv7(),
      action,
      actor.kind,
      by?.user.id ?? null,
      by?.user.email ?? '',
      by?.credential.kind ?? null,
      by?.credential.id ?? null,
      by?.credential.name ?? '',
      subject.type,
      subject.id,
      subject.name ?? '',
      affectedUser?.id ?? null,
      affectedUser?.email ?? '',
      JSON.stringify(changedFields),
      JSON.stringify(detail),
    ],
    'run',
  );
}
