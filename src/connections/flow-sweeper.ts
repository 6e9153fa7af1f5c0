import type { EntityManager } from '@mikro-orm/postgresql';
import { describeFailure, type Logger } from '../log.js';
import { sweepConnectionFailures } from './failure-recording.js';
import { sweepExpiredFlows } from './flows.js';

const sweepIntervalMs = 60_000;

/** Deletes expired flows once a minute, so that popups nobody finished leave nothing behind. */
export class FlowSweeper {
  readonly #em: EntityManager;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();

  /** @param deps.em the global entity manager. */
  constructor({ em, log }: { em: EntityManager; log: Logger }) {
    this.#em = em;
    this.#log = log;
  }

  /** Sweeps now and then every minute. */
  start(): void {
    this.#sweep();
    this.#timer = setInterval(() => this.#sweep(), sweepIntervalMs);
    this.#timer.unref();
  }

  /** Ends it, once the sweep under way is done. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  #sweep(): void {
    this.#sweeping = this.#sweepAfter(this.#sweeping);
  }

  async #sweepAfter(previous: Promise<void>): Promise<void> {
    await previous;
    try {
      const swept = await sweepExpiredFlows(this.#em);
      if (swept > 0) this.#log.debug({ swept }, 'Expired flows were deleted.');
      await sweepConnectionFailures(this.#em);
    } catch (error) {
      this.#log.warn(
        { failure: describeFailure(error) },
        'Expired flows could not be deleted; trying again.',
      );
    }
  }
}
