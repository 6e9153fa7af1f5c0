import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { describeFailure, type Logger } from '../log.js';

/** Something that is done every minute, by one of all processes that share the database. */
export interface BackgroundTask {
  /** The same in every process and version. */
  readonly name: string;
  /**
   * It may take any time, and fail: neither is anybody else's concern. It is to end early, and to leave the rest for the
   * next time, when `signal` says that the process ends.
   * @returns how many things were done.
   */
  run(signal: AbortSignal): Promise<number>;
}

const intervalMs = 60_000;
/** Less than the interval, so that a process that comes a little early does not leave the task for another minute. */
const restSeconds = 45;
/** By then whoever is at a task is taken to have crashed. It may be slow instead: two at a task do no harm. */
const leaseSeconds = 120;

/**
 * The background pass: what every process offers to do once a minute, and one of them does. Each task is on its own: a
 * slow one or one that fails stops no other.
 */
export class BackgroundTasks {
  readonly #em: EntityManager;
  readonly #log: Logger;
  readonly #tasks: readonly BackgroundTask[];
  readonly #running = new Map<string, Promise<void>>();
  readonly #ending = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** @param deps.em the global entity manager. */
  constructor({ em, log, tasks }: { em: EntityManager; log: Logger; tasks: readonly BackgroundTask[] }) {
    this.#em = em;
    this.#log = log;
    this.#tasks = tasks;
  }

  /** Runs what is due now, and looks again every minute, give or take some seconds so that processes do not march. */
  start(): void {
    for (const task of this.#tasks) {
      if (this.#running.has(task.name)) continue;
      const run = this.#runIfDue(task).finally(() => this.#running.delete(task.name));
      this.#running.set(task.name, run);
    }
    this.#timer = setTimeout(() => this.start(), intervalMs * (0.9 + Math.random() / 5));
    this.#timer.unref();
  }

  /** Ends it, once what is under way has ended. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#ending.abort();
    await Promise.all(this.#running.values());
  }

  async #runIfDue(task: BackgroundTask): Promise<void> {
    const { name } = task;
    try {
      const leaseId = await this.#take(name);
      if (leaseId === null) return;
      try {
        const done = await task.run(this.#ending.signal);
        if (done > 0) this.#log.debug({ task: name, done }, 'A background task was done.');
      } finally {
        await this.#rest(name, leaseId);
      }
    } catch (error) {
      const failure = describeFailure(error);
      this.#log.warn({ task: name, failure }, 'A background task failed; it is tried again.');
    }
  }

  /** In one statement and by the database's clock: of any number of processes one gets a task that is due. */
  async #take(name: string): Promise<string | null> {
    const leaseId = randomUUID();
    const taken = await this.#em.fork().execute<unknown[]>(
      `insert into background_tasks as t (name, due_at, lease_id)
       values (?, now() + make_interval(secs => ?), ?)
       on conflict (name) do update set due_at = excluded.due_at, lease_id = excluded.lease_id
         where t.due_at <= now()
       returning name`,
      [name, leaseSeconds, leaseId],
    );
    return taken.length > 0 ? leaseId : null;
  }

  async #rest(name: string, leaseId: string): Promise<void> {
    await this.#em
      .fork()
      .execute(
        `update background_tasks set due_at = now() + make_interval(secs => ?) where name = ? and lease_id = ?`,
        [restSeconds, name, leaseId],
        'run',
      );
  }
}
