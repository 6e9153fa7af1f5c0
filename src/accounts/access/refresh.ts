import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { describeFailure, type Logger } from '../../log.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import type { OAuth2Client } from '../../oauth2/client.js';
import { compatibilityOf } from '../../oauth2/compatibility.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import { refreshTokens, type RefreshResult } from '../../oauth2/requests/refresh.js';
import type { TokenSet } from '../../oauth2/requests/tokens.js';
import { UnreadableSecret, type Vault } from '../../secrets/vault.js';
import type { ClientHealth, RegisteredClient } from '../../servers/changes/client-health.js';
import { openOAuth2Client } from '../../servers/store/oauth2-client.js';
import { secretPlace } from '../../servers/store/server-secrets.js';
import { unreadableClientSecret } from '../../servers/store/server-errors.js';
import {
  coversRequest,
  findLeaseState,
  leaseMs,
  releaseRefreshLease,
  takeRefreshLease,
  type AccountToken,
  type RefreshLease,
} from './refresh-lease.js';
import {
  endAccount,
  postponeRefresh,
  sealRefreshed,
  storeRefreshed,
  type BackOff,
  type RefreshedTokens,
} from './refresh-outcome.js';
import type { Revocations } from '../revoke/revocations.js';
import type { ConnectedAccountFailureCode } from '../store/connected-account.entity.js';
import { tokenPlaces } from '../store/account-tokens.js';

export interface TokenRefreshesDeps {
  /** The global entity manager: a refresh outlives the request that began it. */
  em: EntityManager;
  vault: Vault;
  outbound: GuardedFetch;
  revocations: Revocations;
  clientHealth: ClientHealth;
  log: Logger;
}

/** A provider in trouble is asked again soon, and ever less often. */
const whileUnavailable: BackOff = { first: 2, longest: 300 };
/** A no that only an administrator can change, who may do so at any time. */
const whileRefused: BackOff = { first: 30, longest: 300 };

type FailedRefresh = Exclude<RefreshResult, { outcome: 'success' }>;

/** As what a failure that keeps the tokens is stored. */
const failureCodes = {
  invalid_client: 'INVALID_CLIENT',
  unauthorized_client: 'INVALID_CLIENT',
  temporary: 'PROVIDER_UNAVAILABLE',
  lost: 'ANSWER_LOST',
  refused: 'REFUSED_BY_PROVIDER',
} as const satisfies Record<Exclude<FailedRefresh['outcome'], 'invalid_grant'>, ConnectedAccountFailureCode>;

const pollMs = { shortest: 50, longest: 250 };

/**
 * This process's refreshes. For each of a grant's tokens the provider is asked at most once at a time, by one of all
 * processes that share the database. Nothing is held while it is asked: no connection, no lock, no transaction. A
 * refresh that was sent is finished, whoever still waits for it.
 */
export class TokenRefreshes {
  readonly #deps: TokenRefreshesDeps;
  readonly #running = new Map<string, Promise<void>>();
  #isClosing = false;

  constructor(deps: TokenRefreshesDeps) {
    this.#deps = deps;
  }

  /**
   * Sees to it that these tokens are refreshed, by this process or by another, and returns when that has succeeded or
   * failed: the grant's row tells. It may take `leaseMs` and more; callers bound their own waiting.
   * @throws UnreadableSecret when no key of the ring opens the refresh token. The provider was not asked then.
   */
  refresh(token: AccountToken): Promise<void> {
    const key = `${token.id} ${token.generation}`;
    const running = this.#running.get(key);
    if (running) return running;
    const started = this.#settle(token).finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    // Whoever waits hears of it; that nobody may be waiting any more is no reason to end the process.
    started.catch(() => {});
    return started;
  }

  /** Begins nothing more, and returns once what was sent has been answered and stored. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled(this.#running.values());
  }

  async #settle(token: AccountToken): Promise<void> {
    const { em } = this.#deps;
    const giveUpAt = performance.now() + leaseMs;
    while (!this.#isClosing && performance.now() < giveUpAt) {
      const lease = await takeRefreshLease(em, token);
      if (lease) return this.#ask(lease);
      let state = await findLeaseState(em, token);
      while (state === 'HELD' && !this.#isClosing && performance.now() < giveUpAt) {
        await sleep(pollMs.shortest + Math.random() * (pollMs.longest - pollMs.shortest));
        state = await findLeaseState(em, token);
      }
      if (state === 'SETTLED') return;
    }
  }

  async #ask(lease: RefreshLease): Promise<void> {
    const { em, outbound, revocations, clientHealth } = this.#deps;
    let secrets: OpenedSecrets;
    try {
      secrets = await this.#open(lease);
      if (!coversRequest(lease)) return await releaseRefreshLease(em, lease);
    } catch (error) {
      await releaseRefreshLease(em, lease);
      throw error;
    }
    const { client, refreshToken } = secrets;
    if (client === null) {
      const { message } = unreadableClientSecret();
      return this.#postpone(lease, { code: 'CLIENT_SECRET_UNREADABLE', reason: message });
    }
    const { resource: rule, scopeSeparator } = compatibilityOf(lease.activeSettings);
    // A grant stays for what it was given for, but where a provider wants to hear of no resource it hears of none.
    const resource = rule === 'OMIT' ? '' : lease.resource;
    const request = { refreshToken, resource, scopeSeparator };
    const outcome = await refreshTokens(client, request, oauth2Outbound(outbound, client));
    if (outcome.outcome !== 'success') return this.#record(lease, outcome);
    const { tokens } = outcome;
    const isKept = await this.#keep(lease, tokens);
    if (lease.hasClientFailure) await clientHealth.clearFailure(clientOf(lease));
    if (isKept) return;
    // Disconnected, deleted or disabled meanwhile: what came after that is given back.
    await revocations.release({ ...about(lease), client, tokens });
  }

  async #open(lease: RefreshLease): Promise<OpenedSecrets> {
    const { vault } = this.#deps;
    const refreshToken = await vault.open(lease.sealedRefreshToken, tokenPlaces(lease.id).refreshToken);
    const { acceptsPlainHttp } = compatibilityOf(lease.activeSettings);
    try {
      const place = secretPlace('oauth2_client_secret', lease.serverId);
      const client = await openOAuth2Client(vault, { ...lease, acceptsPlainHttp }, place);
      return { refreshToken, client };
    } catch (error) {
      if (error instanceof UnreadableSecret) return { refreshToken, client: null };
      throw error;
    }
  }

  /** @returns false when nobody wants the new tokens any more. */
  async #keep(lease: RefreshLease, tokens: TokenSet): Promise<boolean> {
    const { em, vault, log } = this.#deps;
    const sealed: RefreshedTokens = await sealRefreshed(vault, lease.id, tokens);
    const stored = await this.#untilLeaseEnds(lease, () => storeRefreshed(em, lease, sealed));
    log.debug({ ...about(lease), stored }, 'A connection was refreshed.');
    return stored !== 'GONE';
  }

  async #record(lease: RefreshLease, failure: FailedRefresh): Promise<void> {
    const { em, log, clientHealth } = this.#deps;
    const { outcome, message: reason } = failure;
    if (outcome === 'invalid_grant') {
      const ended = await this.#untilLeaseEnds(lease, () => endAccount(em, lease, reason));
      if (ended) log.info(about(lease), 'The provider has ended a connection: it has to be connected again.');
      return;
    }
    const retryAfter = outcome === 'temporary' ? failure.retryAfter : null;
    await this.#postpone(lease, { code: failureCodes[outcome], reason, retryAfter });
    if (outcome === 'invalid_client') await clientHealth.recordFailure(clientOf(lease), 'INVALID_CLIENT');
    if (outcome === 'unauthorized_client')
      await clientHealth.recordFailure(clientOf(lease), 'UNAUTHORIZED_CLIENT');
  }

  async #postpone(
    lease: RefreshLease,
    failure: { code: ConnectedAccountFailureCode; reason: string; retryAfter?: number | null },
  ): Promise<void> {
    const { em, log } = this.#deps;
    const { code, reason, retryAfter = null } = failure;
    log.warn({ ...about(lease), code, reason }, 'A connection could not be refreshed; its tokens are kept.');
    const isPassing = code === 'PROVIDER_UNAVAILABLE' || code === 'ANSWER_LOST';
    const postponement = { code, reason, retryAfter, backOff: isPassing ? whileUnavailable : whileRefused };
    await this.#untilLeaseEnds(lease, () => postponeRefresh(em, lease, postponement));
  }

  /** What the provider has done cannot be undone, so what it answered is stored however often the database fails. */
  async #untilLeaseEnds<Result>(lease: RefreshLease, store: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await store();
      } catch (error) {
        if (performance.now() >= lease.endsAt) throw error;
        const failure = describeFailure(error);
        this.#deps.log.warn({ ...about(lease), failure }, 'A refresh could not be stored; trying again.');
        await sleep(pollMs.longest);
      }
    }
  }
}

interface OpenedSecrets {
  refreshToken: string;
  /** null: its secret cannot be read. */
  client: OAuth2Client | null;
}

function clientOf({ serverId, clientId }: RefreshLease): RegisteredClient {
  return { serverId: serverId, clientId };
}

function about({ serverId, userId }: RefreshLease) {
  return { serverId, userId };
}
