const quote = 0x22;
const comma = 0x2c;
const bracket = 0x5b;
const backslash = 0x5c;
const brace = 0x7b;
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;

/** Approximate bytes of memory that a parsed list, object, member or element takes. */
const valueWeight = 64;

/**
 * Estimates, byte by byte, the memory that parsing a text as JSON takes. Each byte weighs one. A byte that starts a
 * list, object, member or element also weighs the memory of the parsed value: otherwise, a mebibyte of `[` would become
 * fifty.
 */
export class JsonWeight {
  #inString = false;
  #isEscaped = false;

  of(byte: number): number {
    // A JSON string never contains a line break. The next line of an event stream can belong to another text.
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
