import { acceptConnections, type Address } from '../http/listener.js';
import type { Logger } from '../log.js';
import { ConnectionQueue } from './connection-queue.js';
import type { WorkerSettings } from './worker-messages.js';
import { WorkerProcess, type WorkerEnd } from './worker-process.js';

/**
 * The pause before the second replacement in a row. The first one starts at once, and each later pause is twice as long as
 * the one before.
 */
const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** After a worker has served for this long, its end does not count as one in a row. */
const settledMs = 60_000;

/** If each place has failed this many starts in a row, so that none of them serves, the pool has failed. */
const mostFailedStarts = 3;

/** A place for one worker at a time. */
interface Place {
  /** null between the end of a worker and the start of the next. */
  worker: WorkerProcess | null;
  /** The ends in a row. */
  ends: number;
  /** The failed starts in a row. */
  failedStarts: number;
  pause: NodeJS.Timeout | undefined;
}

/** The settings of all workers, and the address to listen on. */
export interface PoolSettings extends Address, Omit<WorkerSettings, 'publicUrl'> {
  /** null: http://localhost with the port. */
  publicUrl: string | null;
}

/**
 * Worker processes that serve HTTP on one port. This process accepts the connections and hands them to the workers. Node's
 * own cluster loses a connection that it hands to a worker that has just been killed: the client waits forever. Here, each
 * connection stays open until a worker has got it.
 */
export class WorkerPool {
  /** Rejects when no worker can start any more. */
  readonly failure: Promise<never>;
  readonly port: number;
  readonly publicUrl: string;
  readonly #settings: WorkerSettings;
  readonly #log: Logger;
  readonly #stopAccepting: () => void;
  readonly #queue: ConnectionQueue;
  readonly #places: Place[] = [];
  #replacesWorkers = false;
  #fail: (reason: Error) => void = () => {};

  private constructor(
    { host: _host, ...settings }: PoolSettings,
    { stopAccepting, queue, log }: { stopAccepting(): void; queue: ConnectionQueue; log: Logger },
  ) {
    this.port = settings.port;
    this.publicUrl = settings.publicUrl ?? `http://localhost:${settings.port}`;
    this.#settings = { ...settings, publicUrl: this.publicUrl };
    this.#stopAccepting = stopAccepting;
    this.#queue = queue;
    this.#log = log;
    this.failure = new Promise((_, reject) => (this.#fail = reject));
    // The pool may fail while its owner is still busy with the start.
    this.failure.catch(() => {});
  }

  /**
   * Opens the port, and starts this number of workers. Resolves when all of them serve.
   * @throws Error with a readable message if the port can't be opened, or a worker does not start
   */
  static async start(count: number, settings: PoolSettings, log: Logger): Promise<WorkerPool> {
    const queue = new ConnectionQueue();
    const { port, close } = await acceptConnections(settings, (connection) => queue.add(connection));
    const pool = new WorkerPool({ ...settings, port }, { stopAccepting: close, queue, log });
    process.on('exit', pool.#killAll);
    const workers = Array.from({ length: count }, () => pool.#startWorker(pool.#addPlace()));
    const ready = await Promise.all(workers.map((worker) => worker.ready));
    const failed = workers[ready.indexOf(false)];
    // A worker may also have ended while others were starting.
    if (failed || pool.#places.some(({ worker }) => worker === null)) {
      await pool.close();
      throw new Error(failed ? reasonOf(await failed.ended) : 'A worker ended during the start.');
    }
    pool.#replacesWorkers = true;
    return pool;
  }

  /** Accepts no more connections, and ends the workers after they have answered the requests in progress. */
  async close(): Promise<void> {
    this.#replacesWorkers = false;
    this.#stopAccepting();
    this.#queue.close();
    for (const { worker, pause } of this.#places) {
      clearTimeout(pause);
      worker?.stop();
    }
    await Promise.all(this.#places.map(({ worker }) => worker?.ended));
    process.off('exit', this.#killAll);
  }

  #addPlace(): Place {
    const place: Place = { worker: null, ends: 0, failedStarts: 0, pause: undefined };
    this.#places.push(place);
    return place;
  }

  /** Ends the workers when this process exits without `close`. */
  readonly #killAll = () => {
    for (const { worker } of this.#places) worker?.kill();
  };

  #startWorker(place: Place): WorkerProcess {
    let isClosing = false;
    const worker = new WorkerProcess(this.#settings, {
      onFree: () => {
        if (!isClosing) this.#queue.addFree(worker);
      },
      onClosing: () => {
        isClosing = true;
        this.#queue.remove(worker);
      },
    });
    place.worker = worker;
    void this.#watch(place, worker);
    return worker;
  }

  /** Waits until the worker has ended, and starts its replacement. */
  async #watch(place: Place, worker: WorkerProcess): Promise<void> {
    const readyAt = (await worker.ready) ? performance.now() : null;
    const end = await worker.ended;
    this.#queue.remove(worker);
    const connection = worker.takeBack();
    if (connection) this.#queue.addFirst(connection);
    place.worker = null;
    if (this.#replacesWorkers) this.#replace(place, end, readyAt);
  }

  #replace(place: Place, end: WorkerEnd, readyAt: number | null): void {
    const hadSettled = readyAt !== null && performance.now() - readyAt >= settledMs;
    place.ends = hadSettled ? 1 : place.ends + 1;
    place.failedStarts = readyAt === null ? place.failedStarts + 1 : 0;
    if (this.#places.every(({ failedStarts }) => failedStarts >= mostFailedStarts)) {
      this.#fail(new Error(`No worker can start. ${reasonOf(end)}`));
      return;
    }
    const restartInMs = place.ends === 1 ? 0 : Math.min(firstPauseMs * 2 ** (place.ends - 2), longestPauseMs);
    this.#log[end.exitCode === 0 ? 'info' : 'error']({ ...end, restartInMs }, 'Worker ended');
    place.pause = setTimeout(() => this.#startWorker(place), restartInMs);
  }
}

function reasonOf({ failure, signal, exitCode }: WorkerEnd): string {
  return failure ?? `The worker ended with ${signal ?? `exit code ${exitCode}`}.`;
}
