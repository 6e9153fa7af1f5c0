import type { EntityManager } from '@mikro-orm/postgresql';
import type { Logger } from '../../log.js';

const flushIntervalMs = 60_000;

/** The rows whose `last_used_at` is kept. A row is identified by a unique text column, or by its id. */
export interface UsedRows {
  table: string;
  key: { column: string; type: 'text' | 'uuid' };
}

/**
 * Keeps the time of each row's last use in memory, and writes them by one UPDATE a minute. This is the only write that a
 * read causes. A process that crashes loses at most a minute.
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

  /** Notes a use now. @param key text that needs no quoting in an array: a base64url hash, or a UUID */
  note(key: string): void {
    this.#noted.set(key, new Date());
  }

  /** Returns the last use that is not written yet, so that a session in use is not idle between two flushes. */
  unwritten(key: string): Date | null {
    return this.#noted.get(key) ?? null;
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.flush(), flushIntervalMs);
    this.#timer.unref();
  }

  /** Stops the timer and writes the times that are only in memory. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.flush();
  }

  /** Writes the noted times. Logs a failure and keeps the times for the next flush. Never throws. */
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
      // Raw SQL: the table is known at run time only, and two arrays are joined as a table.
      await this.#em.getConnection().execute(
        // The ages are sent, not the times, so that a wrong clock of this process neither shifts a use nor loses it. A use
        // from before an account was reconnected does not count; the millisecond is the precision of an age. Rows are locked
        // in one order, so that two processes that flush the same ones cannot deadlock.
        `with used as (
           select key, now() - age * interval '1 millisecond' as used_at
           from unnest(?::${key.type}[], ?::float8[]) as noted (key, age)
         ), locked as (
           select t.id, used.used_at from ${table} t join used on used.key = t.${key.column}
             and used.used_at >= t.created_at - interval '1 millisecond'
           order by t.id for no key update of t
         )
         update ${table} t set last_used_at = greatest(t.last_used_at, locked.used_at)
         from locked where t.id = locked.id`,
        [
          arrayLiteral([...batch.keys()]),
          arrayLiteral([...batch.values()].map((at) => Date.now() - at.getTime())),
        ],
        'run',
      );
    } catch (error) {
      this.#log.warn({ err: error, table, rows: batch.size }, 'Writing the times of last use failed');
      for (const [used, at] of batch) if (!this.#noted.has(used)) this.#noted.set(used, at);
    }
  }
}

/** Returns PostgreSQL's text form of an array. It quotes nothing: base64url hashes, UUIDs and numbers need no quotes. */
function arrayLiteral(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}
