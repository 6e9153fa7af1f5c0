import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError } from '../errors.js';
import type { Viewer } from './viewer.js';

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
    await this.#em.execute(
      'update access_tokens set revoked_at = now() where id = ? and revoked_at is null',
      [this.#viewer.tokenId],
      'run',
    );
  }
}
