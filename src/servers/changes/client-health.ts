import { raw } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { describeFailure } from '../../log.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import { checkClient } from '../../oauth2/requests/client-check.js';
import { authOf } from '../settings/server-auth.js';
import { noClientFailure } from '../settings/change-effects.js';
import { McpServerConfig, type OAuth2ClientFailure } from '../store/mcp-server-config.entity.js';
import { loadOAuth2Client } from '../store/oauth2-client.js';
import { getStoredServer, type StoredServer } from '../store/stored-server.js';
import { setUpOAuth2 } from './discover.js';
import { takeRegistrationLease } from './registration-lease.js';
import type { ServersDeps } from './servers-deps.js';
import { applyRegistration } from './write-server.js';

/** A client at the authorization server of an MCP server. The server may have another client by now. */
export interface RegisteredClient {
  serverId: string;
  clientId: string;
}

/** `em` is the global entity manager, because the work outlives the request. */
export type ClientHealthDeps = Omit<ServersDeps, 'viewer' | 'visibleServers' | 'discoveryLimit'>;

/**
 * Records whether authorization servers accept the registered clients, for administrators to see. A dynamically
 * registered client that is refused, and refused again when it is checked, is registered again. One process does this, at
 * most once an hour, so that a provider that forgets every client does not get many registrations.
 */
export class ClientHealth {
  readonly #deps: ClientHealthDeps;

  constructor(deps: ClientHealthDeps) {
    this.#deps = deps;
  }

  /** Records that the authorization server refused the client, and registers it again if possible. Never throws. */
  async recordFailure(client: RegisteredClient, clientFailure: OAuth2ClientFailure): Promise<void> {
    const { log } = this.#deps;
    const about = { serverId: client.serverId, clientFailure };
    try {
      if (await this.#mark(client, clientFailure)) {
        log.error(about, 'OAuth client refused by the authorization server');
      }
      if (clientFailure === 'INVALID_CLIENT') await this.#renew(client);
    } catch (error) {
      log.error({ ...about, failure: describeFailure(error) }, 'OAuth client could not be registered again');
    }
  }

  /**
   * Checks a client after a provider refused a request that may concern one user only, such as a refresh with
   * `unauthorized_client` or 401. Only this check marks the client or registers it again. Never throws.
   */
  async suspect(client: RegisteredClient): Promise<void> {
    const { em, log } = this.#deps;
    try {
      const stored = await getStoredServer(em.fork(), client.serverId);
      if (stored.oauth2ClientId !== client.clientId) return;
      if (await this.#isStillRefused(stored)) await this.recordFailure(client, 'INVALID_CLIENT');
    } catch (error) {
      log.warn({ serverId: client.serverId, failure: describeFailure(error) }, 'OAuth client not checked');
    }
  }

  /** Clears the failure of a client that was accepted. Never throws: the tokens that it was given matter more. */
  async clearFailure({ serverId, clientId }: RegisteredClient): Promise<void> {
    const { em, log } = this.#deps;
    try {
      await em
        .fork()
        .nativeUpdate(
          McpServerConfig,
          { id: serverId, oauth2ClientId: clientId, oauth2ClientFailure: { $ne: null } },
          noClientFailure,
        );
    } catch (error) {
      log.warn({ serverId, failure: describeFailure(error) }, 'OAuth client failure could not be cleared');
    }
  }

  /** @returns true if the failure is new */
  async #mark(
    { serverId, clientId }: RegisteredClient,
    clientFailure: OAuth2ClientFailure,
  ): Promise<boolean> {
    const marked = await this.#deps.em.fork().nativeUpdate(
      McpServerConfig,
      {
        id: serverId,
        oauth2ClientId: clientId,
        $or: [{ oauth2ClientFailure: null }, { oauth2ClientFailure: { $ne: clientFailure } }],
      },
      { oauth2ClientFailure: clientFailure, oauth2ClientFailureAt: raw('now()') },
    );
    return marked > 0;
  }

  async #renew({ serverId, clientId }: RegisteredClient): Promise<void> {
    const { em } = this.#deps;
    const stored = await getStoredServer(em.fork(), serverId);
    if (stored.oauth2Registration !== 'DYNAMIC' || stored.oauth2ClientId !== clientId) return;
    const lease = await takeRegistrationLease(em, stored);
    // Another process renews the client, or has renewed it.
    if (!lease) return;
    try {
      if (!(await mayRenew(em, serverId))) return;
      // A temporary refusal must not cost users their accounts.
      if (await this.#isStillRefused(stored)) await this.#registerAgain(stored);
      else await this.clearFailure({ serverId, clientId });
    } finally {
      await lease.release();
    }
  }

  async #isStillRefused(stored: StoredServer): Promise<boolean> {
    const { em, vault, outbound } = this.#deps;
    const server = await loadOAuth2Client(em.fork(), vault, stored.id);
    if (server?.client.clientId !== stored.oauth2ClientId) return false;
    const { redirectUri, resource, client, compatibility } = server;
    const { isClientRefused } = await checkClient(
      client,
      { redirectUri, resource },
      oauth2Outbound(outbound, compatibility),
    );
    return isClientRefused;
  }

  async #registerAgain(stored: StoredServer): Promise<void> {
    const auth = authOf(stored);
    if (auth.authType !== 'OAUTH2') return;
    const { em, log } = this.#deps;
    const found = await setUpOAuth2(stored, auth, this.#deps);
    await applyRegistration(
      { ...this.#deps, em: em.fork() },
      { stored, found, action: 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED', viewer: null, accounts: 'END' },
      () => log.warn({ serverId: stored.id }, 'OAuth client forgotten by the provider; registered again'),
    );
  }
}

/** Counts a renewal. Called under the lease, so that of several processes one is allowed to renew. */
async function mayRenew(em: EntityManager, serverId: string): Promise<boolean> {
  const renewals = await em.fork().nativeUpdate(
    McpServerConfig,
    {
      id: serverId,
      $or: [
        { oauth2ClientRenewalAt: null },
        { oauth2ClientRenewalAt: { $lt: raw(`now() - interval '1 hour'`) } },
      ],
    },
    { oauth2ClientRenewalAt: raw('now()') },
  );
  return renewals > 0;
}
