import type { Cutoff } from './cutoff.js';
import { JsonWeight, carriageReturn, lineFeed } from './json-weight.js';
import { OutboundError, reasonOf } from './outbound-error.js';

/** Weighs a body, or each event of an event stream, against a limit of so many bytes. */
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

  /** Whether all is still within the limit after this chunk. */
  accepts(chunk: Uint8Array): boolean {
    for (const byte of chunk) {
      this.#weight += this.#json.of(byte);
      if (this.#weight > this.#max) return false;
      if (!this.#perEvent) continue;
      // Lines end in CR, LF or CRLF; an empty line ends the event (WHATWG HTML, 9.2.6).
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
  cutoff: Cutoff;
  limit: SizeLimit;
  /** Longest wait for the next bytes, in milliseconds; a reader that takes its time is not counted. */
  idleMs?: number | undefined;
}

/**
 * The same bytes, no further than the bounds allow: reading fails with an OutboundError where they end. Whatever ends
 * it, the connection is given up, so that nothing goes on sending to nobody.
 */
export function boundedBody(source: ReadableStream<Uint8Array>, bounds: Bounds): ReadableStream<Uint8Array> {
  const { url, cutoff, limit, idleMs } = bounds;
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (idleMs !== undefined) cutoff.startTimer(idleMs);
          const { done, value } = await reader.read();
          if (idleMs !== undefined) cutoff.stopTimer();
          if (done) {
            cutoff.release();
            controller.close();
          } else if (limit.accepts(value)) {
            controller.enqueue(value);
          } else {
            cutoff.cut('TOO_LARGE');
            throw new OutboundError('TOO_LARGE', url);
          }
        } catch (error) {
          cutoff.release();
          throw new OutboundError(cutoff.reason ?? reasonOf(error), url);
        }
      },
      async cancel() {
        cutoff.release();
        await reader.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}

/** All bytes of a body, which is known to be bounded. */
export async function readWhole(body: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
