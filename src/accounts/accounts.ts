import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { HotReads } from '../database/hot-reads.js';
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
import { checkClientBeforeConnecting } from './authorize/check-client.js';
import { CallbackError, completeAuthorization, type CompletedAuthorization } from './authorize/complete.js';
import { getConnectableServer } from './authorize/connectable-server.js';
import { unknownServer } from '../servers/store/server-errors.js';
import { findAccountFacts, type AccountFacts } from './store/account-loader.js';
import { findNamedServer, recordAccountEvent } from './store/account-audit.js';
import { ConnectedAccountEnding } from './store/account-ending.js';
import { recordFailure } from './failures/record-failure.js';
import { findAccountViews, type AccountView } from './store/account-view.js';
import { openerTarget, type OpenerTarget } from './authorize/opener-target.js';
import type { TokenRefreshes } from './access/refresh.js';
import type { UpstreamSessions } from '../mcp/sessions/upstream-sessions.js';
import type { Revocations } from './revoke/revocations.js';
import { isUuid } from '../uuid.js';

export type { AccountFacts } from './store/account-loader.js';

export interface AccountsDeps {
  em: EntityManager;
  viewer: Viewer;
  /** One per process, shared by all viewers. */
  reads: HotReads;
  vault: Vault;
  outbound: GuardedFetch;
  /** One per process, shared by all viewers. */
  refreshes: TokenRefreshes;
  /** Records when accounts are used. One per process, shared by all viewers. */
  accountUse: Pick<LastUsed, 'note' | 'unwritten'>;
  /** One per process, shared by all viewers. */
  revocations: Revocations;
  upstreamSessions: Pick<UpstreamSessions, 'end'>;
  clientHealth: ClientHealth;
  /** An origin, without a trailing slash. */
  publicUrl: string;
  /** Other origins that a popup may report its result to. */
  allowedOrigins: readonly string[];
  log: Logger;
}

/** The contents of the page that asks for confirmation, because another site may have opened the connect URL. */
export interface ConnectConfirmation {
  displayName: string;
  /** The MCP server's host, with its port if the URL has one. */
  host: string;
  /** The viewer's email address at Switchboard. */
  email: string;
}

/** The result of disconnecting an account. Switchboard's copy of the tokens is deleted in any case. */
export interface Disconnection {
  serverId: string;
  /** null if there was no account. */
  deletedAccountId: string | null;
  /** The provider has confirmed the revocation. */
  revoked: boolean;
  /** The provider has not confirmed it yet, and is asked again until it does. */
  revocationPending: boolean;
  /** The reason why the tokens are not revoked; null if they are, or if there was nothing to revoke. */
  revocationError: string | null;
  /** A remark on revoked tokens of which an access token is left. null: none is left. */
  revocationRemark: string | null;
}

/** The viewer's own connected accounts. No method takes a user id. */
export class Accounts {
  readonly #deps: AccountsDeps;

  constructor(deps: AccountsDeps) {
    this.#deps = deps;
  }

  /** Returns the URL at which a browser connects an account to this server, or null unless the server uses OAUTH2. */
  connectUrl(server: { id: string; authType: AuthType }): string | null {
    if (server.authType !== 'OAUTH2') return null;
    return `${this.#deps.publicUrl}/mcp-servers/${server.id}/oauth2/connect`;
  }

  /**
   * Validates the opener parameters of a connect URL.
   * @throws BAD_USER_INPUT for an origin that is not allowed, or a path that leaves it
   */
  openerTarget(requested: { origin?: string; returnPath?: string }): OpenerTarget {
    return openerTarget(requested, this.#deps);
  }

  /**
   * Returns what the confirmation page shows for this server.
   * @throws NOT_FOUND or BAD_USER_INPUT for a server to which no account can be connected
   */
  async connectConfirmation(serverId: string): Promise<ConnectConfirmation> {
    const { em, viewer } = this.#deps;
    const server = await getConnectableServer(em, this.#deps, serverId);
    return { displayName: server.displayName, host: new URL(server.url).host, email: viewer.email };
  }

  /**
   * Begins an authorization that is bound to the viewer's browser session. `completeAuthorization` can complete it once,
   * within ten minutes. Any number can be in progress at once. Pending revocations of the viewer's earlier account are
   * attempted first, for a few seconds. A client that the provider has not accepted recently is checked first.
   * @throws FORBIDDEN without a browser session; NOT_FOUND or BAD_USER_INPUT for a server to which no account can be
   *   connected. An error that an administrator can look into has a `reference`.
   */
  async beginAuthorization(serverId: string, target: OpenerTarget): Promise<{ authorizationUrl: string }> {
    this.#requireSession();
    try {
      await checkClientBeforeConnecting(this.#deps, serverId);
      const begun = await beginAuthorization(this.#deps, serverId, target);
      const owner = { userId: this.#deps.viewer.userId, serverId };
      await this.#deps.revocations.attemptBeforeConnecting(owner);
      return begun;
    } catch (error) {
      throw await recordFailure(this.#deps, { serverId, step: 'AUTHORIZATION_REQUEST' }, error);
    }
  }

  /**
   * Completes an authorization with the parameters of the provider's redirect.
   * @throws FORBIDDEN without a browser session; CallbackError for any other failure
   */
  async completeAuthorization(serverId: string, params: URLSearchParams): Promise<CompletedAuthorization> {
    this.#requireSession();
    try {
      return await completeAuthorization(this.#deps, serverId, params);
    } catch (error) {
      if (!(error instanceof CallbackError)) throw error;
      const operation = { serverId, step: 'AUTHORIZATION_RESPONSE' } as const;
      throw new CallbackError(await recordFailure(this.#deps, operation, error.cause), error.target);
    }
  }

  /**
   * Disconnects the viewer's account from a server. It deletes the tokens and flows at once, then revokes the tokens at
   * the provider. It waits a few seconds for the provider, which is asked again until it confirms.
   * It is idempotent, and works for a disabled server. A member without an account at a disabled server gets NOT_FOUND,
   * as for any server that members do not see.
   * @throws FORBIDDEN for a read-only token; NOT_FOUND for an unknown server
   */
  async disconnect(serverId: string): Promise<Disconnection> {
    const { em, viewer } = this.#deps;
    requireUse(viewer);
    if (!isUuid(serverId)) throw unknownServer();
    const accounts = new ConnectedAccountEnding(this.#deps);
    const dropped = await em.fork().transactional(async (tx) => {
      await tx.findOne(
        User,
        { id: viewer.userId },
        { fields: ['id'], lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true },
      );
      const scope = { userId: viewer.userId, serverId };
      const dropped = await accounts.dropForUserAtServer(tx, scope);
      const server = await findNamedServer(tx, serverId);
      const isVisible = server !== null && (server.enabled || viewer.isAdmin);
      if (!dropped.found && !isVisible) throw unknownServer();
      if (dropped.found && server) {
        await recordAccountEvent(tx, viewer, { action: 'MCP_SERVER_DISCONNECTED', server });
      }
      return dropped;
    });
    const { revoked, pending, error, remark } = await dropped.revoke();
    return {
      serverId,
      deletedAccountId: dropped.accountId,
      revoked: revoked > 0,
      revocationPending: pending > 0,
      revocationError: error,
      revocationRemark: remark,
    };
  }

  /**
   * Returns the viewer's access token for this server. It is the only way to a token, which must not leave the process.
   * It refreshes a token that is about to expire, or that the MCP server has refused (`request.after`). Each
   * token is refreshed once, however many callers and processes request it. It returns or throws within 25 seconds.
   * @throws NOT_FOUND or BAD_USER_INPUT for a server that cannot be used with an account; NEEDS_AUTHORIZATION with
   *   `connectUrl` if the viewer must connect (again); UPSTREAM_ERROR if the provider issues no token now, but may later
   */
  async accessToken(serverId: string, request: AccessTokenRequest = {}): Promise<UsableToken> {
    const connectUrl = `${this.#deps.publicUrl}/mcp-servers/${serverId}/oauth2/connect`;
    return getAccessToken({ ...this.#deps, connectUrl }, serverId, request);
  }

  /**
   * Returns facts about the accounts at these servers, in the order of the ids, by one statement.
   * @throws FORBIDDEN if a member requests counts
   */
  async factsFor(serverIds: readonly string[], { counts }: { counts: boolean }): Promise<AccountFacts[]> {
    const { em, viewer } = this.#deps;
    if (counts) requireAdmin(viewer);
    return findAccountFacts(em, viewer.userId, serverIds, { counts });
  }

  /** Returns the viewer's accounts, ordered by the server's name, including those at disabled servers. */
  async listOwn(): Promise<AccountView[]> {
    const { em, viewer } = this.#deps;
    return findAccountViews(em, viewer.userId);
  }

  #requireSession(): void {
    if (this.#deps.viewer.kind === 'SESSION') return;
    throw new SwitchboardError(
      'FORBIDDEN',
      'Sign in with a browser to connect an account. An API token cannot connect one.',
    );
  }
}
