import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { SwitchboardError } from '../errors.js';
import type { LastUsed } from '../identity/access-tokens/last-used.js';
import { User } from '../identity/store/user.entity.js';
import { requireAdmin, requireUse, type Viewer } from '../identity/viewer.js';
import type { Logger } from '../log.js';
import type { GuardedFetch } from '../net/guarded-fetch.js';
import type { Vault } from '../secrets/vault.js';
import type { ClientHealth } from '../servers/changes/client-health.js';
import type { AuthType } from '../servers/store/mcp-server-config.entity.js';
import { getAccessToken, type AccessTokenRequest, type UsableToken } from './access/access-token.js';
import { beginAuthorization } from './authorize/begin.js';
import { RefusedCallback, completeAuthorization } from './authorize/complete.js';
import { getConnectableServer } from './authorize/connectable-server.js';
import { unknownServer } from '../servers/store/server-errors.js';
import { findAccountFacts, type AccountFacts, type FactsAsked } from './store/account-loader.js';
import { findNamedServer, recordAccountEvent } from './store/account-audit.js';
import { ConnectedAccountEnding } from './store/account-ending.js';
import { withReference } from './failures/record-failure.js';
import { findAccountViews, type AccountView } from './store/account-view.js';
import { popupTarget, type PopupTarget } from './authorize/opener-target.js';
import type { TokenRefreshes } from './access/refresh.js';
import type { Revocations } from './revoke/revocations.js';
import { isUuid } from '../uuid.js';

export type { AccountFacts } from './store/account-loader.js';

export interface AccountsDeps {
  em: EntityManager;
  viewer: Viewer;
  vault: Vault;
  outbound: GuardedFetch;
  /** This process's refreshes, shared by all viewers. */
  refreshes: TokenRefreshes;
  /** This process's record of when grants were used, shared by all viewers. */
  accountUse: Pick<LastUsed, 'note'>;
  /** This process's work on the revocations, shared by all viewers. */
  revocations: Revocations;
  clientHealth: ClientHealth;
  /** An origin, without a trailing slash. */
  publicUrl: string;
  /** The origins of frontends elsewhere that a popup may tell. */
  allowedOrigins: readonly string[];
  log: Logger;
}

/** What a person is asked before a connection that somebody else's page may have begun. */
export interface ConnectOffer {
  displayName: string;
  /** The MCP server's host, with its port where it has one. */
  host: string;
  /** The viewer's own account here. */
  email: string;
}

/** What became of a connection that was given up; here it is gone in any case. */
export interface Disconnection {
  /** The provider has confirmed it. */
  revoked: boolean;
  /** The provider has not confirmed it yet, and is asked until it has. */
  revocationPending: boolean;
  /** Why it is not revoked, in our own words; null when it is, or when there was nothing to revoke. */
  revocationError: string | null;
}

/** One viewer's own connections to MCP servers: nothing here takes anybody else's id. */
export class Accounts {
  readonly #deps: AccountsDeps;

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
  }

  /** Where a browser connects the viewer's account to this server; null unless it uses OAUTH2. */
  connectUrl(server: { id: string; authType: AuthType }): string | null {
    if (server.authType !== 'OAUTH2') return null;
    return `${this.#deps.publicUrl}/mcp-servers/${server.id}/oauth2/connect`;
  }

  /**
   * Checks whom a popup shall tell how it went.
   * @throws BAD_USER_INPUT for an origin that is not trusted, or a path that leaves it.
   */
  popupTarget(asked: { origin?: string; returnPath?: string }): PopupTarget {
    return popupTarget(asked, this.#deps);
  }

  /**
   * What connecting to this server would mean.
   * @throws NOT_FOUND or BAD_USER_INPUT for a server that no account can be connected to now.
   */
  async describe(serverId: string): Promise<ConnectOffer> {
    const { em, viewer, vault, publicUrl } = this.#deps;
    const server = await getConnectableServer(em, vault, serverId, publicUrl);
    return { displayName: server.displayName, host: new URL(server.url).host, email: viewer.email };
  }

  /**
   * Begins an authorization, bound to the viewer's browser session, that `complete` can finish once within ten
   * minutes. Any number can be under way at once. What is still to be revoked of the viewer's earlier connection is asked
   * for first, for a few seconds.
   * @throws FORBIDDEN without a browser session; NOT_FOUND or BAD_USER_INPUT for a server that no account can be
   *   connected to now. What an administrator has to look into carries a `reference`.
   */
  async begin(serverId: string, target: PopupTarget): Promise<{ authorizationUrl: string }> {
    this.#requireSession();
    try {
      const begun = await beginAuthorization(this.#deps, serverId, target);
      const owner = { userId: this.#deps.viewer.userId, serverId: serverId };
      await this.#deps.revocations.attemptBeforeConnecting(owner);
      return begun;
    } catch (error) {
      throw await withReference(this.#deps, { serverId, step: 'AUTHORIZATION_REQUEST' }, error);
    }
  }

  /**
   * Finishes an authorization with what the provider sent the browser back with.
   * @returns whom to tell.
   * @throws FORBIDDEN without a browser session; RefusedCallback for everything else.
   */
  async complete(serverId: string, params: URLSearchParams): Promise<PopupTarget> {
    this.#requireSession();
    try {
      return await completeAuthorization(this.#deps, serverId, params);
    } catch (error) {
      if (!(error instanceof RefusedCallback)) throw error;
      const attempt = { serverId, step: 'AUTHORIZATION_RESPONSE' } as const;
      throw new RefusedCallback(await withReference(this.#deps, attempt, error.cause), error.target);
    }
  }

  /**
   * Gives up the viewer's connection to a server: here at once, popups under way included, then at the provider, which
   * is waited for a few seconds, and asked until it confirms.
   * Repeats harmlessly, and works for a server that was disabled meanwhile. A member who has nothing at a disabled
   * server gets NOT_FOUND, as for any server that they may not know of.
   * @throws FORBIDDEN for a token that may only read; NOT_FOUND for an unknown server.
   */
  async disconnect(serverId: string): Promise<Disconnection> {
    const { em, viewer } = this.#deps;
    requireUse(viewer);
    if (!isUuid(serverId)) throw unknownServer();
    const accounts = new ConnectedAccountEnding(this.#deps);
    const dropped = await em.fork().transactional(async (em) => {
      await em.findOne(
        User,
        { id: viewer.userId },
        { fields: ['id'], lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true },
      );
      const scope = { userId: viewer.userId, serverId: serverId };
      const dropped = await accounts.dropForUserAtServer(em, scope);
      const server = await findNamedServer(em, serverId);
      const isVisible = server !== null && (server.enabled || viewer.isAdmin);
      if (!dropped.found && !isVisible) throw unknownServer();
      if (dropped.found && server) {
        await recordAccountEvent(em, viewer, { action: 'MCP_SERVER_DISCONNECTED', server });
      }
      return dropped;
    });
    const { revoked, pending, error } = await dropped.revoke();
    return { revoked: revoked > 0, revocationPending: pending > 0, revocationError: error };
  }

  /**
   * The viewer's token for this server, the one door to it: for use by this process, never to be shown. Refreshed first
   * when it is about to expire, or when `request.after` is the one that the MCP server has answered with 401; once for
   * each token, whatever number of callers and processes ask. Answers, or throws, within 25 seconds.
   * @throws NOT_FOUND or BAD_USER_INPUT for a server that cannot be used with an account now; NEEDS_AUTHORIZATION with
   *   `connectUrl` when the viewer has to connect (again); UPSTREAM_ERROR when the provider gives no new token now, but
   *   may later.
   */
  async accessToken(serverId: string, request: AccessTokenRequest = {}): Promise<UsableToken> {
    const connectUrl = `${this.#deps.publicUrl}/mcp-servers/${serverId}/oauth2/connect`;
    return getAccessToken({ ...this.#deps, connectUrl }, serverId, request);
  }

  /**
   * Facts about connections to these servers, in their order, by one SQL statement.
   * @throws FORBIDDEN when anybody but an administrator asks for counts.
   */
  async factsFor(serverIds: readonly string[], asked: FactsAsked): Promise<AccountFacts[]> {
    const { em, viewer } = this.#deps;
    if (asked.counts) requireAdmin(viewer);
    return findAccountFacts(em, viewer.userId, serverIds, asked);
  }

  /** The viewer's own connections by the server's name, also those to servers that were disabled since. */
  async listOwn(): Promise<AccountView[]> {
    const { em, viewer } = this.#deps;
    return findAccountViews(em, viewer.userId);
  }

  #requireSession(): void {
    if (this.#deps.viewer.kind === 'SESSION') return;
    throw new SwitchboardError(
      'FORBIDDEN',
      'Connecting an account needs a signed-in browser, not an API token.',
    );
  }
}
