import pg from 'pg';

/** What `pg` fails with when `query_timeout` is over. */
const timedOut = 'Query read timeout';

type Callback = (error: Error | null) => void;

/**
 * A client that hangs up when the database takes longer than `query_timeout`. Left open, as `pg` leaves it, the
 * connection would go back to the pool with a statement still under way, and everybody who got it would wait for that.
 * And what the system says of a connection that broke is said as the database's: by its code alone it could be anybody's.
 *
 * One whose connection has ended gives its place in the pool back by itself. Kysely keeps it for ever when a BEGIN or a
 * ROLLBACK fails, which is what they do on such a connection, and ten of them would be all there are.
 */
export class ImpatientClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.once('end', () => this.#release());
  }

  // `pg` overloads both methods; in whatever way they are called, only the failure is ours.
  override connect(callback?: unknown): never {
    const connect = super.connect.bind(this) as (callback?: Callback) => unknown;
    if (callback) return connect((error) => (callback as Callback)(error && asLost(error))) as never;
    return Promise.resolve(connect()).catch((error: Error) => Promise.reject(asLost(error))) as never;
  }

  override query(...args: unknown[]): never {
    const result = (super.query as (...all: unknown[]) => unknown).apply(this, args);
    if (!(result instanceof Promise)) return result as never;
    return result.catch((error: Error) => {
      if (error.message === timedOut) this.#hangUp();
      throw asLost(error);
    }) as never;
  }

  #release(): void {
    const held = this as { release?: (destroy?: boolean) => void };
    const { release } = held;
    if (!release) return;
    // Whoever holds it may still give it back, which the pool lets nobody do twice.
    held.release = () => {};
    try {
      release(true);
    } catch {
      // It lay idle in the pool, which knows of the end.
    }
  }

  #hangUp(): void {
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
