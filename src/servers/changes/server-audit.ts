import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditAction } from '../../audit/audit-event.entity.js';
import { recordAuditEvent, type AuditActor } from '../../audit/record-audit-event.js';
import {
  compatibilityOf,
  type OAuth2Compatibility,
  type StoredCompatibility,
} from '../../oauth2/compatibility.js';
import { changedFields } from '../settings/change-effects.js';
import type { ServerAuth } from '../settings/server-auth.js';
import type { SettingsColumns } from '../settings/server-settings.js';
import type { StoredServer } from '../store/stored-server.js';

/** The write of a server in this transaction. */
export interface ServerWrite {
  action: Extract<AuditAction, `MCP_SERVER_${string}`>;
  actor: AuditActor;
  id: string;
  /** The server before the write; null for a new server. */
  before: StoredServer | null;
  columns: Partial<SettingsColumns>;
  auth: ServerAuth;
  /** The number of accounts that the write drops. Absent for a new server. */
  disconnected?: number;
}

/**
 * Records the write of a server: the names of the fields that change, and no values. Changed compatibility settings are
 * a separate event, so that an edit does not hide them.
 */
export async function recordServerWrite(em: EntityManager, write: ServerWrite): Promise<void> {
  const { action, actor, id, before, columns, auth, disconnected } = write;
  const subject = {
    type: 'MCP_SERVER_CONFIG',
    id,
    name: columns.displayName ?? before?.displayName ?? '',
  } as const;
  await recordAuditEvent(em, {
    action,
    actor,
    subject,
    changedFields: changedFields(before, columns, auth),
    detail: disconnected === undefined ? {} : { disconnected },
  });
  const { oauth2Compatibility } = columns;
  const settings =
    oauth2Compatibility && changedMembers(before?.oauth2Compatibility ?? {}, oauth2Compatibility);
  if (settings && settings.length > 0) {
    await recordAuditEvent(em, {
      action: 'MCP_SERVER_COMPATIBILITY_UPDATED',
      actor,
      subject,
      changedFields: settings,
    });
  }
}

/** Records the deletion of a server in this transaction. */
export async function recordServerDeletion(
  em: EntityManager,
  { actor, stored, disconnected }: { actor: AuditActor; stored: StoredServer; disconnected: number },
): Promise<void> {
  await recordAuditEvent(em, {
    action: 'MCP_SERVER_CONFIG_DELETED',
    actor,
    subject: { type: 'MCP_SERVER_CONFIG', id: stored.id, name: stored.displayName },
    detail: { disconnected },
  });
}

function changedMembers(before: StoredCompatibility, after: StoredCompatibility): string[] {
  const [one, other] = [compatibilityOf(before), compatibilityOf(after)];
  return (Object.keys(one) as (keyof OAuth2Compatibility)[]).filter(
    (member) => !isDeepStrictEqual(one[member], other[member]),
  );
}
