import type { EntityManager } from '@mikro-orm/postgresql';
import type {
  AuditAction,
  AuditActorKind,
  AuditCredential,
  AuditDetail,
  AuditSubjectType,
} from '../audit/audit-event.entity.js';
import { badUserInput } from '../errors.js';
import { requireAdmin, type Viewer } from '../identity/viewer.js';
import { isAfter, microseconds, pageOf, readPageRequest, type Page } from '../paging/keyset.js';

/** An event as administrators read it. */
export interface AuditEventRow {
  id: string;
  occurredAt: Date;
  action: AuditAction;
  actor: {
    kind: AuditActorKind;
    userId: string | null;
    email: string;
    credential: AuditCredential | null;
    credentialId: string | null;
    credentialName: string;
  };
  subject: { type: AuditSubjectType; id: string | null; name: string };
  affectedUser: { id: string; email: string } | null;
  changedFields: string[];
  detail: AuditDetail;
}

/** Which events: those that match everything that is given. */
export interface AuditEventFilter {
  actions?: readonly AuditAction[] | null | undefined;
  actorUserId?: string | null | undefined;
  subjectId?: string | null | undefined;
  affectedUserId?: string | null | undefined;
  /** Inclusive. */
  from?: Date | null | undefined;
  /** Exclusive. */
  to?: Date | null | undefined;
}

export interface AuditEventRequest {
  first: number;
  after?: string | null | undefined;
  filter?: AuditEventFilter | null | undefined;
}

/** The audit log, for administrators. Only ever reads. */
export class AuditLog {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;

  constructor({ em, viewer }: { em: EntityManager; viewer: Viewer }) {
    this.#em = em;
    this.#viewer = viewer;
  }

  /**
   * A page of the log, newest first, by one statement whatever its length.
   * @throws FORBIDDEN for anybody but administrators; BAD_USER_INPUT for a `first` out of bounds, a cursor that is none,
   *   or no action at all
   */
  async list({ first, after, filter }: AuditEventRequest): Promise<Page<AuditEventRow>> {
    requireAdmin(this.#viewer);
    const page = readPageRequest({ first, after });
    const conditions = conditionsOf(filter ?? {});
    if (page.after) {
      conditions.push({ sql: isAfter('e.occurred_at', 'e.id'), values: [page.after.at, page.after.id] });
    }
    const rows = await this.#em.execute<StoredRow[]>(
      `select e.id, ${microseconds('e.occurred_at')} as "at", e.occurred_at as "occurredAt", e.action,
         e.actor_kind as "actorKind", e.actor_user_id as "actorUserId", e.actor_email as "actorEmail", e.credential,
         e.credential_id as "credentialId", e.credential_name as "credentialName", e.subject_type as "subjectType",
         e.subject_id as "subjectId", e.subject_name as "subjectName", e.affected_user_id as "affectedUserId",
         e.affected_user_email as "affectedUserEmail", e.changed_fields as "changedFields", e.detail
       from audit_events e where ${['true', ...conditions.map(({ sql }) => sql)].join(' and ')}
       order by e.occurred_at desc, e.id desc limit ?`,
      [...conditions.flatMap(({ values }) => values), page.first + 1],
    );
    const { edges, pageInfo } = pageOf(rows, page.first, (row) => row);
    return { edges: edges.map(({ cursor, node }) => ({ cursor, node: eventOf(node) })), pageInfo };
  }
}

interface Condition {
  sql: string;
  values: unknown[];
}

function conditionsOf({
  actions,
  actorUserId,
  subjectId,
  affectedUserId,
  from,
  to,
}: AuditEventFilter): Condition[] {
  if (actions?.length === 0) {
    throw badUserInput([{ path: 'filter.actions', message: 'must name an action, or be left out for all' }]);
  }
  const given = (sql: string, value: unknown) => (value == null ? [] : [{ sql, values: [value] }]);
  return [
    ...given('e.action in (?)', actions),
    ...given('e.actor_user_id = ?', actorUserId),
    ...given('e.subject_id = ?', subjectId),
    ...given('e.affected_user_id = ?', affectedUserId),
    ...given('e.occurred_at >= ?', from),
    ...given('e.occurred_at < ?', to),
  ];
}

interface StoredRow {
  id: string;
  at: string;
  /** The driver hands times over as text. */
  occurredAt: string;
  action: AuditAction;
  actorKind: AuditActorKind;
  actorUserId: string | null;
  actorEmail: string;
  credential: AuditCredential | null;
  credentialId: string | null;
  credentialName: string;
  subjectType: AuditSubjectType;
  subjectId: string | null;
  subjectName: string;
  affectedUserId: string | null;
  affectedUserEmail: string;
  changedFields: string[];
  detail: AuditDetail;
}

function eventOf(row: StoredRow): AuditEventRow {
  const { id, action, credential, credentialId, credentialName, changedFields, detail } = row;
  return {
    id,
    occurredAt: new Date(row.occurredAt),
    action,
    actor: {
      kind: row.actorKind,
      userId: row.actorUserId,
      email: row.actorEmail,
      credential,
      credentialId,
      credentialName,
    },
    subject: { type: row.subjectType, id: row.subjectId, name: row.subjectName },
    affectedUser:
      row.affectedUserId === null ? null : { id: row.affectedUserId, email: row.affectedUserEmail },
    changedFields,
    detail,
  };
}
