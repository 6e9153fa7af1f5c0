import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { Leases, type Lease } from '../database/lease.js';
import { queries } from '../database/queries.js';
import { describeFailure, type Logger } from '../log.js';
import { BackgroundTaskSchema } from './background-task.entity.js';

/** A task that runs once a minute, on one of all processes that share the database. */
export interface BackgroundTask {
  /** The same in every process and version. */
  readonly name: string;
  /**
   * Runs the task. It may take any time and may fail without an effect on other tasks. When `signal` says that the process
   * ends, it ends early and leaves the rest for the next run.
   * @returns the number of things done
   */
  run(signal: AbortSignal): Promise<number>;
}

const intervalMs = 60_000;
/** Less than the interval, so that a process whose timer fires a little early still runs the task. */
const pauseSeconds = 45;

/**
 * A task is due when its lease has ended. A task that takes longer than the lease may run twice at once, which does no
 * harm.
 */
const leases = new Leases(BackgroundTaskSchema, { id: 'leaseId', until: 'dueAt' }, 120_000);

/** Runs the background tasks. Each task runs by itself: a slow one or one that fails stops no other. */
export class BackgroundTasks {
  readonly #em: EntityManager;
  readonly #log: Logger;
  readonly #tasks: readonly BackgroundTask[];
  readonly #running = new Map<string, Promise<void>>();
  readonly #ending = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** @param deps.em the global entity manager */
  constructor({ em, log, tasks }: { em: EntityManager; log: Logger; tasks: readonly BackgroundTask[] }) {
    this.#em = em;
    this.#log = log;
    this.#tasks = tasks;
  }

  /** Runs the due tasks, and again every minute. A random deviation keeps processes from doing so at the same moment. */
  start(): void {
    for (const task of this.#tasks) {
      if (this.#running.has(task.name)) continue;
      const run = this.#runIfDue(task).finally(() => this.#running.delete(task.name));
      this.#running.set(task.name, run);
    }
    this.#timer = setTimeout(() => this.start(), intervalMs * (0.9 + Math.random() / 5));
    this.#timer.unref();
  }

  /** Stops, and waits until the running tasks have ended. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#ending.abort();
    await Promise.all(this.#running.values());
  }

  async #runIfDue(task: BackgroundTask): Promise<void> {
    const { name } = task;
    try {
      const lease = await this.#take(name);
      if (!lease) return;
      try {
        const done = await task.run(this.#ending.signal);
        if (done > 0) this.#log.debug({ task: name, done }, 'Background task ran');
      } finally {
        await this.#pause(name, lease);
      }
    } catch (error) {
      this.#log.warn({ task: name, failure: describeFailure(error) }, 'Background task failed');
    }
  }

  /** Takes the lease of a task that is due. Of any number of processes, one gets it. */
  async #take(name: string): Promise<Lease | null> {
    const { lease, taken } = leases.begin();
    const task = await queries(this.#em.fork(), BackgroundTaskSchema)
      .insertInto('BackgroundTask')
      .values({ name, ...taken })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(taken).where(leases.isFree()))
      .returning('name')
      .executeTakeFirst();
    return task ? lease : null;
  }

  async #pause(name: string, { leaseId }: Lease): Promise<void> {
    await queries(this.#em.fork(), BackgroundTaskSchema)
      .updateTable('BackgroundTask')
      .set({ dueAt: sql<Date>`now() + make_interval(secs => ${pauseSeconds})` })
      .where('name', '=', name)
      .where('leaseId', '=', leaseId)
      .execute();
  }
}
