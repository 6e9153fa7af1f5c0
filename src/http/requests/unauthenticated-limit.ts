import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import { SwitchboardError } from '../../errors.js';
import type { Viewer } from '../../identity/viewer.js';
import type { Logger } from '../../log.js';
import { ClientAddresses, networkOf } from './client-address.js';
import { TokenBuckets } from './token-buckets.js';

export interface UnauthenticatedLimitOptions {
  /** 0: no limit. */
  perSecond: number;
  burst: number;
  trustedProxies: readonly string[];
  log: Logger;
}

/** The number of lookups in progress at once for addresses over their limit. The pool has 10 connections. */
const lookupsAtOnce = 2;

/** The number of credentials that are known to be valid, by their hash. */
const maxKnown = 10_000;

/** The longest time that a refusal waits. */
const maxHoldMs = 1_000;

/** The number of refusals that wait at once. Each holds a request in memory. */
const maxHeld = 1_000;

/** The shortest time between two log lines. */
const logIntervalMs = 60_000;

/**
 * Limits the requests without a valid session or API token, by address. A request with one is never refused, whatever
 * others at its address send: credentials are looked up first.
 *
 * A refusal is sent when its waiting time is over, at most a second later, so a client that sends one request after the
 * other on each of its connections can't keep this process busy with refusals.
 */
export class UnauthenticatedLimit {
  readonly #buckets: TokenBuckets | null;
  readonly #addresses: ClientAddresses;
  readonly #log: Logger;
  readonly #lookups = new Turns(lookupsAtOnce);
  /** Credentials that were valid while their address was over its limit. Their lookups don't wait for those of wrong ones. */
  readonly #known = new LRUCache<string, true>({ max: maxKnown });
  /** The time until which an address may be over its limit, so that other times cost one comparison per request. */
  #busyUntil = 0;
  #held = 0;
  #refused = 0;
  #loggedAt = -logIntervalMs;

  constructor({ perSecond, burst, trustedProxies, log }: UnauthenticatedLimitOptions) {
    this.#buckets = perSecond > 0 ? new TokenBuckets({ perSecond, burst, maxDebt: perSecond }) : null;
    this.#addresses = new ClientAddresses(trustedProxies);
    this.#log = log;
  }

  /**
   * Returns the viewer of a request by `find`, or null for an unauthenticated request within the limit.
   * @throws RATE_LIMITED, after setting Retry-After
   */
  async admit(req: Request, res: Response, find: () => Promise<Viewer | null>): Promise<Viewer | null> {
    const isOverLimit = performance.now() < this.#busyUntil && this.#isOverLimit(req);
    const viewer = await (isOverLimit ? this.#findInTurn(req, res, find) : find());
    if (viewer || !this.#buckets) return viewer;
    const network = this.#networkOf(req);
    const seconds = this.#buckets.take(network);
    if (seconds === 0) return null;
    this.#busyUntil = performance.now() + 2_000;
    this.#noteRefusal(req, network);
    if (this.#held < maxHeld) {
      this.#held += 1;
      // Refusals at different times: a burst of a thousand would delay other clients.
      await setTimeout(Math.min(seconds * 1_000, maxHoldMs) * (0.5 + Math.random() / 2));
      this.#held -= 1;
    }
    res.setHeader('retry-after', String(Math.ceil(seconds)));
    throw new SwitchboardError(
      'RATE_LIMITED',
      'Your network address sends too many requests without signing in. Wait a few seconds, then try again.',
    );
  }

  /** Looks up credentials that are not known in turn. Known ones are looked up, too, but at once. */
  async #findInTurn(req: Request, res: Response, find: () => Promise<Viewer | null>): Promise<Viewer | null> {
    const { authorization = '', cookie = '' } = req.headers;
    const key = createHash('sha256').update(`${authorization}\n${cookie}`).digest('base64');
    const isKnown = this.#known.has(key);
    const viewer = await (isKnown ? find() : this.#lookups.run(() => (res.closed ? null : find())));
    if (viewer) this.#known.set(key, true);
    else this.#known.delete(key);
    return viewer;
  }

  #isOverLimit(req: Request): boolean {
    return this.#buckets !== null && this.#buckets.isEmpty(this.#networkOf(req));
  }

  #networkOf(req: Request): string {
    const address = this.#addresses.of(req);
    return address ? networkOf(address) : 'closed';
  }

  #noteRefusal({ headers, socket }: Request, network: string): void {
    this.#refused += 1;
    const now = performance.now();
    if (now - this.#loggedAt < logIntervalMs) return;
    const peer = socket.remoteAddress;
    const forwardedFor = headers['x-forwarded-for'] !== undefined;
    // With a proxy that TRUSTED_PROXIES doesn't list, all clients share one limit.
    this.#log.warn(
      { network, peer, forwardedFor, refused: this.#refused },
      'Rate limit of an address reached',
    );
    this.#loggedAt = now;
    this.#refused = 0;
  }
}

/** Runs at most a number of tasks at once. The others wait in order. */
class Turns {
  readonly #waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async run<Result>(task: () => Promise<Result> | Result): Promise<Result> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
