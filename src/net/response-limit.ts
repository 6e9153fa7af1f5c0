const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const tab = 0x09;
const space = 0x20;
const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * The limits of what a server sends. Bytes alone don't bound memory: parsed, a mebibyte of `[` would become fifty, so JSON
 * values are counted too. Each line of an event stream is limited because each event is parsed separately.
 */
export interface ResponseLimits {
  /** Bytes as received, without compression. */
  readonly bytes: number;
  /** Members of objects and elements of lists. */
  readonly values: number;
  /** Lines of event streams. */
  readonly lines: number;
  /** The environment variable that the operator can raise, or null if the limits are fixed. */
  readonly setting: string | null;
}

const mebibyte = 1024 * 1024;

/** The limits of a response of OAuth. */
export const oauthLimits: ResponseLimits = { bytes: mebibyte, values: 16_000, lines: 16_000, setting: null };

/** Returns the limits of the responses of an MCP server. */
export function mcpLimits(mebibytes: number, setting: string | null): ResponseLimits {
  return { bytes: mebibytes * mebibyte, values: mebibytes * 12_000, lines: mebibytes * 4_000, setting };
}

export type LimitedQuantity = 'bytes' | 'values' | 'lines';

/** Tells what the limits apply to: a whole body, a whole event stream, or each event of one. */
export type ResponseKind = 'WHOLE' | 'EVENT_STREAM' | 'EACH_EVENT';

/** Counts the responses of a server as they arrive, and holds them together to the limits. */
export class ResponseCount {
  readonly limits: ResponseLimits;
  #bytes = 0;
  #values = 0;
  #lines = 0;

  constructor(limits: ResponseLimits) {
    this.limits = limits;
  }

  /** Returns a function that counts the chunks of one response. It returns what exceeds its limit, or null. */
  counter(kind: ResponseKind): (chunk: Uint8Array) => LimitedQuantity | null {
    const json = new JsonValues();
    const lines = kind === 'WHOLE' ? null : new EventLines();
    return (chunk) => {
      for (const byte of chunk) {
        this.#bytes += 1;
        this.#values += json.beginningWith(byte);
        const ended = lines?.endingWith(byte) ?? null;
        if (ended !== null) this.#lines += 1;
        const exceeded = this.#exceeded();
        if (exceeded !== null) return exceeded;
        if (ended === 'EVENT' && kind === 'EACH_EVENT') this.#reset();
      }
      return null;
    };
  }

  #exceeded(): LimitedQuantity | null {
    const { bytes, values, lines } = this.limits;
    if (this.#bytes > bytes) return 'bytes';
    if (this.#values > values) return 'values';
    return this.#lines > lines ? 'lines' : null;
  }

  #reset(): void {
    this.#bytes = 0;
    this.#values = 0;
    this.#lines = 0;
  }
}

/** Returns the sentence about an exceeded limit: which one, how large it is, and who can change it. */
export function limitSentence(subject: string, exceeded: LimitedQuantity, limits: ResponseLimits): string {
  const change =
    limits.setting === null
      ? 'This limit is fixed.'
      : `The operator of Switchboard can raise this limit with ${limits.setting}.`;
  return `${subject} ${describeLimit[exceeded](limits[exceeded])}. ${change}`;
}

const describeLimit: Record<LimitedQuantity, (limit: number) => string> = {
  bytes: (limit) => `is larger than ${size(limit)} without compression`,
  values: (limit) => `contains more than ${limit.toLocaleString('en')} JSON values`,
  lines: (limit) => `contains more than ${limit.toLocaleString('en')} lines of event streams`,
};

function size(bytes: number): string {
  if (bytes >= mebibyte) return `${Math.floor(bytes / mebibyte)} MiB`;
  return `${bytes.toLocaleString('en')} bytes`;
}

/**
 * Counts the members and elements in a JSON text, chunk by chunk. Text in strings doesn't count. In an event stream, each
 * line begins outside of strings, because a JSON string contains no line break.
 */
class JsonValues {
  #inString = false;
  #isEscaped = false;
  /** True after the start of a list or an object, until its first value or its end. */
  #isOpened = false;

  /** Returns the number of values that begin with this byte. */
  beginningWith(byte: number): number {
    if (byte === lineFeed || byte === carriageReturn) {
      this.#inString = false;
      this.#isEscaped = false;
      return 0;
    }
    if (this.#inString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) this.#inString = false;
      return 0;
    }
    if (byte === space || byte === tab) return 0;
    const isFirst = this.#isOpened && byte !== closeBracket && byte !== closeBrace;
    this.#isOpened = byte === openBracket || byte === openBrace;
    if (byte === quote) this.#inString = true;
    return (isFirst ? 1 : 0) + (byte === comma ? 1 : 0);
  }
}

/** Finds the lines and events of an event stream. Lines end in CR, LF or CRLF (WHATWG HTML, 9.2.6). */
class EventLines {
  #lineLength = 0;
  #afterCr = false;

  /** Returns what ends with this byte: an EVENT, which is an empty line, another LINE, or nothing. */
  endingWith(byte: number): 'EVENT' | 'LINE' | null {
    const endsLine = byte === carriageReturn || (byte === lineFeed && !this.#afterCr);
    this.#afterCr = byte === carriageReturn;
    if (!endsLine) {
      if (byte !== lineFeed) this.#lineLength++;
      return null;
    }
    const isEmpty = this.#lineLength === 0;
    this.#lineLength = 0;
    return isEmpty ? 'EVENT' : 'LINE';
  }
}
