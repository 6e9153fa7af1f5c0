import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAuditEvent } from '../../audit/record-audit-event.js';
import { SwitchboardError } from '../../errors.js';
import { AccessToken } from '../store/access-token.entity.js';
import {
  insertApiToken,
  type ApiTokenInput,
  type ApiTokenRow,
  type NewApiToken,
} from './create-api-token.js';
import { actorOf, requireFullRights, type Viewer } from '../viewer.js';
import { isUuid } from '../../uuid.js';

export type { ApiTokenRow, NewApiToken } from './create-api-token.js';

/** The viewer's own API tokens; nobody sees or ends anybody else's. */
export class ApiTokens {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;

  constructor(deps: { em: EntityManager; viewer: Viewer }) {
    this.#em = deps.em;
    this.#viewer = deps.viewer;
  }

  /** Those not revoked, newest first; the expired ones too, so that one finds out why something stopped. */
  list(): Promise<ApiTokenRow[]> {
    return this.#em
      .createQueryBuilder(AccessToken, 't')
      .select(['t.id', 't.name', 't.scope', 't.createdAt', 't.lastUsedAt', 't.expiresAt'])
      .where({ userId: this.#viewer.userId, kind: 'API_TOKEN', revokedAt: null })
      .orderBy({ createdAt: 'desc', id: 'desc' })
      .execute<ApiTokenRow[]>('all');
  }

  /**
   * Issues a token to the viewer. Only full rights may do this, so that no token can ever make a wider one.
   *
   * @throws FORBIDDEN for a token narrower than ADMIN; BAD_USER_INPUT naming every mistake.
   */
  async create(input: ApiTokenInput): Promise<NewApiToken> {
    requireFullRights(this.#viewer);
    const { userId, email } = this.#viewer;
    const issued = await insertApiToken(this.#em, { id: userId, email }, input, actorOf(this.#viewer));
    if (!issued) throw new SwitchboardError('FORBIDDEN', 'This account is disabled.');
    return issued;
  }

  /**
   * Ends one of the viewer's tokens; it is refused from the next request on.
   *
   * @returns its id. @throws FORBIDDEN for a token narrower than ADMIN; NOT_FOUND unless it is the viewer's and live.
   */
  async revoke(id: string): Promise<string> {
    requireFullRights(this.#viewer);
    const revoked = isUuid(id) ? await this.#em.transactional((tx) => this.#revoke(tx, id)) : null;
    if (!revoked) throw new SwitchboardError('NOT_FOUND', 'You have no such API token.');
    return revoked;
  }

  async #revoke(tx: EntityManager, id: string): Promise<string | null> {
    const { userId, email } = this.#viewer;
    const [revoked] = await tx.execute<{ id: string; name: string }[]>(
      `update access_tokens set revoked_at = now()
       where id = ? and user_id = ? and kind = 'API_TOKEN' and revoked_at is null returning id, name`,
      [id, userId],
      'all',
    );
    if (!revoked) return null;
    await recordAuditEvent(tx, {
      action: 'API_TOKEN_REVOKED',
      actor: actorOf(this.#viewer),
      subject: { type: 'API_TOKEN', ...revoked },
      affectedUser: { id: userId, email },
    });
    return revoked.id;
  }
}
