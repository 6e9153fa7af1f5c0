import { OutboundError } from '../net/guarded-fetch.js';
import { limitSentence, ResponseCount, type ResponseLimits } from '../net/response-limit.js';

/** Holds the responses of one session together to limits. */
export class AnswerLimit {
  readonly #count: ResponseCount;

  constructor(limits: ResponseLimits) {
    this.#count = new ResponseCount(limits);
  }

  /** Returns a function that counts the chunks of one response. It throws OutboundError TOO_LARGE beyond a limit. */
  counter(url: string, isEventStream: boolean): (chunk: Uint8Array) => void {
    const count = this.#count.counter(isEventStream ? 'EVENT_STREAM' : 'WHOLE');
    return (chunk) => {
      const exceeded = count(chunk);
      if (exceeded === null) return;
      const sentence = limitSentence(
        'The sum of the responses to this operation',
        exceeded,
        this.#count.limits,
      );
      throw new OutboundError('TOO_LARGE', url, sentence);
    };
  }
}
