import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { recordAuditEvent, type AuditUser } from '../audit/record-audit-event.js';
import { SwitchboardError } from '../errors.js';
import type { DroppedAccounts } from '../identity/account-ending.js';
import { User } from '../identity/store/user.entity.js';
import { actorOf, requireAdmin, type Viewer } from '../identity/viewer.js';
import { readPageRequest, type Page } from '../paging/keyset.js';
import type { Vault } from '../secrets/vault.js';
import { McpServerConfig } from '../servers/store/mcp-server-config.entity.js';
import { unknownServer } from '../servers/store/server-errors.js';
import { findNamedServer } from './store/account-audit.js';
import { ConnectedAccountEnding } from './store/account-ending.js';
import { findAccountViewPage, type AccountView } from './store/account-view.js';
import type { Revocations } from './revoke/revocations.js';
import { isUuid } from '../uuid.js';

const forUpdate = { lockMode: LockMode.PESSIMISTIC_WRITE, disableIdentityMap: true } as const;

export interface ServerAccountsDeps {
  em: EntityManager;
  viewer: Viewer;
  vault: Vault;
  revocations: Revocations;
}

/** What became of people's connections that an administrator has ended; here they are gone in any case. */
export interface Disconnections {
  /** How many people were connected, and are no more. */
  disconnectedCount: number;
  /** How many grants the providers have confirmed to be revoked. */
  revokedCount: number;
  /** How many they have not confirmed yet, and are asked for until they have. */
  revocationPendingCount: number;
  /** How many they will never confirm. */
  revocationFailedCount: number;
  /** Why some are not revoked, in our own words; null when all are, or when there was nothing to revoke. */
  revocationError: string | null;
}

/**
 * Other people's connections, as administrators see and end them: here at once, popups under way included, then at the
 * provider, which is waited for a few seconds, and asked until it confirms. It works for disabled servers, and repeats
 * harmlessly. Every method throws FORBIDDEN for anybody else.
 */
export class ServerAccounts {
  readonly #deps: ServerAccountsDeps;

  constructor(deps: ServerAccountsDeps) {
    this.#deps = deps;
  }

  /**
   * A page of everybody's connections to a server, usable or not, those made last first.
   * @throws NOT_FOUND for an unknown server; BAD_USER_INPUT for a `first` out of bounds or a cursor that is none
   */
  async list(
    serverId: string,
    request: { first: number; after?: string | null | undefined },
  ): Promise<Page<AccountView>> {
    const { em, viewer } = this.#deps;
    requireAdmin(viewer);
    const page = isUuid(serverId) ? await findAccountViewPage(em, serverId, readPageRequest(request)) : null;
    if (!page) throw unknownServer();
    return page;
  }

  /** @throws NOT_FOUND for an unknown server or person */
  async disconnectUser(serverId: string, userId: string): Promise<Disconnections> {
    return this.#disconnect(serverId, async (em, accounts) => {
      const user = isUuid(userId)
        ? await em.findOne(User, { id: userId }, { fields: ['id', 'email'], ...forUpdate })
        : null;
      if (!user) throw new SwitchboardError('NOT_FOUND', 'There is no such user.');
      const server = await findNamedServer(em, serverId);
      if (!server) throw unknownServer();
      const dropped = await accounts.dropForUserAtServer(em, { userId, serverId });
      if (dropped.found) await this.#record(em, 'USER_DISCONNECTED', server, { affectedUser: user });
      return dropped;
    });
  }

  /** @throws NOT_FOUND for an unknown server */
  async disconnectAll(serverId: string): Promise<Disconnections> {
    return this.#disconnect(serverId, async (em, accounts) => {
      const server = await em.findOne(
        McpServerConfig,
        { id: serverId },
        { fields: ['id', 'displayName'], ...forUpdate },
      );
      if (!server) throw unknownServer();
      const dropped = await accounts.dropForServer(em, serverId);
      await this.#record(em, 'ALL_DISCONNECTED', server, { detail: { disconnected: dropped.count } });
      return dropped;
    });
  }

  #record(
    em: EntityManager,
    action: 'USER_DISCONNECTED' | 'ALL_DISCONNECTED',
    { id, displayName }: { id: string; displayName: string },
    about: { affectedUser?: AuditUser; detail?: { disconnected: number } },
  ): Promise<void> {
    const subject = { type: 'MCP_SERVER_CONFIG', id, name: displayName } as const;
    return recordAuditEvent(em, { action, actor: actorOf(this.#deps.viewer), subject, ...about });
  }

  async #disconnect(
    serverId: string,
    drop: (em: EntityManager, accounts: ConnectedAccountEnding) => Promise<DroppedAccounts>,
  ): Promise<Disconnections> {
    const { em, viewer } = this.#deps;
    requireAdmin(viewer);
    if (!isUuid(serverId)) throw unknownServer();
    const accounts = new ConnectedAccountEnding(this.#deps);
    const dropped = await em.fork().transactional((em) => drop(em, accounts));
    const { revoked, pending, failed, error } = await dropped.revoke();
    return {
      disconnectedCount: dropped.count,
      revokedCount: revoked,
      revocationPendingCount: pending,
      revocationFailedCount: failed,
      revocationError: error,
    };
  }
}
