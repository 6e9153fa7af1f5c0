import type { EntityManager } from '@mikro-orm/postgresql';
import type { Logger } from '../../log.js';

const flushIntervalMs = 60_000;

/** The rows whose `last_used_at` is kept, and how a row is named: by a unique text column, or by its id. */
export interface UsedRows {
  table: string;
  key: { column: string; type: 'text' | 'uuid' };
}

/**
 * When each row was last used, kept in memory and written in one batched UPDATE a minute: the only write that a read
 * may lead to. A process that dies loses at most that minute.
 */
export class LastUsed {
  readonly #em: EntityManager;
  readonly #log: Logger;
  readonly #rows: UsedRows;
  #noted = new Map<string, Date>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor({ em, log, rows }: { em: EntityManager; log: Logger; rows: UsedRows }) {
    this.#em = em;
    this.#log = log;
    this.#rows = rows;
  }

  /** @param key text that needs no quoting in an array: a base64url hash, or a UUID */
  note(key: string): void {
    this.#noted.set(key, new Date());
  }

  /** The latest use that is not written yet, so that a session in use never counts as idle between two flushes. */
  unwritten(key: string): Date | null {
    return this.#noted.get(key) ?? null;
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
    const { table, key } = this.#rows;
    try {
      await this.#em.getConnection().execute(
        // Rows are locked in one order, so that two processes that flush the same ones cannot deadlock.
        `with used as (
           select * from unnest(?::${key.type}[], ?::timestamptz[]) as used (key, used_at)
         ), locked as (
           select t.id, used.used_at from ${table} t join used on used.key = t.${key.column}
           order by t.id for no key update of t
         )
         update ${table} t set last_used_at = greatest(t.last_used_at, locked.used_at)
         from locked where t.id = locked.id`,
        [arrayLiteral([...batch.keys()]), arrayLiteral([...batch.values()].map((at) => at.toISOString()))],
        'run',
      );
    } catch (error) {
      this.#log.warn(
        { err: error, table, rows: batch.size },
        'Could not write what was last used when; trying again.',
      );
      for (const [used, at] of batch) if (!this.#noted.has(used)) this.#noted.set(used, at);
    }
  }
}

/** PostgreSQL's text form of an array; for base64url hashes and ISO times, which need no quoting. */
function arrayLiteral(values: readonly string[]): string {
  return `{${values.join(',')}}`;
}
