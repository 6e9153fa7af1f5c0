import { defineEntity, p } from '@mikro-orm/core';
import { v7 as uuidv7 } from 'uuid';

/**
 * All recorded actions. An action that is no longer recorded stays here, so that its events stay readable.
 * `audit-log/audit-event.type.ts` describes each one. A new action needs no migration.
 */
export const AuditAction = {
  SIGNED_IN: 'SIGNED_IN',
  SIGN_IN_REFUSED: 'SIGN_IN_REFUSED',
  SIGNED_OUT: 'SIGNED_OUT',
  SIGN_IN_LINK_CREATED: 'SIGN_IN_LINK_CREATED',
  API_TOKEN_CREATED: 'API_TOKEN_CREATED',
  API_TOKEN_REVOKED: 'API_TOKEN_REVOKED',
  USER_CREATED: 'USER_CREATED',
  USER_UPDATED: 'USER_UPDATED',
  USER_DISABLED: 'USER_DISABLED',
  USER_ENABLED: 'USER_ENABLED',
  MCP_SERVER_CONFIG_CREATED: 'MCP_SERVER_CONFIG_CREATED',
  MCP_SERVER_CONFIG_UPDATED: 'MCP_SERVER_CONFIG_UPDATED',
  MCP_SERVER_CONFIG_DELETED: 'MCP_SERVER_CONFIG_DELETED',
  MCP_SERVER_COMPATIBILITY_UPDATED: 'MCP_SERVER_COMPATIBILITY_UPDATED',
  MCP_SERVER_OAUTH2_CLIENT_REGISTERED: 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED',
  MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED: 'MCP_SERVER_AUTHORIZATION_SERVER_FOLLOWED',
  MCP_SERVER_CONNECTED: 'MCP_SERVER_CONNECTED',
  MCP_SERVER_CONNECT_FAILED: 'MCP_SERVER_CONNECT_FAILED',
  MCP_SERVER_DISCONNECTED: 'MCP_SERVER_DISCONNECTED',
  USER_DISCONNECTED: 'USER_DISCONNECTED',
  ALL_DISCONNECTED: 'ALL_DISCONNECTED',
  ACCOUNT_REFRESH_FAILED: 'ACCOUNT_REFRESH_FAILED',
  ACCOUNT_RECOVERED: 'ACCOUNT_RECOVERED',
  ACCOUNT_ENDED: 'ACCOUNT_ENDED',
  ENCRYPTION_KEYS_ROTATED: 'ENCRYPTION_KEYS_ROTATED',
} as const;
export type AuditAction = (typeof AuditAction)[keyof typeof AuditAction];

export const AuditActorKind = {
  USER: 'USER',
  COMMAND_LINE: 'COMMAND_LINE',
  BACKGROUND: 'BACKGROUND',
} as const;
export type AuditActorKind = (typeof AuditActorKind)[keyof typeof AuditActorKind];

export const AuditCredential = {
  SESSION: 'SESSION',
  API_TOKEN: 'API_TOKEN',
  SIGN_IN_LINK: 'SIGN_IN_LINK',
  IDENTITY_PROVIDER: 'IDENTITY_PROVIDER',
} as const;
export type AuditCredential = (typeof AuditCredential)[keyof typeof AuditCredential];

export const AuditSubjectType = {
  USER: 'USER',
  SESSION: 'SESSION',
  SIGN_IN_LINK: 'SIGN_IN_LINK',
  API_TOKEN: 'API_TOKEN',
  MCP_SERVER_CONFIG: 'MCP_SERVER_CONFIG',
  ENCRYPTION_KEY: 'ENCRYPTION_KEY',
} as const;
export type AuditSubjectType = (typeof AuditSubjectType)[keyof typeof AuditSubjectType];

/**
 * Counts, flags, and values of Switchboard's own enums. The type excludes plain strings, so that no secret and no text from
 * a remote party is recorded by mistake.
 */
export type AuditDetail = Readonly<Record<string, number | boolean | Uppercase<string>>>;

/**
 * An action, as it was at the time. No column refers to another table, so that events about deleted rows stay readable.
 * The database refuses to change an event, and to delete one that is younger than 30 days.
 */
export const AuditEventSchema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_events',
  // Each index is scanned backwards, newest first.
  indexes: [
    { name: 'audit_events_occurred_at_index', properties: ['occurredAt', 'id'] },
    { name: 'audit_events_action_index', properties: ['action', 'occurredAt', 'id'] },
    { name: 'audit_events_actor_index', properties: ['actorUserId', 'occurredAt', 'id'] },
    { name: 'audit_events_subject_index', properties: ['subjectId', 'occurredAt', 'id'] },
    { name: 'audit_events_affected_user_index', properties: ['affectedUserId', 'occurredAt', 'id'] },
  ],
  checks: [
    { name: 'audit_events_action_form_check', expression: "action ~ '^[A-Z][A-Z0-9_]{0,99}$'" },
    { name: 'audit_events_actor_check', expression: "(actor_kind = 'USER') = (actor_user_id is not null)" },
    { name: 'audit_events_detail_check', expression: 'length(detail::text) <= 1000' },
  ],
  // The migration has one more trigger, which an entity cannot declare: it refuses TRUNCATE.
  triggers: [
    {
      name: 'append_only',
      timing: 'before',
      events: ['update'],
      forEach: 'statement',
      body: "raise exception 'audit_events is append only';",
    },
    {
      name: 'kept',
      timing: 'before',
      events: ['delete'],
      body: `if old.occurred_at > now() - interval '30 days' then raise exception 'audit_events are kept for at least 30 days'; end if; return old;`,
    },
  ],
  properties: {
    id: p
      .uuid()
      .primary()
      .onCreate(() => uuidv7()),
    /** By the database's clock. */
    occurredAt: p.datetime().defaultRaw('clock_timestamp()'),
    action: p.text().$type<AuditAction>(),
    actorKind: p.enum(() => AuditActorKind),
    actorUserId: p.uuid().nullable(),
    actorEmail: p.text().default(''),
    /** The actor's credential; null unless the actor is a user. */
    credential: p.enum(() => AuditCredential).nullable(),
    /** The row of access_tokens; null if there is none. */
    credentialId: p.uuid().nullable(),
    /** The name of an API token; '' for other credentials. */
    credentialName: p.text().default(''),
    subjectType: p.enum(() => AuditSubjectType),
    subjectId: p.uuid().nullable(),
    subjectName: p.text().default(''),
    /** The user whose user account, session, token, sign-in link or connected account it is; null if there is none. */
    affectedUserId: p.uuid().nullable(),
    affectedUserEmail: p.text().default(''),
    changedFields: p.array().columnType('text[]').defaultRaw(`'{}'`),
    detail: p.json<AuditDetail>().defaultRaw(`'{}'`),
  },
});
export class AuditEvent extends AuditEventSchema.class {}
AuditEventSchema.setClass(AuditEvent);
