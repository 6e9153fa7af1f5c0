import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { describeFailure, type Logger } from '../../log.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import type { BackOff } from '../../database/back-off.js';
import type { OAuth2Client } from '../../oauth2/client.js';
import { compatibilityOf } from '../../oauth2/compatibility.js';
import { answersWithMetadata } from '../../oauth2/discovery/authorization-server-metadata.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import {
  refreshTokens,
  type RefreshFailure,
  type RefreshFailureOutcome,
} from '../../oauth2/requests/refresh.js';
import type { TokenSet } from '../../oauth2/requests/tokens.js';
import { UnreadableSecret, type Vault } from '../../secrets/vault.js';
import type { ClientHealth, RegisteredClient } from '../../servers/changes/client-health.js';
import { openOAuth2Client } from '../../servers/store/oauth2-client.js';
import { secretPlace } from '../../servers/store/server-secrets.js';
import { unreadableClientSecret } from '../../servers/store/server-errors.js';
import { withTimeLimit } from '../../time-limit.js';
import {
  coversRequest,
  findLeaseState,
  leaseMs,
  refreshLeases,
  storingMs,
  takeRefreshLease,
  type RefreshLease,
} from './refresh-lease.js';
import { postponeRefresh, storeRefreshed, type PostponedRefresh } from './refresh-outcome.js';
import type { Revocations } from '../revoke/revocations.js';
import { sealTokens, tokenPlaces, type AccountToken } from '../store/account-tokens.js';
import type { ConnectedAccountFailureCode } from '../store/connected-account.entity.js';
import { endAccount } from '../store/end-accounts.js';

export interface TokenRefreshesDeps {
  /** The global entity manager: a refresh outlives the request that began it. */
  em: EntityManager;
  vault: Vault;
  outbound: GuardedFetch;
  revocations: Revocations;
  clientHealth: ClientHealth;
  log: Logger;
}

/** After a failure that may pass by itself. */
const whileUnavailable: BackOff = { first: 2, longest: 300 };
/** After a refusal that the user or an administrator can resolve, at any time. */
const whileRefused: BackOff = { first: 30, longest: 300 };

/** The stored codes of failures that keep the tokens. */
const failureCodes = {
  invalid_client: 'INVALID_CLIENT',
  unauthorized_client: 'REFUSED_BY_PROVIDER',
  refused: 'REFUSED_BY_PROVIDER',
  failing: 'PROVIDER_UNAVAILABLE',
  temporary: 'PROVIDER_UNAVAILABLE',
  lost: 'ANSWER_LOST',
  unusable: 'REFUSED_BY_PROVIDER',
} as const satisfies Record<Exclude<RefreshFailureOutcome, 'invalid_grant'>, ConnectedAccountFailureCode>;

/** The outcomes that definitely refuse the refresh, whatever the provider's reason is. */
const definite: ReadonlySet<RefreshFailureOutcome> = new Set([
  'invalid_client',
  'unauthorized_client',
  'refused',
]);
/** The refreshes that a provider fails at with an OAuth error, until this counts as a refusal. */
const mostServerErrors = 3;

const refusedByFailing =
  'The provider repeatedly failed when it was asked for a new token, and otherwise works. Connect again.';

/** A failure before a request was sent. */
const ownFailure = {
  retryAfter: null,
  oauth2Error: '',
  remoteMessage: '',
  httpStatus: null,
  isDefinite: false,
  isServerError: false,
} as const;

/** The timeout of reading metadata during a lease. */
const metadataMs = 5_000;

const pollMs = { shortest: 50, longest: 250 };

/**
 * This process's refreshes. Of all processes that share the database, at most one at a time refreshes an account. It holds
 * no connection, lock or transaction during the request. A refresh that was sent is always completed, even if no caller
 * waits for it any longer.
 */
export class TokenRefreshes {
  readonly #deps: TokenRefreshesDeps;
  readonly #running = new Map<string, Promise<void>>();
  #isClosing = false;

  constructor(deps: TokenRefreshesDeps) {
    this.#deps = deps;
  }

  /**
   * Refreshes a token, or waits until another process has done so. Returns after success and after failure; the account's
   * row tells which. This may take longer than `leaseMs`, so callers limit their own waiting.
   * @throws UnreadableSecret when no key of the ring opens the refresh token. No request was sent then.
   */
  refresh(token: AccountToken): Promise<void> {
    const key = `${token.id} ${token.generation}`;
    const running = this.#running.get(key);
    if (running) return running;
    const started = this.#refreshOrWait(token).finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    // The callers handle a rejection. When none waits any longer, it must not end the process.
    started.catch(() => {});
    return started;
  }

  /** Starts no more refreshes, and returns when the outcomes of those in progress are stored. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled(this.#running.values());
  }

  async #refreshOrWait(token: AccountToken): Promise<void> {
    const { em } = this.#deps;
    const deadline = performance.now() + leaseMs;
    while (!this.#isClosing && performance.now() < deadline) {
      const lease = await takeRefreshLease(em, token);
      if (lease) return this.#refreshLeased(lease);
      let state = await findLeaseState(em, token);
      while (state === 'HELD' && !this.#isClosing && performance.now() < deadline) {
        await sleep(pollMs.shortest + Math.random() * (pollMs.longest - pollMs.shortest));
        state = await findLeaseState(em, token);
      }
      if (state === 'SETTLED') return;
    }
  }

  async #refreshLeased(lease: RefreshLease): Promise<void> {
    const { em, outbound, revocations, clientHealth } = this.#deps;
    let secrets: OpenedSecrets;
    try {
      secrets = await this.#open(lease);
      if (!coversRequest(lease)) return await refreshLeases.release(em, lease.id, lease);
    } catch (error) {
      await refreshLeases.release(em, lease.id, lease);
      throw error;
    }
    const { client, refreshToken } = secrets;
    if (client === null) {
      const { message } = unreadableClientSecret();
      return this.#postpone(lease, { ...ownFailure, code: 'CLIENT_SECRET_UNREADABLE', reason: message });
    }
    const { resource: rule, scopeSeparator, tokenType } = compatibilityOf(lease.activeSettings);
    // The account keeps the resource that it was authorized for. The compatibility setting OMIT leaves it out.
    const resource = rule === 'OMIT' ? '' : lease.resource;
    const request = { refreshToken, resource, scopeSeparator, tokenType };
    const outcome = await refreshTokens(client, request, oauth2Outbound(outbound, client));
    if (outcome.outcome !== 'success') return this.#record(lease, outcome);
    const { tokens } = outcome;
    const isKept = await this.#keep(lease, tokens);
    await clientHealth.recordSuccess(clientOf(lease));
    if (isKept) return;
    // The account was disconnected, deleted or disabled during the request.
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

  /** @returns false when the account is gone, so that the tokens must be revoked. */
  async #keep(lease: RefreshLease, tokens: TokenSet): Promise<boolean> {
    const { em, vault, log } = this.#deps;
    const sealed = { ...tokens, ...(await sealTokens(vault, lease.id, tokens)) };
    const stored = await this.#untilLeaseEnds(lease, () => storeRefreshed(em, lease, sealed));
    log.debug({ ...about(lease), stored }, 'Account refreshed');
    return stored !== 'GONE';
  }

  async #record(lease: RefreshLease, failure: RefreshFailure): Promise<void> {
    const { em, log, clientHealth } = this.#deps;
    const { outcome, message: reason, retryAfter, oauth2Error, remoteMessage, httpStatus } = failure;
    const answer = { oauth2Error, remoteMessage, httpStatus };
    if (outcome === 'invalid_grant') {
      const ended = await this.#untilLeaseEnds(lease, () =>
        em.fork().transactional((tx) => endAccount(tx, lease, { code: 'INVALID_GRANT', reason, ...answer })),
      );
      if (ended) log.info(about(lease), 'Account ended: the authorization server refused the refresh token');
      return;
    }
    const isServerError = outcome === 'failing';
    const isRefusal = isServerError && (await this.#refusesByFailing(lease));
    await this.#postpone(lease, {
      ...answer,
      code: isRefusal ? 'REFUSED_BY_PROVIDER' : failureCodes[outcome],
      reason: isRefusal ? refusedByFailing : reason,
      retryAfter,
      isDefinite: isRefusal || definite.has(outcome),
      isServerError,
    });
    // One user's refusal is not the client's, so only a check of the client marks it.
    if (outcome === 'invalid_client' || outcome === 'unauthorized_client') {
      await clientHealth.suspect(clientOf(lease));
    }
  }

  /**
   * Tells whether repeated failures of the token endpoint count as a refusal: the rest of the provider works. Without
   * discovered metadata, the token endpoint's own answer is all that can be known of that.
   */
  async #refusesByFailing(lease: RefreshLease): Promise<boolean> {
    const { outbound } = this.#deps;
    if (lease.serverErrors + 1 < mostServerErrors) return false;
    if (lease.metadata === null) return true;
    const compatibility = compatibilityOf(lease.activeSettings);
    const reading = answersWithMetadata(lease.metadata, oauth2Outbound(outbound, compatibility));
    const timeLeft = Math.max(0, lease.endsAt - performance.now() - storingMs / 2);
    return withTimeLimit(Math.min(metadataMs, timeLeft), reading, false);
  }

  async #postpone(lease: RefreshLease, failure: Omit<PostponedRefresh, 'backOff'>): Promise<void> {
    const { em, log } = this.#deps;
    const { code, reason } = failure;
    log.warn({ ...about(lease), code, reason }, 'Refresh failed; the tokens are kept');
    const isPassing = code === 'PROVIDER_UNAVAILABLE' || code === 'ANSWER_LOST';
    const backOff = isPassing ? whileUnavailable : whileRefused;
    await this.#untilLeaseEnds(lease, () => postponeRefresh(em, lease, { ...failure, backOff }));
  }

  /** Stores an outcome even if the database fails repeatedly, because the authorization server cannot undo it. */
  async #untilLeaseEnds<Result>(lease: RefreshLease, store: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await store();
      } catch (error) {
        if (performance.now() >= lease.endsAt) throw error;
        const failure = describeFailure(error);
        this.#deps.log.warn(
          { ...about(lease), failure },
          'Refresh outcome could not be stored; trying again',
        );
        await sleep(pollMs.longest);
      }
    }
  }
}

interface OpenedSecrets {
  refreshToken: string;
  /** null: no key opens its secret. */
  client: OAuth2Client | null;
}

function clientOf({ serverId, clientId }: RefreshLease): RegisteredClient {
  return { serverId, clientId };
}

function about({ serverId, userId }: RefreshLease) {
  return { serverId, userId };
}
