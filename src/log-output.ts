import { writeSync } from 'node:fs';

/**
 * Bytes of log lines that are written at once, and the time after which fewer are. With one more line they are usually below
 * the 4,096 bytes that a pipe keeps whole, so that the lines of several workers don't mix.
 */
const batchBytes = 3_000;
const batchMs = 100;
/** The characters that wait for a reader that is slow. Later lines are lost. */
const maxWaiting = 1_048_576;
/** At the end of the process, a slow reader gets a second. */
const lastAttempts = 100;
const lastAttemptMs = 10;

/**
 * The log of a process that serves requests. It writes several lines at once, because a system call per request is a good
 * part of a short one. At the end of the process, also by an uncaught error, it writes the rest.
 *
 * Lines that cannot be written are lost: with a full disk or without a reader, the process serves on and can be ended.
 * pino's own destination repeats a failed write for ever, which blocks the process.
 */
class LogOutput {
  #waiting = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly fd: number) {
    process.once('exit', () => this.#writeRest());
  }

  write(line: string): void {
    if (this.#waiting.length + line.length > maxWaiting) return;
    this.#waiting += line;
    if (this.#waiting.length >= batchBytes) this.#flush();
    else this.#flushSoon();
  }

  /** Only for the timer. */
  flushLater(): void {
    this.#timer = undefined;
    this.#flush();
  }

  /** @returns false if the reader is slow, so that lines still wait */
  #flush(): boolean {
    let bytes = Buffer.from(this.#waiting);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.fd, bytes));
      this.#waiting = '';
      return true;
    } catch (error) {
      const isSlow = (error as NodeJS.ErrnoException).code === 'EAGAIN';
      this.#waiting = isSlow ? bytes.toString() : '';
      if (isSlow) this.#flushSoon();
      return !isSlow;
    }
  }

  #flushSoon(): void {
    if (this.#timer === undefined) this.#timer = setTimeout(flush, batchMs, this).unref();
  }

  #writeRest(): void {
    const clock = new Int32Array(new SharedArrayBuffer(4));
    for (let attempt = 0; attempt < lastAttempts && !this.#flush(); attempt += 1) {
      Atomics.wait(clock, 0, 0, lastAttemptMs);
    }
  }
}

function flush(output: LogOutput): void {
  output.flushLater();
}

/** Opens stderr for the log of a process that serves requests. */
export function openLogOutput(): { write(line: string): void } {
  return new LogOutput(2);
}
