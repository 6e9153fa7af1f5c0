import { LRUCache } from 'lru-cache';

/** The number of buckets that are kept. A bucket that is dropped would be full again soon. */
const maxBuckets = 10_000;

interface Bucket {
  /** The number of tokens at `at`. Negative with a debt. */
  level: number;
  /** Milliseconds of the process's monotonic clock. */
  at: number;
}

export interface TokenBucketOptions {
  /** The number of tokens that flow into a bucket. */
  perSecond: number;
  /** The number of tokens that a bucket holds. A new one is full. */
  burst: number;
  /** The number of refusals that count too, so that waiting times grow while a client goes on sending. Defaults to 0. */
  maxDebt?: number;
}

/** Token buckets by key, in this process. It keeps the 10,000 that were used last. */
export class TokenBuckets {
  readonly #buckets = new LRUCache<string, Bucket>({ max: maxBuckets });
  readonly #options: Required<TokenBucketOptions>;

  constructor({ maxDebt = 0, ...options }: TokenBucketOptions) {
    this.#options = { ...options, maxDebt };
  }

  /** Takes a token. @returns 0, or the number of seconds until the bucket has a token if it has none now */
  take(key: string): number {
    const { burst, perSecond, maxDebt } = this.#options;
    const bucket = this.#filled(key) ?? { level: burst, at: performance.now() };
    this.#buckets.set(key, bucket);
    if (bucket.level >= 1) {
      bucket.level -= 1;
      return 0;
    }
    if (maxDebt > 0) bucket.level = Math.max(bucket.level - 1, -maxDebt);
    return (1 - bucket.level) / perSecond;
  }

  /** Returns true if a bucket has no token now. Takes none. */
  isEmpty(key: string): boolean {
    return (this.#filled(key)?.level ?? this.#options.burst) < 1;
  }

  /** Adds the tokens since the last time. */
  #filled(key: string): Bucket | undefined {
    const bucket = this.#buckets.get(key);
    if (!bucket) return undefined;
    const now = performance.now();
    const { burst, perSecond } = this.#options;
    bucket.level = Math.min(burst, bucket.level + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    return bucket;
  }
}
