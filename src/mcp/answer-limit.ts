import { JsonWeight, carriageReturn, lineFeed } from '../net/json-weight.js';
import { OutboundError } from '../net/guarded-fetch.js';

/** The weight of a line of an event stream in addition to its bytes, because each event is parsed and checked separately. */
const lineWeight = 256;

/** Holds the responses of one session to a maximum weight: their bytes, and the cost of parsing them. */
export class AnswerLimit {
  #weightLeft: number;

  constructor(maxBytes: number) {
    this.#weightLeft = maxBytes;
  }

  /** Returns a function that counts the chunks of one response. It throws OutboundError TOO_LARGE beyond the limit. */
  counter(url: string, isEventStream: boolean): (chunk: Uint8Array) => void {
    const json = new JsonWeight();
    return (chunk) => {
      let weight = 0;
      for (const byte of chunk) {
        weight += json.of(byte);
        if (isEventStream && (byte === lineFeed || byte === carriageReturn)) weight += lineWeight;
      }
      this.#weightLeft -= weight;
      if (this.#weightLeft < 0) throw new OutboundError('TOO_LARGE', url);
    };
  }
}
