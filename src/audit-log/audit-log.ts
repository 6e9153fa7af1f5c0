import type { EntityManager } from '@mikro-orm/postgresql';
import {
  AuditEventSchema,
  type AuditAction,
  type AuditActorKind,
  type AuditCredential,
  type AuditDetail,
  type AuditSubjectType,
} from '../audit/audit-event.entity.js';
import { queries } from '../database/queries.js';
import { badUserInput } from '../errors.js';
import { requireAdmin, type Viewer } from '../identity/viewer.js';
import { byId, byTime, type Order } from '../paging/order.js';
import { findPage, mapPage, type Page, type PageRequest } from '../paging/page.js';

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
  subject: { type: AuditSubjectType; subjectId: string | null; name: string };
  affectedUser: { userId: string; email: string } | null;
  changedFields: string[];
  detail: AuditDetail;
}

/** Chooses the events that match every given condition. */
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

const newestFirst: Order = {
  list: 'auditEvents',
  direction: 'desc',
  keys: [byTime('e.occurredAt'), byId('e.id')],
};

/** The audit log, for administrators. It only reads. */
export class AuditLog {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;

  constructor({ em, viewer }: { em: EntityManager; viewer: Viewer }) {
    this.#em = em;
    this.#viewer = viewer;
  }

  /**
   * Returns a page of the log, newest first, by one statement.
   * @throws FORBIDDEN unless the viewer is an administrator; BAD_USER_INPUT for a `first` out of range, an invalid cursor,
   *   or an empty list of actions
   */
  async list(
    filter: AuditEventFilter | null | undefined,
    request: PageRequest,
  ): Promise<Page<AuditEventRow>> {
    requireAdmin(this.#viewer);
    const { actions, actorUserId, subjectId, affectedUserId, from, to } = filter ?? {};
    if (actions?.length === 0) {
      throw badUserInput([
        { path: 'filter.actions', message: 'Enter at least one action, or omit the list for all of them.' },
      ]);
    }
    let query = queries(this.#em, AuditEventSchema)
      .selectFrom('AuditEvent as e')
      .select([
        'e.id',
        'e.occurredAt',
        'e.action',
        'e.actorKind',
        'e.actorUserId',
        'e.actorEmail',
        'e.credential',
        'e.credentialId',
        'e.credentialName',
        'e.subjectType',
        'e.subjectId',
        'e.subjectName',
        'e.affectedUserId',
        'e.affectedUserEmail',
        'e.changedFields',
        'e.detail',
      ]);
    if (actions) query = query.where('e.action', 'in', actions);
    if (actorUserId) query = query.where('e.actorUserId', '=', actorUserId);
    if (subjectId) query = query.where('e.subjectId', '=', subjectId);
    if (affectedUserId) query = query.where('e.affectedUserId', '=', affectedUserId);
    if (from) query = query.where('e.occurredAt', '>=', from);
    if (to) query = query.where('e.occurredAt', '<', to);
    return mapPage(await findPage(query, newestFirst, request), (row) => ({
      id: row.id,
      occurredAt: row.occurredAt,
      action: row.action,
      actor: {
        kind: row.actorKind,
        userId: row.actorUserId,
        email: row.actorEmail,
        credential: row.credential,
        credentialId: row.credentialId,
        credentialName: row.credentialName,
      },
      subject: { type: row.subjectType, subjectId: row.subjectId, name: row.subjectName },
      affectedUser:
        row.affectedUserId === null ? null : { userId: row.affectedUserId, email: row.affectedUserEmail },
      changedFields: row.changedFields,
      detail: row.detail,
    }));
  }
}
