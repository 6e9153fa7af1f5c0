import { fork, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  workerArgument,
  type WorkerOrder,
  type WorkerReport,
  type WorkerSettings,
} from './worker-messages.js';

const main = fileURLToPath(new URL('../main.js', import.meta.url));

/** The end of a worker. */
export interface WorkerEnd {
  /** The process id; undefined if no process could be created. */
  worker: number | undefined;
  exitCode: number | null;
  signal: string | null;
  /** The message of the worker, if it had one. */
  failure: string | undefined;
}

export interface WorkerEvents {
  /** The worker can get a connection. */
  onFree(): void;
  /** The worker should get no more connections. */
  onClosing(): void;
}

/** A worker process, as the primary process sees it. */
export class WorkerProcess {
  /** Settles when the worker serves, or has ended before. */
  readonly ready: Promise<boolean>;
  readonly ended: Promise<WorkerEnd>;
  readonly #child: ChildProcess;
  /** The connection that is on its way to the worker. */
  #handing: Socket | null = null;

  constructor(settings: WorkerSettings, { onFree, onClosing }: WorkerEvents) {
    const child = fork(main, [workerArgument]);
    this.#child = child;
    let failure: string | undefined;
    let onReady: (isReady: boolean) => void = () => {};
    this.ready = new Promise((resolve) => (onReady = resolve));
    child.on('message', (report: WorkerReport) => {
      if (report === 'ready') onReady(true);
      else if (report === 'closing') onClosing();
      else if (report === 'accepted') this.#release();
      else ({ failure } = report);
      if (report === 'ready' || report === 'accepted') onFree();
    });
    this.ended = this.#whenEnded().then((end) => {
      onReady(false);
      return { worker: child.pid, ...end, failure: failure ?? end.failure };
    });
    this.#order({ start: settings });
  }

  /** Hands a connection to the worker, which must be free. */
  hand(connection: Socket): void {
    this.#handing = connection;
    // This process keeps the connection open until the worker has got it.
    this.#child.send('connection' satisfies WorkerOrder, connection, { keepOpen: true }, () => {});
  }

  /** Returns the connection that the worker had not got when it ended. */
  takeBack(): Socket | null {
    const connection = this.#handing;
    this.#handing = null;
    return connection;
  }

  stop(): void {
    this.#order('stop');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Closes this process's copy of the connection. */
  #release(): void {
    this.takeBack()?.destroy();
  }

  /** A worker that has just ended does not get the message. */
  #order(message: WorkerOrder): void {
    this.#child.send(message, () => {});
  }

  async #whenEnded(): Promise<Omit<WorkerEnd, 'worker'>> {
    const child = this.#child;
    return new Promise((resolve) => {
      let failure: string | undefined;
      child.on('error', (error) => {
        failure = error.message;
        // A process that could not be created emits no `close`.
        if (child.pid === undefined) resolve({ exitCode: null, signal: null, failure });
      });
      // Unlike `exit`, it follows the last message.
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal, failure }));
    });
  }
}
