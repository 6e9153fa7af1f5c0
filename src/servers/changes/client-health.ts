import { setTimeout as sleep } from 'node:timers/promises';
import { raw } from '@mikro-orm/core';
import { describeFailure } from '../../log.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import { withTimeLimit } from '../../time-limit.js';
import { noClientFailure } from '../settings/change-effects.js';
import {
  claimCheck,
  clearUnreturned,
  findClientManagement,
  findClientsToRenew,
  recordProof,
  replaceRegistrationToken,
  type RegisteredClient,
} from '../store/client-states.js';
import { McpServerConfig } from '../store/mcp-server-config.entity.js';
import { loadOAuth2Client, oauth2CallbackUrl, type OAuth2Server } from '../store/oauth2-client.js';
import { gatherEvidence, weigh, type ClientDoubt, type ClientEvidence } from './client-evidence.js';
import { renewClient, type ClientRenewalDeps } from './client-renewal.js';

export type { RegisteredClient } from '../store/client-states.js';

/**
 * The result of examining a client. USABLE: nothing proves that the provider has lost it. RENEWED: the server has another
 * client by now. REFUSED: the provider has lost it, and it could not be registered again.
 */
export type ClientStatus = 'USABLE' | 'RENEWED' | 'REFUSED';

export interface ClientExamination {
  status: ClientStatus;
  /** null if the server has another client by now, or its secret cannot be read. */
  evidence: ClientEvidence | null;
}

/** The time that a user waits for a check, before they are sent to the provider unchecked. */
const checkMs = 5_000;
/** The time that a user waits for a registration. */
const registrationMs = 20_000;
const pollMs = 200;

/** The number of clients that one run registers again before their secrets expire. */
const renewalsPerRun = 5;

/**
 * Records whether authorization servers accept the registered clients, for administrators to see. Only a check of the
 * client itself marks a client. A dynamically registered client that the provider has lost is registered again.
 */
export class ClientHealth {
  readonly #deps: ClientRenewalDeps;
  /** The examinations of this process, so that callers at the same time share one. */
  readonly #running = new Map<string, Promise<ClientExamination>>();

  constructor(deps: ClientRenewalDeps) {
    this.#deps = deps;
  }

  /**
   * Checks a client after a provider refused a request that may concern one user only, such as a refresh with
   * `invalid_client`, `unauthorized_client` or 401. All processes together check once a minute. Never throws.
   */
  async suspect(client: RegisteredClient): Promise<void> {
    try {
      if (await claimCheck(this.#deps.em, client)) await this.#examineOnce(client, {});
    } catch (error) {
      this.#warn(client, error);
    }
  }

  /**
   * Checks a client before a user is sent to the provider with it, and registers it again if the provider has lost it. An
   * inconclusive check, or one that takes longer than five seconds, stops no user. Never throws.
   */
  async checkBeforeConnecting(client: RegisteredClient, doubt: ClientDoubt): Promise<ClientStatus> {
    const limit = checkMs + registrationMs;
    const examination = this.#safely(client, this.#examineOnce(client, doubt));
    const { status } = await withTimeLimit(limit, examination, usable);
    if (doubt.isUnreturned) await clearUnreturned(this.#deps.em, client).catch(() => {});
    return status;
  }

  /**
   * Checks a client that the provider refused in a code exchange or a pushed authorization request (`invalid_client`). Never
   * throws.
   */
  async exchangeRefused(client: RegisteredClient): Promise<ClientStatus> {
    const examination = this.#safely(client, this.#examineOnce(client, { isExchangeRefused: true }));
    return (await examination).status;
  }

  /** Checks a client in every way, for a diagnosis. @throws errors of the database, DISCOVERY_FAILED, UnreadableSecret */
  async diagnose(client: RegisteredClient, signal: AbortSignal): Promise<ClientExamination> {
    return this.#examine(client, { isDiagnosed: true }, { asked: 'ALL', signal });
  }

  /** Records that the provider accepted the client. Never throws: the tokens that it was given matter more. */
  async recordSuccess(client: RegisteredClient): Promise<void> {
    const { em } = this.#deps;
    try {
      await recordProof(em, client);
      await this.#clearFailure(client);
    } catch (error) {
      this.#warn(client, error);
    }
  }

  /** Registers clients again whose secrets expire soon. @returns the number of clients that were registered */
  async renewExpiring(signal: AbortSignal): Promise<number> {
    const { em, log } = this.#deps;
    let renewed = 0;
    for (const client of await findClientsToRenew(em, renewalsPerRun)) {
      if (signal.aborted) break;
      try {
        if ((await renewClient(this.#deps, client, null)) === 'RENEWED') renewed += 1;
      } catch (error) {
        const failure = describeFailure(error);
        log.warn(
          { serverId: client.serverId, failure },
          'Expiring OAuth client could not be registered again',
        );
      }
    }
    return renewed;
  }

  async #safely(client: RegisteredClient, work: Promise<ClientExamination>): Promise<ClientExamination> {
    try {
      return await work;
    } catch (error) {
      this.#warn(client, error);
      return usable;
    }
  }

  #examineOnce(client: RegisteredClient, doubt: ClientDoubt): Promise<ClientExamination> {
    const key = JSON.stringify([client.serverId, client.clientId, doubt]);
    const running = this.#running.get(key);
    if (running) return running;
    const started = this.#examine(client, doubt).finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }

  async #examine(
    client: RegisteredClient,
    doubt: ClientDoubt,
    { asked = 'ENOUGH', signal }: { asked?: 'ENOUGH' | 'ALL'; signal?: AbortSignal } = {},
  ): Promise<ClientExamination> {
    const { em, vault, outbound, publicUrl } = this.#deps;
    const loaded = await loadOAuth2Client(em.fork(), vault, client.serverId);
    if (!loaded) return usable;
    if (loaded.client.clientId !== client.clientId) return { status: 'RENEWED', evidence: null };
    const server = { ...loaded, redirectUri: loaded.redirectUri || oauth2CallbackUrl(publicUrl, loaded.id) };
    const management = await findClientManagement(em.fork(), vault, client);
    const via = oauth2Outbound(outbound, server.compatibility);
    const observed = signal
      ? { ...via, fetch: (url: string, init?: RequestInit) => via.fetch(url, { ...init, signal }) }
      : via;
    const evidence = await gatherEvidence(server, management, observed, asked);
    const { newAccessToken } = evidence;
    if (newAccessToken !== null) await replaceRegistrationToken(em, vault, client, newAccessToken);
    const isSecretExpired = management?.isSecretExpired ?? false;
    const weight = weigh(evidence, { ...doubt, isSecretExpired });
    if (weight === 'LOST' || evidence.refusedAt.has('TOKEN')) await this.#mark(client);
    else await (evidence.isProved ? this.recordSuccess(client) : this.#clearFailure(client));
    if (weight === 'KEPT') return { status: 'USABLE', evidence };
    const status = await this.#renew(client, server, evidence);
    // A refusal of the authorization request alone stops no user.
    return { status: status === 'REFUSED' && weight === 'PROBABLY_LOST' ? 'USABLE' : status, evidence };
  }

  async #renew(
    client: RegisteredClient,
    server: OAuth2Server,
    evidence: ClientEvidence,
  ): Promise<ClientStatus> {
    const deadline = performance.now() + registrationMs;
    for (;;) {
      try {
        const result = await renewClient(this.#deps, client, { server, evidence });
        if (result === 'RENEWED') return 'RENEWED';
        if (result === 'NOT_BETTER') {
          await this.#clearFailure(client);
          return 'USABLE';
        }
        if (result !== 'BUSY' || performance.now() > deadline) return 'REFUSED';
      } catch (error) {
        const failure = describeFailure(error);
        this.#deps.log.error(
          { serverId: client.serverId, failure },
          'OAuth client could not be registered again',
        );
        return 'REFUSED';
      }
      await sleep(pollMs);
    }
  }

  async #mark({ serverId, clientId }: RegisteredClient): Promise<void> {
    const marked = await this.#deps.em
      .fork()
      .nativeUpdate(
        McpServerConfig,
        { id: serverId, oauth2ClientId: clientId, oauth2ClientFailure: null },
        { oauth2ClientFailure: 'INVALID_CLIENT', oauth2ClientFailureAt: raw('now()') },
      );
    if (marked > 0) this.#deps.log.error({ serverId }, 'OAuth client refused by the authorization server');
  }

  async #clearFailure({ serverId, clientId }: RegisteredClient): Promise<void> {
    await this.#deps.em
      .fork()
      .nativeUpdate(
        McpServerConfig,
        { id: serverId, oauth2ClientId: clientId, oauth2ClientFailure: { $ne: null } },
        noClientFailure,
      );
  }

  #warn({ serverId }: RegisteredClient, error: unknown): void {
    this.#deps.log.warn({ serverId, failure: describeFailure(error) }, 'OAuth client not checked');
  }
}

const usable: ClientExamination = { status: 'USABLE', evidence: null };
