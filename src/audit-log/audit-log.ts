import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
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
import { isAfterPosition, pageOf, positionTime, readPageRequest, type Page } from '../paging/keyset.js';

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

export interface AuditEventRequest {
  first: number;
  after?: string | null | undefined;
  filter?: AuditEventFilter | null | undefined;
}

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
  async list({ first, after, filter }: AuditEventRequest): Promise<Page<AuditEventRow>> {
    requireAdmin(this.#viewer);
    const page = readPageRequest({ first, after });
    const { actions, actorUserId, subjectId, affectedUserId, from, to } = filter ?? {};
    if (actions?.length === 0) {
      throw badUserInput([
        { path: 'filter.actions', message: 'must contain an action, or be omitted for all' },
      ]);
    }
    const place = { time: sql.ref('e.occurredAt'), id: sql.ref('e.id') };
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
        positionTime(place.time).as('at'),
      ])
      .orderBy('e.occurredAt', 'desc')
      .orderBy('e.id', 'desc')
      .limit(page.first + 1);
    if (actions) query = query.where('e.action', 'in', actions);
    if (actorUserId) query = query.where('e.actorUserId', '=', actorUserId);
    if (subjectId) query = query.where('e.subjectId', '=', subjectId);
    if (affectedUserId) query = query.where('e.affectedUserId', '=', affectedUserId);
    if (from) query = query.where('e.occurredAt', '>=', from);
    if (to) query = query.where('e.occurredAt', '<', to);
    if (page.after) query = query.where(isAfterPosition(place, page.after));

    const { edges, pageInfo } = pageOf(await query.execute(), page.first, (row) => row);
    return {
      edges: edges.map(({ cursor, node }) => ({
        cursor,
        node: {
          id: node.id,
          occurredAt: node.occurredAt,
          action: node.action,
          actor: {
            kind: node.actorKind,
            userId: node.actorUserId,
            email: node.actorEmail,
            credential: node.credential,
            credentialId: node.credentialId,
            credentialName: node.credentialName,
          },
          subject: { type: node.subjectType, id: node.subjectId, name: node.subjectName },
          affectedUser:
            node.affectedUserId === null ? null : { id: node.affectedUserId, email: node.affectedUserEmail },
          changedFields: node.changedFields,
          detail: node.detail,
        },
      })),
      pageInfo,
    };
  }
}
