import { raw, type EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError } from '../../errors.js';
import { AccessToken } from '../store/access-token.entity.js';
import type { Viewer } from '../viewer.js';
import { recordSignOut } from './sign-in-audit.js';

/** The viewer's browser session. */
export class Sessions {
  readonly #em: EntityManager;
  readonly #viewer: Viewer;

  constructor(deps: { em: EntityManager; viewer: Viewer }) {
    this.#em = deps.em;
    this.#viewer = deps.viewer;
  }

  /** Ends the viewer's session. @throws FORBIDDEN if the request came with an API token */
  async signOut(): Promise<void> {
    if (this.#viewer.kind !== 'SESSION') {
      throw new SwitchboardError(
        'FORBIDDEN',
        'This request uses an API token, not a session. To revoke a token, use revokeApiToken.',
      );
    }
    const { tokenId, userId, email } = this.#viewer;
    await this.#em.transactional(async (tx) => {
      const ended = await tx.nativeUpdate(
        AccessToken,
        { id: tokenId, revokedAt: null },
        { revokedAt: raw('now()') },
      );
      if (ended > 0) await recordSignOut(tx, { id: tokenId, user: { id: userId, email } });
    });
  }
}
