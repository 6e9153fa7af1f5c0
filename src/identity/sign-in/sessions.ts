import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError } from '../../errors.js';
import { recordSignOut } from './sign-in-events.js';
import type { Viewer } from '../viewer.js';

/** The browser session that a request came with. */
export class Sessions {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;

  constructor(deps: { em: EntityManager; viewer: Viewer }) {
    this.#em = deps.em;
    this.#viewer = deps.viewer;
  }

  /** Ends the viewer's own session. @throws FORBIDDEN when the request came with an API token instead. */
  async signOut(): Promise<void> {
    if (this.#viewer.kind !== 'SESSION') {
      throw new SwitchboardError(
        'FORBIDDEN',
        'This is an API token, not a session; end it with revokeApiToken.',
      );
    }
    const { tokenId, userId, email } = this.#viewer;
    await this.#em.transactional(async (tx) => {
      const ended = await tx.execute<unknown[]>(
        'update access_tokens set revoked_at = now() where id = ? and revoked_at is null returning id',
        [tokenId],
        'all',
      );
      if (ended.length > 0) await recordSignOut(tx, { id: tokenId, user: { id: userId, email } });
    });
  }
}
