import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAuditEvent, type AuditUser } from '../audit/record-audit-event.js';
import { SwitchboardError } from '../errors.js';
import type { DroppedAccounts } from '../identity/account-ending.js';
import { User } from '../identity/store/user.entity.js';
import { actorOf, requireAdmin, type Viewer } from '../identity/viewer.js';
import type { CountedPage, PageRequest } from '../paging/page.js';
import type { Vault } from '../secrets/vault.js';
import { McpServerConfig } from '../servers/store/mcp-server-config.entity.js';
import { unknownServer } from '../servers/store/server-errors.js';
import { findNamedServer } from './store/account-audit.js';
import { ConnectedAccountEnding } from './store/account-ending.js';
import { findAccountViewPage, type AccountView } from './store/account-view.js';
import type { UpstreamSessions } from '../mcp/sessions/upstream-sessions.js';
import type { Revocations } from './revoke/revocations.js';
import { isUuid } from '../uuid.js';

const forUpdate = { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true } as const;

export interface ServerAccountsDeps {
  em: EntityManager;
  viewer: Viewer;
  vault: Vault;
  revocations: Revocations;
  upstreamSessions: Pick<UpstreamSessions, 'end'>;
}

/** The result of disconnecting users' accounts. Switchboard's copies of the tokens are deleted in any case. */
export interface Disconnections {
  serverId: string;
  /** The number of users who were connected. */
  disconnectedCount: number;
  /** The number of accounts whose revocation the provider has confirmed. */
  revokedCount: number;
  /** The number that the provider has not confirmed yet. It is asked again until it does. */
  revocationPendingCount: number;
  /** The number that the provider cannot revoke. */
  revocationFailedCount: number;
  /** The reason why some are not revoked; null if all are, or if there was nothing to revoke. */
  revocationError: string | null;
  /** A remark on revoked tokens of which an access token is left. null: none is left. */
  revocationRemark: string | null;
}

/**
 * All users' accounts at a server, for administrators. Disconnecting deletes the tokens and flows at once, then revokes
 * the tokens at the provider. It waits a few seconds for the provider, which is asked again until it confirms. It is
 * idempotent, and works for disabled servers. Every method throws FORBIDDEN unless the viewer is an administrator.
 */
export class ServerAccounts {
  readonly #deps: ServerAccountsDeps;

  constructor(deps: ServerAccountsDeps) {
    this.#deps = deps;
  }

  /**
   * Returns a page of all users' accounts at a server, usable or not, the last connected first.
   * @throws NOT_FOUND for an unknown server; BAD_USER_INPUT for a `first` out of bounds or an invalid cursor
   */
  async list(serverId: string, request: PageRequest): Promise<CountedPage<AccountView>> {
    const { em, viewer } = this.#deps;
    requireAdmin(viewer);
    const page = isUuid(serverId) ? await findAccountViewPage(em, serverId, request) : null;
    if (!page) throw unknownServer();
    return page;
  }

  /** Disconnects one user's account. @throws NOT_FOUND for an unknown server or user */
  async disconnectUser(
    serverId: string,
    userId: string,
  ): Promise<Disconnections & { userId: string; deletedAccountId: string | null }> {
    const { dropped, result } = await this.#disconnect(serverId, async (tx, accounts) => {
      const user = isUuid(userId)
        ? await tx.findOne(User, { id: userId }, { fields: ['id', 'email'], ...forUpdate })
        : null;
      if (!user) throw new SwitchboardError('NOT_FOUND', 'There is no such user.');
      const server = await findNamedServer(tx, serverId);
      if (!server) throw unknownServer();
      const dropped = await accounts.dropForUserAtServer(tx, { userId, serverId });
      if (dropped.found) await this.#record(tx, 'USER_DISCONNECTED', server, { affectedUser: user });
      return dropped;
    });
    return { ...result, userId, deletedAccountId: dropped.accountId };
  }

  /** Disconnects all users' accounts. @throws NOT_FOUND for an unknown server */
  async disconnectAll(serverId: string): Promise<Disconnections> {
    const { result } = await this.#disconnect(serverId, async (tx, accounts) => {
      const server = await tx.findOne(
        McpServerConfig,
        { id: serverId },
        { fields: ['id', 'displayName'], ...forUpdate },
      );
      if (!server) throw unknownServer();
      const dropped = await accounts.dropForServer(tx, serverId);
      if (dropped.found) {
        const detail = { disconnected: dropped.count };
        await this.#record(tx, 'ALL_DISCONNECTED', server, { detail });
      }
      return dropped;
    });
    return result;
  }

  #record(
    tx: EntityManager,
    action: 'USER_DISCONNECTED' | 'ALL_DISCONNECTED',
    { id, displayName }: { id: string; displayName: string },
    about: { affectedUser?: AuditUser; detail?: { disconnected: number } },
  ): Promise<void> {
    const subject = { type: 'MCP_SERVER_CONFIG', id, name: displayName } as const;
    return recordAuditEvent(tx, { action, actor: actorOf(this.#deps.viewer), subject, ...about });
  }

  async #disconnect<Dropped extends DroppedAccounts>(
    serverId: string,
    drop: (tx: EntityManager, accounts: ConnectedAccountEnding) => Promise<Dropped>,
  ): Promise<{ dropped: Dropped; result: Disconnections }> {
    const { em, viewer } = this.#deps;
    requireAdmin(viewer);
    if (!isUuid(serverId)) throw unknownServer();
    const accounts = new ConnectedAccountEnding(this.#deps);
    const dropped = await em.fork().transactional((tx) => drop(tx, accounts));
    const { revoked, pending, failed, error, remark } = await dropped.revoke();
    const result = {
      serverId,
      disconnectedCount: dropped.count,
      revokedCount: revoked,
      revocationPendingCount: pending,
      revocationFailedCount: failed,
      revocationError: error,
      revocationRemark: remark,
    };
    return { dropped, result };
  }
}
