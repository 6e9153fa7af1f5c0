import type { OutboundFailure } from './outbound-error.js';

/**
 * Ends one request: when its time is up, when a limit is crossed, or when its caller wants it no longer. Whoever comes
 * first gives the reason.
 */
export class Cutoff {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reason: OutboundFailure | undefined;

  constructor(caller?: AbortSignal) {
    this.#caller = caller;
    if (caller?.aborted) this.#onCallerAbort();
    else caller?.addEventListener('abort', this.#onCallerAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Undefined while nothing has ended the request. */
  get reason(): OutboundFailure | undefined {
    return this.#reason;
  }

  cut(reason: OutboundFailure): void {
    this.#reason ??= reason;
    this.release();
    this.#controller.abort();
  }

  /** (Re)starts the clock. */
  startTimer(milliseconds: number): void {
    this.stopTimer();
    this.#timer = setTimeout(() => this.cut('TIMEOUT'), milliseconds);
    // A request under way keeps the process alive by its socket; a clock alone must not.
    this.#timer.unref();
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  /** Lets go of clock and caller. A caller's signal may outlive thousands of requests. */
  release(): void {
    this.stopTimer();
    this.#caller?.removeEventListener('abort', this.#onCallerAbort);
  }

  readonly #onCallerAbort = () => {
    const { name } = Object(this.#caller?.reason) as { name?: unknown };
    // As AbortSignal.timeout calls it.
    this.cut(name === 'TimeoutError' ? 'TIMEOUT' : 'ABORTED');
  };
}
