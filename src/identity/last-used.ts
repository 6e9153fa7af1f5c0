import type { EntityManager } from '@mikro-orm/postgresql';
import type { Logger } from '../log.js';

const flushIntervalMs = 60_000;

/**
 * When each token was last used, kept in memory and written in one batched UPDATE a minute: the only write that a read
 * may lead to. A process that dies loses at most that minute.
 */
export class LastUsed {
  readonly #em: EntityManager;
  readonly #log: Logger;
  #noted = new Map<string, Date>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor({ em, log }: { em: EntityManager; log: Logger }) {
    this.#em = em;
    this.#log = log;
  }

  note(tokenHash: string): void {
    this.#noted.set(tokenHash, new Date());
  }

  /** The latest use that is not written yet, so that a session in use never counts as idle between two flushes. */
  unwritten(tokenHash: string): Date | null {
    return this.#noted.get(tokenHash) ?? null;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.flush(), flushIntervalMs);
    this.#timer.unref();
  }

  /** Stops the timer and writes what is still only in memory. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.flush();
  }

  /** Writes what was noted. A failure is logged and what it carried is kept for the next flush; never throws. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#write());
    return this.#flushing;
  }

  async #write(): Promise<void> {
    if (this.#noted.size === 0) return;
    const batch = this.#noted;
    this.#noted = new Map();
    try {
      await this.#em.getConnection().execute(
        // Rows are locked in one order, so that two processes that flush the same tokens cannot deadlock.
        `with used as (
           select * from unnest(?::text[], ?::timestamptz[]) as used (token_hash, used_at)
         ), locked as (
           select t.id, used.used_at from access_tokens t join used on used.token_hash = t.token_hash
           order by t.id for no key update of t
         )
         update access_tokens t set last_used_at = greatest(t.last_used_at, locked.used_at)
         from locked where t.id = locked.id`,
        [arrayLiteral([...batch.keys()]), arrayLiteral([...batch.values()].map((at) => at.toISOString()))],
        'run',
      );
    } catch (error) {
      this.#log.warn(
        { err: error, tokens: batch.size },
        'Could not write when tokens were last used; trying again.',
      );
      for (const [hash, at] of batch) if (!this.#noted.has(hash)) this.#noted.set(hash, at);
    }
  }
}

/** PostgreSQL's text form of an array; for base64url hashes and ISO times, which need no quoting. */
function arrayLiteral(values: readonly string[]): string {
  return `{${values.join(',')}}`;
}
