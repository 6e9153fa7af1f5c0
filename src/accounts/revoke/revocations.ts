import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { RevocationOutcome } from '../../identity/account-ending.js';
import { describeFailure, type Logger } from '../../log.js';
import type { GuardedFetch } from '../../net/guarded-fetch.js';
import type { OAuth2Client } from '../../oauth2/client.js';
import { oauth2Outbound } from '../../oauth2/endpoints.js';
import { revokeToken, type TokenTypeHint } from '../../oauth2/requests/revocation.js';
import { UnreadableSecret, type Place, type Vault } from '../../secrets/vault.js';
import { openOAuth2Client } from '../../servers/store/oauth2-client.js';
import {
  coversRequest,
  releaseRevocation,
  takeDueRevocation,
  takeFreshRevocation,
  takeRevocation,
  type RevocationLease,
} from './revocation-lease.js';
import {
  deleteRevocation,
  findPendingRevocations,
  giveUpOldRevocations,
  giveUpRevocation,
  postponeRevocation,
  queueRevocations,
  revocationPlaces,
  storeRefreshTokenRevoked,
  type QueuedRevocation,
  type RevocableAccount,
} from './revocation-outbox.js';

export interface RevocationsDeps {
  /** The global entity manager: a revocation outlives the request that began it. */
  em: EntityManager;
  vault: Vault;
  outbound: GuardedFetch;
  log: Logger;
}

/** How many revocations are under way at once, when a server with many people's grants goes. */
const atOnce = 8;
/** How long whoever dropped a grant waits for its provider. */
const patienceMs = 3_000;

/** What became of an attempt; `error` is in our own words. */
type Attempt = { is: 'revoked' } | { is: 'pending' | 'failed'; error: string };

const notYet = 'The provider has not confirmed it yet; it will be asked until it has.';
const unanswered: Attempt = { is: 'pending', error: notYet };

const unreadable =
  'The tokens to revoke cannot be read. The key that they were sealed with may be missing from SWITCHBOARD_ENCRYPTION_KEYS.';

/**
 * This process's work on the outbox of revocations (RFC 7009), which all processes that share the database work on
 * together, each row by one of them at a time. Nothing is held while a provider is asked: no connection, no lock, no
 * transaction.
 */
export class Revocations {
  readonly #deps: RevocationsDeps;
  readonly #running = new Set<Promise<unknown>>();
  #isClosing = false;

  constructor(deps: RevocationsDeps) {
    this.#deps = deps;
  }

  /** `queueRevocations` with this process's keys. */
  queue(em: EntityManager, accounts: readonly RevocableAccount[]): Promise<QueuedRevocation[]> {
    return queueRevocations(em, this.#deps.vault, accounts);
  }

  /**
   * The first attempt for what was queued; call it once that is committed. Answers within a few seconds: what the
   * providers have not confirmed by then is pending, and is gone on with. Never throws.
   */
  async attempt(queued: readonly QueuedRevocation[]): Promise<RevocationOutcome> {
    const attempts = new Map<string, Attempt>(
      queued.map(({ id, givenUp }) => [id, givenUp === null ? unanswered : { is: 'failed', error: givenUp }]),
    );
    const askable = queued.filter(({ givenUp }) => givenUp === null);
    // One iterator that all workers take from.
    const rest = askable.values();
    const work = async () => {
      for (const { id } of rest) {
        if (this.#isClosing) return;
        attempts.set(id, await this.#attemptFresh(id));
      }
    };
    const workers = Array.from({ length: Math.min(askable.length, atOnce) }, work);
    await within(patienceMs, this.#track(Promise.all(workers)));
    return summary([...attempts.values()]);
  }

  /**
   * Revokes tokens that came when nobody wanted them any more; answers as `attempt` does. If not even that can be put
   * down, the provider is asked once. Never throws.
   */
  async release(account: RevocableAccount): Promise<RevocationOutcome> {
    let queued: QueuedRevocation[];
    try {
      queued = await this.queue(this.#deps.em.fork(), [account]);
    } catch (error) {
      this.#warn(account, { failure: describeFailure(error) });
      return summary([await this.#track(this.#askOnce(account))]);
    }
    return this.attempt(queued);
  }

  /**
   * Asks for what is still to be revoked of the grants that this person had from this server's client, due or not: call
   * it before they authorize that client anew, because later it would end the new grant at many providers. Answers
   * within a few seconds. Never throws.
   */
  async attemptBeforeConnecting(owner: { userId: string; serverId: string }): Promise<void> {
    const work = async () => {
      for (const id of await findPendingRevocations(this.#deps.em, owner)) {
        const lease = this.#isClosing ? null : await takeRevocation(this.#deps.em, id);
        if (lease) await this.#attemptLeased(lease);
      }
    };
    await within(patienceMs, this.#track(work().catch((error) => this.#notBegun(error))));
  }

  /**
   * Asks for everything that is due, then gives up what has failed for too long. It ends early, after what is under
   * way, when it is told to.
   * @returns how many were tried.
   * @throws what the database failed with; a revocation that fails stops nothing.
   */
  async workDue(signal: AbortSignal): Promise<number> {
    const { em, log } = this.#deps;
    const underWay = new Set<Promise<unknown>>();
    let tried = 0;
    for (;;) {
      const isOver = this.#isClosing || signal.aborted;
      const lease = isOver ? null : await takeDueRevocation(em);
      if (!lease) break;
      tried += 1;
      const attempt: Promise<unknown> = this.#track(this.#attemptLeased(lease)).then(() =>
        underWay.delete(attempt),
      );
      underWay.add(attempt);
      if (underWay.size >= atOnce) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    if (this.#isClosing || signal.aborted) return tried;
    const givenUp = await giveUpOldRevocations(em);
    if (givenUp > 0) log.warn({ givenUp }, 'Revocations that had failed for seven days were given up.');
    return tried;
  }

  /** Begins nothing more, and returns once the providers asked have answered. What is left stays in the outbox. */
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
      const lease = await takeFreshRevocation(this.#deps.em, id);
      // Another process was faster, or the provider has just refused another one.
      return lease ? await this.#attemptLeased(lease) : unanswered;
    } catch (error) {
      this.#notBegun(error);
      return unanswered;
    }
  }

  /** Never throws: what cannot be stored is due again when the lease has run out. */
  async #attemptLeased(lease: RevocationLease): Promise<Attempt> {
    try {
      return await this.#ask(lease);
    } catch (error) {
      const isUnreadable = error instanceof UnreadableSecret;
      const reason = isUnreadable ? unreadable : notYet;
      this.#warn(lease, { failure: describeFailure(error) });
      await this.#postpone(lease, { message: reason, retryAfter: null }).catch(() => {});
      return { is: 'pending', error: reason };
    }
  }

  /** The refresh token first, because the rest usually falls with it (RFC 7009 section 2.1). */
  async #ask(lease: RevocationLease): Promise<Attempt> {
    const { em, outbound, log } = this.#deps;
    const { client, tokens } = await this.#open(lease);
    let never = '';
    for (const hint of ['refresh_token', 'access_token'] as const) {
      const token = tokens[hint];
      if (token === null) continue;
      if (this.#isClosing || !coversRequest(lease)) {
        await releaseRevocation(em, lease);
        return unanswered;
      }
      const answer = await revokeToken(client, token, hint, oauth2Outbound(outbound, client));
      if (answer.outcome === 'unsupported') never = answer.message;
      else if (answer.outcome !== 'revoked') return this.#postpone(lease, answer);
      else if (hint === 'refresh_token') await storeRefreshTokenRevoked(em, lease);
    }
    if (never !== '') {
      await giveUpRevocation(em, lease, never);
      this.#warn(lease, { reason: never });
      return { is: 'failed', error: never };
    }
    await deleteRevocation(em, lease);
    log.info(about(lease), 'A connection that was given up has been revoked at its provider.');
    return { is: 'revoked' };
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
    return { is: 'pending', error: reason };
  }

  async #open(lease: RevocationLease): Promise<OpenedRevocation> {
    const places = revocationPlaces(lease.id);
    const open = async (sealed: string | null, place: Place) =>
      sealed === null ? null : this.#deps.vault.open(sealed, place);
    return {
      client: await openOAuth2Client(
        this.#deps.vault,
        { ...lease.client, sealedClientSecret: lease.sealedClientSecret },
        places.client_secret,
      ),
      tokens: {
        refresh_token: await open(lease.sealedRefreshToken, places.refresh_token),
        access_token: await open(lease.sealedAccessToken, places.access_token),
      },
    };
  }

  async #askOnce({ client, tokens }: RevocableAccount): Promise<Attempt> {
    const via = oauth2Outbound(this.#deps.outbound, client);
    const asked: [TokenTypeHint, string | null | undefined][] = [
      ['refresh_token', tokens?.refreshToken],
      ['access_token', tokens?.accessToken],
    ];
    for (const [hint, token] of asked) {
      if (!token || client.revocationEndpoint === '') continue;
      const answer = await revokeToken(client, token, hint, via);
      if (answer.outcome !== 'revoked') return { is: 'failed', error: answer.message };
    }
    return { is: 'revoked' };
  }

  #notBegun(error: unknown): void {
    const failure = describeFailure(error);
    this.#deps.log.warn({ failure }, 'A revocation could not be begun; it will be when it is due.');
  }

  #warn(account: Concerned, why: Record<string, unknown>): void {
    this.#deps.log.warn({ ...about(account), ...why }, 'A connection that was given up is not revoked yet.');
  }
}

interface OpenedRevocation {
  client: OAuth2Client;
  tokens: Record<TokenTypeHint, string | null>;
}

type Concerned = Pick<RevocationLease, 'serverId' | 'userId'>;

function about({ serverId, userId }: Concerned): Concerned {
  return { serverId, userId };
}

/** Waits for the work, but not for long; the work goes on. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  try {
    await Promise.race([work, sleep(ms, undefined, { signal: timer.signal }).catch(() => {})]);
  } finally {
    timer.abort();
  }
}

function summary(attempts: readonly Attempt[]): RevocationOutcome {
  const count = (is: Attempt['is']) => attempts.filter((attempt) => attempt.is === is).length;
  const errors = attempts.flatMap((attempt) => (attempt.is === 'revoked' ? [] : [attempt.error]));
  const [first = null] = errors;
  const several = `${errors.length} of ${attempts.length} are not revoked; the first: ${first}`;
  return {
    revoked: count('revoked'),
    pending: count('pending'),
    failed: count('failed'),
    error: first !== null && attempts.length > 1 ? several : first,
  };
}
