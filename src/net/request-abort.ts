import type { OutboundFailure } from './outbound-error.js';

/**
 * Aborts one request: on its timeout, when a limit is exceeded, or when the caller aborts it. The first of these sets
 * the reason.
 */
export class RequestAbort {
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

  /** Undefined until the request is aborted. */
  get reason(): OutboundFailure | undefined {
    return this.#reason;
  }

  abort(reason: OutboundFailure): void {
    this.#reason ??= reason;
    this.release();
    this.#controller.abort();
  }

  /** Starts or restarts the timeout. */
  startTimer(milliseconds: number): void {
    this.stopTimer();
    this.#timer = setTimeout(() => this.abort('TIMEOUT'), milliseconds);
    // The socket keeps the process alive during a request. The timer alone must not.
    this.#timer.unref();
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
  }

  /** Stops the timer and the caller's listener. The caller's signal can outlive thousands of requests. */
  release(): void {
    this.stopTimer();
    this.#caller?.removeEventListener('abort', this.#onCallerAbort);
  }

  readonly #onCallerAbort = () => {
    const { name } = Object(this.#caller?.reason) as { name?: unknown };
    // `AbortSignal.timeout` uses this name.
    this.abort(name === 'TimeoutError' ? 'TIMEOUT' : 'ABORTED');
  };
}
