import type { EntityManager } from '@mikro-orm/postgresql';
import { queries } from '../../database/queries.js';
import { requireAdmin, type Viewer } from '../../identity/viewer.js';
import { byId, type Order } from '../../paging/order.js';
import { findPage, type CountedPage, type PageRequest } from '../../paging/page.js';
import { Revocation, RevocationSchema, type RevocationStatus } from './revocation.entity.js';

/** Tokens of an ended account that the provider has not confirmed to be revoked, as an administrator reads them. */
export interface OutstandingRevocation {
  id: string;
  serverId: string;
  serverName: string;
  userId: string;
  status: RevocationStatus;
  reason: string;
  /** null when the provider will not be asked again. */
  nextAttemptAt: Date | null;
  createdAt: Date;
}

/** All given conditions must hold. A condition that is null or omitted does not apply. */
export interface RevocationFilter {
  serverId?: string | null | undefined;
  status?: RevocationStatus | null | undefined;
}

/** Ids are UUIDs of version 7, which increase with time. */
const newestFirst: Order = { list: 'mcpServerRevocations', direction: 'desc', keys: [byId('id')] };

/** Lists unconfirmed revocations for administrators. It writes nothing, and reads no secret column. */
export class OutstandingRevocations {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;

  constructor({ em, viewer }: { em: EntityManager; viewer: Viewer }) {
    this.#em = em;
    this.#viewer = viewer;
  }

  /**
   * Returns a page of the revocations of one server, which may have been deleted, or of all servers, newest first.
   * @throws FORBIDDEN unless the viewer is an administrator; BAD_USER_INPUT for a `first` out of bounds or an invalid cursor
   */
  async list(
    { serverId = null, status = null }: RevocationFilter,
    request: PageRequest,
  ): Promise<CountedPage<OutstandingRevocation>> {
    requireAdmin(this.#viewer);
    const filter = { ...(serverId !== null && { serverId }), ...(status !== null && { status }) };
    const revocations = queries(this.#em, RevocationSchema)
      .selectFrom('Revocation')
      .select([
        'id',
        'serverId',
        'serverName',
        'userId',
        'status',
        'failureReason as reason',
        'createdAt',
        (eb) =>
          eb.case().when('status', '=', 'PENDING').then(eb.ref('nextAttemptAt')).end().as('nextAttemptAt'),
      ])
      .where((eb) => eb.and(filter));
    return {
      ...(await findPage(revocations, newestFirst, request)),
      count: () => this.#em.count(Revocation, filter),
    };
  }
}
