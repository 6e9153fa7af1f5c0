import type { EntityManager } from '@mikro-orm/postgresql';
import { background } from '../../audit/record-audit-event.js';
import { describeFailure } from '../../log.js';
import { checkClient, isClientRefused } from '../../oauth2/requests/client-check.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import type { OAuth2ClientFailure } from '../store/mcp-server-config.entity.js';
import { loadOAuth2Client } from '../store/oauth2-client.js';
import { oauth2Of } from '../settings/oauth2-settings.js';
import { setUpOAuth2 } from './discover.js';
import { takeRegistrationLease } from './registration-lease.js';
import { authColumns, invalidatesAccounts, noClientFailure } from '../settings/server-change.js';
import { changedMeanwhile } from './conflicts.js';
import { writeServer } from './edit.js';
import { recordServerWrite } from './server-audit.js';
import type { ServersDeps } from './servers-deps.js';
import { getStoredServer, lockStoredServer, type StoredServer } from '../store/stored-server.js';

/** Which of a server's clients an authorization server has judged: it may have another one by now. */
export interface ServerClient {
  serverId: string;
  clientId: string;
}

/** `em` is the global entity manager: what is begun here outlives the request. */
export type ClientHealthDeps = Omit<ServersDeps, 'viewer' | 'discoveryLimit'>;

/**
 * What authorization servers make of the clients that are registered with them. One that is refused is marked, for
 * administrators to see. One that registered itself, and is refused again when it is checked, is registered anew: by
 * one of all processes, and at most once an hour, so that a provider that forgets every client is not flooded.
 */
export class ClientHealth {
  readonly #deps: ClientHealthDeps;

  constructor(deps: ClientHealthDeps) {
    this.#deps = deps;
  }

  /** Marks the server, and registers the client anew where that is ours to do. Never throws. */
  async refused(client: ServerClient, problem: OAuth2ClientFailure): Promise<void> {
    const { log } = this.#deps;
    const about = { serverId: client.serverId, problem };
    try {
      if (await this.#mark(client, problem)) {
        log.error(about, 'The authorization server of an MCP server does not take this client any more.');
      }
      if (problem === 'INVALID_CLIENT') await this.#renew(client);
    } catch (error) {
      log.error({ ...about, failure: describeFailure(error) }, 'This client could not be registered again.');
    }
  }

  /** Takes the mark away from a client that works. Never throws: the tokens that showed it matter more. */
  async accepted({ serverId, clientId }: ServerClient): Promise<void> {
    const { em, log } = this.#deps;
    try {
      await em.fork().execute(
        `update mcp_server_configs set oauth2_client_failure = null, oauth2_client_failure_at = null
         where id = ? and oauth2_client_id = ? and oauth2_client_failure is not null`,
        [serverId, clientId],
        'run',
      );
    } catch (error) {
      const about = { serverId: serverId, failure: describeFailure(error) };
      log.warn(about, 'That a client is taken again could not be stored.');
    }
  }

  /** @returns whether it is news. */
  async #mark({ serverId, clientId }: ServerClient, problem: OAuth2ClientFailure): Promise<boolean> {
    const marked = await this.#deps.em.fork().execute<unknown[]>(
      `update mcp_server_configs set oauth2_client_failure = ?, oauth2_client_failure_at = now()
       where id = ? and oauth2_client_id = ? and oauth2_client_failure is distinct from ? returning id`,
      [problem, serverId, clientId, problem],
    );
    return marked.length > 0;
  }

  async #renew({ serverId, clientId }: ServerClient): Promise<void> {
    const { em } = this.#deps;
    const stored = await getStoredServer(em.fork(), serverId);
    if (stored.oauth2Registration !== 'DYNAMIC' || stored.oauth2ClientId !== clientId) return;
    const lease = await takeRegistrationLease(em, stored);
    // Somebody else is at it, or has done it already.
    if (!lease) return;
    try {
      if (!(await mayRenew(em, serverId))) return;
      // A refusal that was a passing one must cost nobody their connection.
      if (await this.#isStillRefused(stored)) await this.#registerAgain(stored);
      else await this.accepted({ serverId, clientId });
    } finally {
      await lease.release();
    }
  }

  async #isStillRefused(stored: StoredServer): Promise<boolean> {
    const { em, vault, outbound } = this.#deps;
    const server = await loadOAuth2Client(em.fork(), vault, stored.id);
    if (server?.client.clientId !== stored.oauth2ClientId) return false;
    const { redirectUri, resource, client, compatibility } = server;
    const { verdict } = await checkClient(
      client,
      { redirectUri, resource },
      oauth2Outbound(outbound, compatibility),
    );
    return isClientRefused(verdict);
  }

  async #registerAgain(stored: StoredServer): Promise<void> {
    const { em, accountEnding, log } = this.#deps;
    const auth = {
      authType: 'OAUTH2',
      ...(await setUpOAuth2(stored, oauth2Of(stored), this.#deps)),
    } as const;
    const dropped = await em.fork().transactional(async (em) => {
      const locked = await lockStoredServer(em, stored.id);
      if (locked.version !== stored.version) throw changedMeanwhile();
      const columns = { ...authColumns(auth), ...noClientFailure };
      const dropped = invalidatesAccounts(locked, columns)
        ? await accountEnding.endForServer(em, locked.id)
        : null;
      await writeServer(em, { ...this.#deps, updatedBy: locked.updatedBy }, locked, columns, auth);
      await recordServerWrite(em, {
        action: 'MCP_SERVER_OAUTH2_CLIENT_REGISTERED',
        actor: background,
        id: locked.id,
        before: locked,
        columns,
        auth,
        disconnected: dropped?.count ?? 0,
      });
      return dropped;
    });
    log.warn({ serverId: stored.id }, 'The provider had forgotten this client; it is registered anew.');
    await dropped?.revoke();
  }
}

/** Under the lease, so that of several processes one is told yes. */
async function mayRenew(em: EntityManager, serverId: string): Promise<boolean> {
  const rows = await em.fork().execute<unknown[]>(
    `update mcp_server_configs set oauth2_client_renewal_at = now()
     where id = ? and (oauth2_client_renewal_at is null or oauth2_client_renewal_at < now() - interval '1 hour')
     returning id`,
    [serverId],
  );
  return rows.length > 0;
}
