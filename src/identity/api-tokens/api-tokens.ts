import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { recordAuditEvent } from '../../audit/record-audit-event.js';
import { queries } from '../../database/queries.js';
import { SwitchboardError } from '../../errors.js';
import { isUuid } from '../../uuid.js';
import { AccessTokenSchema } from '../store/access-token.entity.js';
import { actorOf, requireFullRights, type Viewer } from '../viewer.js';
import {
  insertApiToken,
  selectApiTokens,
  type ApiTokenInput,
  type ApiTokenRow,
  type NewApiToken,
} from './create-api-token.js';

export type { ApiTokenRow, NewApiToken } from './create-api-token.js';

/** The viewer's own API tokens. No other user can list or revoke them. */
export class ApiTokens {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;

  constructor(deps: { em: EntityManager; viewer: Viewer }) {
    this.#em = deps.em;
    this.#viewer = deps.viewer;
  }

  /** Returns the tokens that are not revoked, newest first. Expired ones are included, to explain why a client stopped. */
  list(): Promise<ApiTokenRow[]> {
    return selectApiTokens(this.#em)
      .where('userId', '=', this.#viewer.userId)
      .where('revokedAt', 'is', null)
      .orderBy('createdAt', 'desc')
      .orderBy('id', 'desc')
      .execute();
  }

  /** Returns the token of the request. null for a browser session. */
  async current(): Promise<ApiTokenRow | null> {
    const { kind, tokenId } = this.#viewer;
    if (kind !== 'API_TOKEN') return null;
    return (await selectApiTokens(this.#em).where('id', '=', tokenId).executeTakeFirst()) ?? null;
  }

  /**
   * Creates an API token for the viewer. It needs full rights, so that a token can't create one with a wider scope.
   *
   * @throws FORBIDDEN for a token with a scope narrower than ADMIN; BAD_USER_INPUT naming every mistake
   */
  async create(input: ApiTokenInput): Promise<NewApiToken> {
    requireFullRights(this.#viewer);
    const { userId, email } = this.#viewer;
    const created = await insertApiToken(this.#em, { id: userId, email }, input, actorOf(this.#viewer));
    if (!created) throw new SwitchboardError('FORBIDDEN', 'Your user account is disabled.');
    return created;
  }

  /**
   * Revokes one of the viewer's tokens. The next request with it is refused.
   *
   * @returns the id of the token
   * @throws FORBIDDEN for a token with a scope narrower than ADMIN; NOT_FOUND unless the token is the viewer's and not
   *   revoked
   */
  async revoke(id: string): Promise<string> {
    requireFullRights(this.#viewer);
    const revoked = isUuid(id) ? await this.#em.transactional((tx) => this.#revoke(tx, id)) : null;
    if (!revoked) throw new SwitchboardError('NOT_FOUND', 'You have no API token with this id.');
    return revoked;
  }

  async #revoke(tx: EntityManager, id: string): Promise<string | null> {
    const { userId, email } = this.#viewer;
    const revoked = await queries(tx, AccessTokenSchema)
      .updateTable('AccessToken')
      .set({ revokedAt: sql<Date>`now()` })
      .where('id', '=', id)
      .where('userId', '=', userId)
      .where('kind', '=', 'API_TOKEN')
      .where('revokedAt', 'is', null)
      .returning(['id', 'name'])
      .executeTakeFirst();
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
