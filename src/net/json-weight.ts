const quote = 0x22;
const comma = 0x2c;
const bracket = 0x5b;
const backslash = 0x5c;
const brace = 0x7b;
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;

/** What a value takes in memory once it is read, as lists, objects and numbers do, whatever few bytes it was sent in. */
const valueWeight = 64;

/**
 * Weighs a text that somebody will read as JSON, byte by byte: each byte weighs one, and each that begins another list,
 * object, member or element weighs as much as reading it costs. A mebibyte of `[` would otherwise become fifty.
 */
export class JsonWeight {
  #inString = false;
  #isEscaped = false;

  of(byte: number): number {
    // No string of JSON goes over the end of a line; an event stream's next line may be of another text.
    if (byte === lineFeed || byte === carriageReturn) {
      this.#inString = false;
      this.#isEscaped = false;
      return 1;
    }
    if (this.#inString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) this.#inString = false;
      return 1;
    }
    if (byte === quote) this.#inString = true;
    return byte === bracket || byte === brace || byte === comma ? 1 + valueWeight : 1;
  }
}
