import { JsonWeight, carriageReturn, lineFeed } from './json-weight.js';
import { OutboundError, reasonOf } from './outbound-error.js';
import type { RequestAbort } from './request-abort.js';

/** Holds a body, or each event of an event stream, to a maximum weight. */
export class SizeLimit {
  readonly #max: number;
  readonly #perEvent: boolean;
  readonly #json = new JsonWeight();
  #weight = 0;
  #lineLength = 0;
  #afterCr = false;

  constructor(max: number, perEvent: boolean) {
    this.#max = max;
    this.#perEvent = perEvent;
  }

  /** Adds a chunk, and returns true while the weight is within the limit. */
  accepts(chunk: Uint8Array): boolean {
    for (const byte of chunk) {
      this.#weight += this.#json.of(byte);
      if (this.#weight > this.#max) return false;
      if (!this.#perEvent) continue;
      // Lines end in CR, LF or CRLF. An empty line ends the event (WHATWG HTML, 9.2.6).
      const endsLine = byte === carriageReturn || (byte === lineFeed && !this.#afterCr);
      if (endsLine && this.#lineLength === 0) this.#weight = 0;
      if (endsLine) this.#lineLength = 0;
      else if (byte !== lineFeed) this.#lineLength++;
      this.#afterCr = byte === carriageReturn;
    }
    return true;
  }
}

export interface Bounds {
  url: string;
  abort: RequestAbort;
  limit: SizeLimit;
  /** Longest wait for the next bytes, in milliseconds. The time between two reads does not count. */
  idleMs?: number | undefined;
}

/**
 * Streams the source within the bounds. Beyond them, reading fails with an OutboundError. In every case the connection
 * is released, so that no server keeps sending to a closed reader.
 */
export function boundedBody(source: ReadableStream<Uint8Array>, bounds: Bounds): ReadableStream<Uint8Array> {
  const { url, abort, limit, idleMs } = bounds;
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (idleMs !== undefined) abort.startTimer(idleMs);
          const { done, value } = await reader.read();
          if (idleMs !== undefined) abort.stopTimer();
          if (done) {
            abort.release();
            controller.close();
          } else if (limit.accepts(value)) {
            controller.enqueue(value);
          } else {
            abort.abort('TOO_LARGE');
            throw new OutboundError('TOO_LARGE', url);
          }
        } catch (error) {
          abort.release();
          throw new OutboundError(abort.reason ?? reasonOf(error), url);
        }
      },
      async cancel() {
        abort.release();
        await reader.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Reads all bytes of a bounded body. */
export async function readWhole(body: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
