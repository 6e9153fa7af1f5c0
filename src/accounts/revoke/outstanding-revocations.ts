import type { EntityManager } from '@mikro-orm/postgresql';
import { queries } from '../../database/queries.js';
import { badUserInput } from '../../errors.js';
import { requireAdmin, type Viewer } from '../../identity/viewer.js';
import { RevocationSchema, type RevocationStatus } from './revocation.entity.js';

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

/** The largest list that is returned. */
const maxLength = 200;

/** Lists unconfirmed revocations for administrators. It writes nothing, and reads no secret column. */
export class OutstandingRevocations {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;

  constructor({ em, viewer }: { em: EntityManager; viewer: Viewer }) {
    this.#em = em;
    this.#viewer = viewer;
  }

  /**
   * Returns the latest revocations of one server, which may have been deleted, or of all servers, newest first.
   * @throws FORBIDDEN unless the viewer is an administrator; BAD_USER_INPUT for a `first` out of bounds
   */
  async list(
    { serverId = null, status = null }: RevocationFilter,
    first: number,
  ): Promise<OutstandingRevocation[]> {
    requireAdmin(this.#viewer);
    if (first < 1 || first > maxLength) {
      throw badUserInput([{ path: 'first', message: `must be between 1 and ${maxLength}` }]);
    }
    return queries(this.#em, RevocationSchema)
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
      .where((eb) => eb.and({ ...(serverId !== null && { serverId }), ...(status !== null && { status }) }))
      .orderBy('id', 'desc')
      .limit(first)
      .execute();
  }
}
