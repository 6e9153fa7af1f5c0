/** Time between two ticks. */
const tickMs = 100;

/** Time that one tick adds at most. A longer one means that the process was busy and read no answers. */
const maxStepMs = 2 * tickMs;

/**
 * A clock that counts only the time in which this process can read answers. While the event loop is blocked, the clock
 * stands still. A limit measured by it is the other side's: a database that answers while this process is busy is not late.
 */
export class ResponsiveClock {
  #time = 0;
  #lastTick = performance.now();
  #timer: NodeJS.Timeout | undefined;

  /** @param onTick called after each tick. The given time is the one of the tick before: answers were read since then. */
  constructor(private readonly onTick: (time: number) => void) {}

  /** Returns the milliseconds counted so far. */
  now(): number {
    return this.#time + Math.min(performance.now() - this.#lastTick, maxStepMs);
  }

  /** Starts the clock if it stands. It doesn't keep the process alive. */
  start(): void {
    if (this.#timer) return;
    this.#lastTick = performance.now();
    this.#timer = setInterval(tick, tickMs, this).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  tick(): void {
    const before = this.#time;
    this.#time = this.now();
    this.#lastTick = performance.now();
    this.onTick(before);
  }
}

function tick(clock: ResponsiveClock): void {
  clock.tick();
}
