const idForm = /^[A-Za-z0-9_-]{1,32}$/;
const base64Form = /^[A-Za-z0-9+/_-]+={0,2}$/;
const keyBytes = 32;

/** A 256-bit key, and the id that every value sealed with it carries. */
export interface SealingKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/**
 * The keys that seal secrets. The first key seals; every key opens. The keys are in a private field, so that a logged or
 * printed ring shows ids only.
 */
export class KeyRing {
  readonly #keys: ReadonlyMap<string, SealingKey>;
  readonly #first: SealingKey;
  readonly ids: readonly string[];

  private constructor(keys: readonly [SealingKey, ...SealingKey[]]) {
    this.#keys = new Map(keys.map((key) => [key.id, key]));
    this.#first = keys[0];
    this.ids = keys.map(({ id }) => id);
  }

  /**
   * Reads `id:key,id:key…`. Each key is 32 bytes in base64 or base64url; each id is 1 to 32 letters, digits, `_` or `-`.
   *
   * @throws Error that lists every mistake by its position and repeats nothing that could be a key
   */
  static parse(text: string): KeyRing {
    const keys: SealingKey[] = [];
    const mistakes: string[] = [];
    for (const [index, entry] of text.trim().split(',').entries()) {
      const key = parseEntry(entry.trim());
      const mistake = typeof key === 'string' ? key : clashWith(keys, key);
      if (mistake !== null) mistakes.push(`key ${index + 1}: ${mistake}`);
      else if (typeof key !== 'string') keys.push(key);
    }
    const [first, ...others] = keys;
    if (!first || mistakes.length > 0) {
      throw new Error(
        `${mistakes.join('; ')}. Write id:key pairs, separated by commas. ` +
          'To create a pair, run: echo "k1:$(head -c 32 /dev/urandom | base64)"',
      );
    }
    return new KeyRing([first, ...others]);
  }

  /** Returns the text that `parse` reads, for another process of this server. The text contains the keys. */
  serialize(): string {
    return [...this.#keys.values()]
      .map(({ id, bytes }) => `${id}:${Buffer.from(bytes).toString('base64')}`)
      .join(',');
  }

  /** The key that seals. */
  get first(): SealingKey {
    return this.#first;
  }

  find(id: string): SealingKey | null {
    return this.#keys.get(id) ?? null;
  }

  /** Returns a ring of this one key. @throws Error for an id that is not in the ring */
  only(id: string): KeyRing {
    const key = this.find(id);
    if (!key) throw new Error(`There is no key "${id}" in the ring.`);
    return new KeyRing([key]);
  }
}

function parseEntry(entry: string): SealingKey | string {
  const colon = entry.indexOf(':');
  if (colon < 0) return 'has no id; write id:key';
  const id = entry.slice(0, colon);
  if (!idForm.test(id)) return 'its id is not 1 to 32 letters, digits, "_" or "-"';
  const encoded = entry.slice(colon + 1).trim();
  if (!base64Form.test(encoded)) return 'is not base64 after the colon';
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== keyBytes) return `is ${bytes.length} bytes long; ${keyBytes} are needed`;
  // The key of an example, or of a generator that failed.
  if (bytes.every((byte) => byte === 0)) return 'consists of zeros, so it protects nothing';
  return { id, bytes };
}

function clashWith(earlier: readonly SealingKey[], key: SealingKey): string | null {
  if (earlier.some(({ id }) => id === key.id)) return 'has the id of an earlier one';
  const same = earlier.some(({ bytes }) => Buffer.compare(bytes, key.bytes) === 0);
  return same ? 'is the same key as an earlier one, under another id' : null;
}
