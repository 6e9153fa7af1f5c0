import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditAction } from '../../audit/audit-event.entity.js';
import { recordAuditEvent, type AuditActor } from '../../audit/record-audit-event.js';
import {
  compatibilityOf,
  type OAuth2Compatibility,
  type StoredCompatibility,
} from '../../oauth2/compatibility.js';
import { isSameCompatibility } from '../settings/compatibility-settings.js';
import { noSecret } from '../store/secret.js';
import type { ServerAuth } from '../settings/server-auth.js';
import type { SettingsColumns } from '../settings/server-change.js';
import { adminColumns, memberColumns } from '../store/server-row.js';
import type { StoredServer } from '../store/stored-server.js';

/** A server that is written in this transaction. */
export interface ServerWrite {
  action: Extract<AuditAction, `MCP_SERVER_${string}`>;
  actor: AuditActor;
  id: string;
  /** What is stored before; null for a new server. */
  before: StoredServer | null;
  columns: Partial<SettingsColumns>;
  auth: ServerAuth;
  /** How many people lose their connection by it; of a new server nobody can. */
  disconnected?: number;
}

/**
 * Records the write of a server, with the names of the fields that it changes and none of their values. What is relaxed
 * for a server is one event more, so that nobody relaxes a rule in passing.
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
    changedFields: [...changedColumns(before, columns), ...changedSecrets(before, auth)],
    detail: disconnected === undefined ? {} : { disconnected },
  });
  const { oauth2Compatibility } = columns;
  const relaxed =
    oauth2Compatibility && changedMembers(before?.oauth2Compatibility ?? {}, oauth2Compatibility);
  if (relaxed && relaxed.length > 0) {
    await recordAuditEvent(em, {
      action: 'MCP_SERVER_COMPATIBILITY_UPDATED',
      actor,
      subject,
      changedFields: relaxed,
    });
  }
}

/** Records that a server is deleted in this transaction. */
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

function changedColumns(before: StoredServer | null, columns: Partial<SettingsColumns>): string[] {
  const readable: ReadonlySet<string> = new Set([...memberColumns, ...adminColumns]);
  return (Object.keys(columns) as (keyof SettingsColumns)[]).filter(
    (column) => readable.has(column) && isChanged(column, before, columns),
  );
}

function isChanged(
  column: keyof SettingsColumns,
  before: StoredServer | null,
  columns: Partial<SettingsColumns>,
): boolean {
  const after = columns[column];
  if (column === 'oauth2Compatibility') {
    return !isSameCompatibility(before?.oauth2Compatibility ?? {}, columns.oauth2Compatibility ?? {});
  }
  if (before) return !isDeepStrictEqual(before[column], after);
  return after !== null && after !== '' && after !== false && !isDeepStrictEqual(after, []);
}

/** A secret that is given counts as changed: nobody looks whether it is the same as before. */
function changedSecrets(before: StoredServer | null, auth: ServerAuth): string[] {
  const secrets = {
    oauth2ClientSecret: {
      had: before?.hasOauth2ClientSecret,
      now: auth.authType === 'OAUTH2' ? auth.oauth2ClientSecret : noSecret,
    },
    apiKeyValue: {
      had: before?.hasApiKey,
      now: auth.authType === 'API_KEY' ? auth.apiKeyValue : noSecret,
    },
    customHeaders: {
      had: before?.hasCustomHeaders,
      now: auth.authType === 'CUSTOM_HEADERS' ? auth.customHeaders : noSecret,
    },
  };
  return Object.entries(secrets).flatMap(([field, { had, now }]) =>
    now.is === 'given' || (had && now.is === 'none') ? [field] : [],
  );
}

function changedMembers(before: StoredCompatibility, after: StoredCompatibility): string[] {
  const [one, other] = [compatibilityOf(before), compatibilityOf(after)];
  return (Object.keys(one) as (keyof OAuth2Compatibility)[]).filter(
    (member) => !isDeepStrictEqual(one[member], other[member]),
  );
}
