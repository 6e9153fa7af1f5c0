import { OutboundError, reasonOf } from './outbound-error.js';
import type { RequestAbort } from './request-abort.js';
import { limitSentence, ResponseCount, type ResponseKind, type ResponseLimits } from './response-limit.js';

export interface Bounds {
  url: string;
  abort: RequestAbort;
  limits: ResponseLimits;
  kind: ResponseKind;
  /** Longest wait for the next bytes, in milliseconds. The time between two reads does not count. */
  idleMs?: number | undefined;
}

/**
 * Streams the source within the bounds. Beyond them, reading fails with an OutboundError. In every case the connection
 * is released, so that no server keeps sending to a closed reader.
 */
export function boundedBody(source: ReadableStream<Uint8Array>, bounds: Bounds): ReadableStream<Uint8Array> {
  const { url, abort, limits, kind, idleMs } = bounds;
  const count = new ResponseCount(limits).counter(kind);
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
            return;
          }
          const exceeded = count(value);
          if (exceeded !== null) {
            abort.abort('TOO_LARGE');
            throw new OutboundError('TOO_LARGE', url, limitSentence('The response', exceeded, limits));
          }
          controller.enqueue(value);
        } catch (error) {
          abort.release();
          if (error instanceof OutboundError && error.reason === 'TOO_LARGE') throw error;
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
