import type { EntityManager } from '@mikro-orm/postgresql';
import type { RevocationOutcome } from '../../identity/account-ending.js';
import { describeFailure, type Logger } from '../../log.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import type { OAuth2Client } from '../../oauth2/client.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import {
  remainingAccessToken,
  revokeToken,
  type RevocationResult,
  type TokenTypeHint,
} from '../../oauth2/requests/revocation.js';
import { UnreadableSecret, type Place, type Vault } from '../../secrets/vault.js';
import { openOAuth2Client } from '../../servers/store/oauth2-client.js';
import { withTimeLimit } from '../../time-limit.js';
import {
  coversRequest,
  revocationLeases,
  claimDueRevocation,
  claimFreshRevocation,
  claimRevocation,
  type RevocationLease,
} from './revocation-lease.js';
import {
  deleteRevocation,
  enqueueRevocations,
  findPendingRevocations,
  giveUpOldRevocations,
  giveUpRevocation,
  postponeRevocation,
  revocationPlaces,
  storeRefreshTokenRevoked,
  type EnqueuedRevocation,
  type RevocableAccount,
} from './revocation-outbox.js';

export interface RevocationsDeps {
  /** The global entity manager: a revocation outlives the request that began it. */
  em: EntityManager;
  vault: Vault;
  outbound: GuardedFetch;
  log: Logger;
}

/** The number of concurrent attempts, for example when a server with many accounts is deleted. */
const maxConcurrent = 8;
/** The time that the request which ended an account waits for the provider. */
const waitMs = 3_000;

/** The result of an attempt. `remark` and `error` are free of text from a remote party. */
type Attempt = { result: 'revoked'; remark?: string } | { result: 'pending' | 'failed'; error: string };

const notYet = 'The provider has not confirmed it yet. Switchboard asks again until it does.';
const unconfirmed: Attempt = { result: 'pending', error: notYet };

const issuedToReplacedClient =
  'The tokens were issued to an earlier registration of Switchboard at the provider, which has been replaced. Only that one could have revoked them for certain. They were deleted here, but may remain valid until they expire or you remove the access in your account settings at the provider.';

const unreadable =
  'The tokens to revoke cannot be read. SWITCHBOARD_ENCRYPTION_KEYS may lack the key that they were sealed with.';

/**
 * Works on the outbox of revocations (RFC 7009). All processes that share the database work on it, each row in at most one
 * of them at a time. It holds no connection, lock or transaction during a request.
 */
export class Revocations {
  readonly #deps: RevocationsDeps;
  readonly #running = new Set<Promise<unknown>>();
  #isClosing = false;

  constructor(deps: RevocationsDeps) {
    this.#deps = deps;
  }

  /** Calls `enqueueRevocations` with this process's keys. */
  enqueue(tx: EntityManager, accounts: readonly RevocableAccount[]): Promise<EnqueuedRevocation[]> {
    return enqueueRevocations(tx, this.#deps.vault, accounts);
  }

  /**
   * Makes the first attempt at enqueued revocations. Call it after the commit. Returns within a few seconds. Attempts that
   * the providers have not confirmed by then count as pending, and go on. Never throws.
   */
  async attempt(enqueued: readonly EnqueuedRevocation[]): Promise<RevocationOutcome> {
    const attempts = new Map<string, Attempt>(
      enqueued.map(({ id, givenUp }) => [
        id,
        givenUp === null ? unconfirmed : { result: 'failed', error: givenUp },
      ]),
    );
    const attemptable = enqueued.filter(({ givenUp }) => givenUp === null);
    // All workers share one iterator.
    const rest = attemptable.values();
    const work = async () => {
      for (const { id } of rest) {
        if (this.#isClosing) return;
        attempts.set(id, await this.#attemptFresh(id));
      }
    };
    const workers = Array.from({ length: Math.min(attemptable.length, maxConcurrent) }, work);
    await withTimeLimit(waitMs, this.#track(Promise.all(workers)), undefined);
    return summaryOf([...attempts.values()]);
  }

  /**
   * Revokes tokens that were issued to an account which has ended meanwhile, and returns as `attempt` does. If they cannot
   * be enqueued, asks the provider once. Never throws.
   */
  async release(account: RevocableAccount): Promise<RevocationOutcome> {
    let enqueued: EnqueuedRevocation[];
    try {
      enqueued = await this.enqueue(this.#deps.em.fork(), [account]);
    } catch (error) {
      this.#warn(account, { failure: describeFailure(error) });
      return summaryOf([await this.#track(this.#revokeOnce(account))]);
    }
    return this.attempt(enqueued);
  }

  /**
   * Attempts a user's pending revocations at a server's client, due or not. Call it before the user authorizes that client
   * again, because many providers would end the new authorization with a later revocation. Returns within a few seconds.
   * Never throws.
   */
  async attemptBeforeConnecting(owner: { userId: string; serverId: string }): Promise<void> {
    const work = async () => {
      for (const id of await findPendingRevocations(this.#deps.em, owner)) {
        const lease = this.#isClosing ? null : await claimRevocation(this.#deps.em, id);
        if (lease) await this.#attemptLeased(lease);
      }
    };
    await withTimeLimit(waitMs, this.#track(work().catch((error) => this.#warnNotStarted(error))), undefined);
  }

  /**
   * Attempts all due revocations, then marks those as given up that have failed for seven days. When `signal` aborts, it
   * ends after the attempts in progress.
   * @returns the number of attempts
   * @throws errors of the database; a revocation that fails does not stop the others
   */
  async workDue(signal: AbortSignal): Promise<number> {
    const { em, log } = this.#deps;
    const running = new Set<Promise<unknown>>();
    let attempts = 0;
    for (;;) {
      const isOver = this.#isClosing || signal.aborted;
      const lease = isOver ? null : await claimDueRevocation(em);
      if (!lease) break;
      attempts += 1;
      const attempt: Promise<unknown> = this.#track(this.#attemptLeased(lease)).then(() =>
        running.delete(attempt),
      );
      running.add(attempt);
      if (running.size >= maxConcurrent) await Promise.race(running);
    }
    await Promise.all(running);
    if (this.#isClosing || signal.aborted) return attempts;
    const givenUp = await giveUpOldRevocations(em);
    if (givenUp > 0) log.warn({ givenUp }, 'Revocations given up after failing for seven days');
    return attempts;
  }

  /** Starts no more attempts, and returns when those in progress have ended. The rest stays in the outbox. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled(this.#running);
  }

  #track<Result>(work: Promise<Result>): Promise<Result> {
    const tracked: Promise<Result> = work.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
    return tracked;
  }

  async #attemptFresh(id: string): Promise<Attempt> {
    try {
      const lease = await claimFreshRevocation(this.#deps.em, id);
      // Another process has the lease, or the provider has just refused another revocation.
      return lease ? await this.#attemptLeased(lease) : unconfirmed;
    } catch (error) {
      this.#warnNotStarted(error);
      return unconfirmed;
    }
  }

  /** Never throws. A revocation whose outcome cannot be stored is due again when the lease expires. */
  async #attemptLeased(lease: RevocationLease): Promise<Attempt> {
    try {
      return await this.#revoke(lease);
    } catch (error) {
      const isUnreadable = error instanceof UnreadableSecret;
      const reason = isUnreadable ? unreadable : notYet;
      this.#warn(lease, { failure: describeFailure(error) });
      await this.#postpone(lease, { message: reason, retryAfter: null }).catch(() => {});
      return { result: 'pending', error: reason };
    }
  }

  /**
   * Revokes the refresh token first, because that usually revokes the access token too (RFC 7009 section 2.1). Then a
   * provider that does not revoke the access token leaves a remark. Nothing renews that token.
   */
  async #revoke(lease: RevocationLease): Promise<Attempt> {
    const { em, outbound, log } = this.#deps;
    const { client, tokens } = await this.#open(lease);
    let refusal = lease.issuedToOther ? issuedToReplacedClient : '';
    let remark: string | undefined;
    let isRefreshTokenRevoked = lease.refreshTokenRevoked;
    for (const hint of ['refresh_token', 'access_token'] as const) {
      const token = tokens[hint];
      if (token === null) continue;
      if (this.#isClosing || !coversRequest(lease)) {
        await revocationLeases.release(em, lease.id, lease);
        return unconfirmed;
      }
      const answer = await revokeToken(client, token, hint, oauth2Outbound(outbound, client));
      if (lease.issuedToOther && answer.outcome !== 'unavailable') continue;
      if (leavesAccessToken(answer, hint, isRefreshTokenRevoked)) remark = remainingAccessToken;
      else if (answer.outcome === 'unsupported') refusal = answer.message;
      else if (answer.outcome !== 'revoked') return this.#postpone(lease, answer);
      else if (hint === 'refresh_token') {
        isRefreshTokenRevoked = true;
        await storeRefreshTokenRevoked(em, lease);
      }
    }
    if (refusal !== '') {
      await giveUpRevocation(em, lease, refusal);
      this.#warn(lease, { reason: refusal });
      return { result: 'failed', error: refusal };
    }
    await deleteRevocation(em, lease);
    log.info({ ...about(lease), remark }, 'Tokens revoked');
    return { result: 'revoked', ...(remark !== undefined && { remark }) };
  }

  async #postpone(
    lease: RevocationLease,
    failure: { outcome?: string; message: string; retryAfter?: number | null },
  ): Promise<Attempt> {
    const { message: reason, retryAfter = null } = failure;
    await postponeRevocation(this.#deps.em, lease, {
      reason,
      retryAfter,
      isUnavailable: failure.outcome === 'unavailable',
    });
    this.#warn(lease, { reason });
    return { result: 'pending', error: reason };
  }

  async #open(lease: RevocationLease): Promise<OpenedRevocation> {
    const places = revocationPlaces(lease.id);
    const open = async (sealed: string | null, place: Place) =>
      sealed === null ? null : this.#deps.vault.open(sealed, place);
    return {
      client: await openOAuth2Client(this.#deps.vault, lease, places.client_secret),
      tokens: {
        refresh_token: await open(lease.sealedRefreshToken, places.refresh_token),
        access_token: await open(lease.sealedAccessToken, places.access_token),
      },
    };
  }

  async #revokeOnce({ client, tokens }: RevocableAccount): Promise<Attempt> {
    const via = oauth2Outbound(this.#deps.outbound, client);
    const requests: [TokenTypeHint, string | null | undefined][] = [
      ['refresh_token', tokens?.refreshToken],
      ['access_token', tokens?.accessToken],
    ];
    let isRefreshTokenRevoked = false;
    for (const [hint, token] of requests) {
      if (!token || client.revocationEndpoint === '') continue;
      const answer = await revokeToken(client, token, hint, via);
      if (leavesAccessToken(answer, hint, isRefreshTokenRevoked)) {
        return { result: 'revoked', remark: remainingAccessToken };
      }
      isRefreshTokenRevoked = answer.outcome === 'revoked';
      if (answer.outcome !== 'revoked') return { result: 'failed', error: answer.message };
    }
    return { result: 'revoked' };
  }

  #warnNotStarted(error: unknown): void {
    const failure = describeFailure(error);
    this.#deps.log.warn({ failure }, 'Revocation could not be started; it is attempted again when it is due');
  }

  #warn(account: TokenOwner, why: Record<string, unknown>): void {
    this.#deps.log.warn({ ...about(account), ...why }, 'Tokens not revoked yet');
  }
}

/** Tells whether the provider definitely does not revoke an access token whose refresh token it has revoked. */
function leavesAccessToken(
  { outcome }: RevocationResult,
  hint: TokenTypeHint,
  isRefreshTokenRevoked: boolean,
): boolean {
  return (
    hint === 'access_token' && isRefreshTokenRevoked && (outcome === 'unsupported' || outcome === 'refused')
  );
}

interface OpenedRevocation {
  client: OAuth2Client;
  tokens: Record<TokenTypeHint, string | null>;
}

type TokenOwner = Pick<RevocationLease, 'serverId' | 'userId'>;

function about({ serverId, userId }: TokenOwner): TokenOwner {
  return { serverId, userId };
}

/** Counts the results of several attempts. */
function summaryOf(attempts: readonly Attempt[]): RevocationOutcome {
  const count = (result: Attempt['result']) => attempts.filter((attempt) => attempt.result === result).length;
  const errors = attempts.flatMap((attempt) => (attempt.result === 'revoked' ? [] : [attempt.error]));
  const [first = null] = errors;
  const several = `${errors.length} of ${attempts.length} are not revoked; the first: ${first}`;
  return {
    revoked: count('revoked'),
    pending: count('pending'),
    failed: count('failed'),
    error: first !== null && attempts.length > 1 ? several : first,
    remark: attempts.flatMap((attempt) => ('remark' in attempt ? [attempt.remark] : []))[0] ?? null,
  };
}
