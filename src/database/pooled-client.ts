import pg from 'pg';

type Callback = (error: Error | null, result?: unknown) => void;

/**
 * A client for a pool with limits (`limitPool`). A system error of a broken connection is reported as a lost database
 * connection, because its code alone does not tell which peer it means.
 *
 * A client whose connection has ended releases its place in the pool. Kysely keeps the place forever when a BEGIN or a
 * ROLLBACK fails, which they do on such a connection, and the pool has ten places.
 */
export class PooledClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.once('end', () => this.#release());
  }

  // `pg` overloads both methods. Only the failure changes, in every form of the call.
  override connect(callback?: unknown): never {
    const connect = super.connect.bind(this) as (callback?: Callback) => unknown;
    if (callback) return connect((error) => (callback as Callback)(error && asLost(error))) as never;
    return Promise.resolve(connect()).catch((error: Error) => Promise.reject(asLost(error))) as never;
  }

  /**
   * Passes `pg` a callback in every form of the call. For a promise, `pg` assigns a function to a property of each query,
   * and V8 allocates such functions where only a full garbage collection frees them.
   */
  override query(query: unknown, values?: unknown, callback?: unknown): never {
    const called = typeof values === 'function' ? values : callback;
    const parameters = called === values ? undefined : values;
    const run = super.query as unknown as (...args: unknown[]) => unknown;
    if (isSubmittable(query)) return run.call(this, query, values, callback) as never;
    if (called) {
      return run.call(this, query, parameters, (error: Error | null, result: unknown) =>
        (called as Callback)(error && asLost(error), result),
      ) as never;
    }
    return new Promise((resolve, reject) => {
      run.call(this, query, parameters, (error: Error | null, result: unknown) => {
        if (error) reject(asLost(error));
        else resolve(result);
      });
    }) as never;
  }

  #release(): void {
    const held = this as { release?: (destroy?: boolean) => void };
    const { release } = held;
    if (!release) return;
    // The holder may release the client too, and the pool throws at a second release.
    held.release = () => {};
    try {
      release(true);
    } catch {
      // The client was idle. The pool has removed it.
    }
  }
}

/** Returns true for a query that reports its results itself, such as a cursor. */
function isSubmittable(query: unknown): boolean {
  return typeof (query as { submit?: unknown }).submit === 'function';
}

function asLost(error: NodeJS.ErrnoException): Error {
  if (error.syscall === undefined) return error;
  const { code } = error;
  return Object.assign(new Error(`Connection terminated by the system (${code})`, { cause: error }), {
    code,
  });
}
