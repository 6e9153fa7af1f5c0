import type pg from 'pg';
import { ResponsiveClock } from './responsive-clock.js';

/** The part of `pg.Client` that tells which statement runs and can close its connection. */
interface ClientState {
  _activeQuery: object | null;
  connection: { stream: { destroy(error: Error): void } };
}

/** The statement that a client ran at the last look, and since when. */
interface Running {
  statement: object | null;
  since: number;
}

type Acquired = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (destroy?: unknown) => void,
) => void;

/** The messages of `pg` when `connectionTimeoutMillis` is over: for a place in the pool, and for a new connection. */
const acquireTimeouts =
  /^(timeout exceeded when trying to connect|Connection terminated due to connection timeout)$/;

/**
 * Limits how long a statement may run and how long a connection may take, for every form of call. A statement that takes
 * longer fails, and its connection is closed: an open one would return to the pool while the statement runs, and its next
 * user would wait for that statement.
 *
 * The limits count the time in which this process reads answers. `pg` counts the time of the machine, so a process that is
 * busy longer than a limit reports an outage although the answers have arrived.
 *
 * The clock looks at all connections at once, which costs a statement nothing. `pg` sets a timer and two functions for each.
 */
export function limitPool(pool: pg.Pool, limitMs: number): void {
  const running = new Map<pg.PoolClient, Running>();

  const clock = new ResponsiveClock((time) => {
    for (const [client, seen] of running) {
      const { _activeQuery: statement, connection } = client as unknown as ClientState;
      if (statement !== seen.statement || !statement) {
        seen.statement = statement;
        seen.since = time;
      } else if (time - seen.since >= limitMs) {
        seen.statement = null;
        connection.stream.destroy(new Error('Query read timeout'));
      }
    }
    if (pool.totalCount === 0 && pool.waitingCount === 0) clock.stop();
  });

  pool.on('connect', (client) => void running.set(client, { statement: null, since: 0 }));
  pool.on('remove', (client) => void running.delete(client));

  const connect = pool.connect.bind(pool) as (acquired: Acquired) => void;
  /** Tries again when the process was busy for a good part of the wait. */
  const acquire = (acquired: Acquired, since: number, startedAt: number) => {
    connect((error, client, release) => {
      if (error && acquireTimeouts.test(error.message)) {
        const responsive = clock.now() - since;
        const busy = performance.now() - startedAt - responsive;
        if (busy > limitMs / 10 && responsive < limitMs) return acquire(acquired, since, startedAt);
      }
      acquired(error, client, release);
    });
  };
  const limited = (acquired?: Acquired) => {
    clock.start();
    const since = clock.now();
    const startedAt = performance.now();
    if (acquired) return acquire(acquired, since, startedAt);
    return new Promise<pg.PoolClient>((resolve, reject) => {
      acquire((error, client) => (client ? resolve(client) : reject(error!)), since, startedAt);
    });
  };
  pool.connect = limited as typeof pool.connect;
}
