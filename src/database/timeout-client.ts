import pg from 'pg';

/** The message of `pg` when `query_timeout` is over. */
const timedOut = 'Query read timeout';

type Callback = (error: Error | null) => void;

/**
 * A client that closes its connection when a statement takes longer than `query_timeout`. `pg` leaves the connection open.
 * It would return to the pool while the statement runs, and its next user would wait for that statement. A system error of
 * a broken connection is reported as a lost database connection, because its code alone does not tell which peer it means.
 *
 * A client whose connection has ended releases its place in the pool. Kysely keeps the place forever when a BEGIN or a
 * ROLLBACK fails, which they do on such a connection, and the pool has ten places.
 */
export class TimeoutClient extends pg.Client {
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

  override query(...args: unknown[]): never {
    const result = (super.query as (...all: unknown[]) => unknown).apply(this, args);
    if (!(result instanceof Promise)) return result as never;
    return result.catch((error: Error) => {
      if (error.message === timedOut) this.#disconnect();
      throw asLost(error);
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

  #disconnect(): void {
    const { connection } = this as unknown as { connection: { stream: { destroy(): void } } };
    connection.stream.destroy();
  }
}

function asLost(error: NodeJS.ErrnoException): Error {
  if (error.syscall === undefined) return error;
  const { code } = error;
  return Object.assign(new Error(`Connection terminated by the system (${code})`, { cause: error }), {
    code,
  });
}
