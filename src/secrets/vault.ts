import { createDecipheriv } from 'node:crypto';
import { CompactEncrypt, decodeProtectedHeader } from 'jose';
import type { KeyRing } from './key-ring.js';

export { loadOrCreateKeyFile } from './key-file.js';
export { KeyRing } from './key-ring.js';

/** The place of a sealed value. The value opens in this place only. */
export interface Place {
  table: string;
  column: string;
  /** The row's primary key. */
  row: string;
}

/**
 * A sealed value does not open: its key is not in the ring, or it was altered, or it was sealed for another place. If it
 * is a user's token, the user must connect again. It never stops the process.
 */
export class UnreadableSecret extends Error {
  constructor(place: Place, why: string) {
    super(`The secret in ${place.table}.${place.column} cannot be opened: ${why}.`);
    this.name = 'UnreadableSecret';
  }
}

const algorithm = { alg: 'dir', enc: 'A256GCM' } as const;

/**
 * Seals secrets for storage as `<key id>.<JWE>` (RFC 7516 compact serialization, `dir` with A256GCM, never compressed).
 * The prefix repeats the key id of the JWE's header, so that SQL can count the values that a key seals. The header, which
 * is authenticated, also contains the place.
 */
export class Vault {
  readonly #keys: KeyRing;

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /** Seals a text with the ring's first key. Each call returns another value. */
  async seal(plaintext: string, place: Place): Promise<string> {
    const { id, bytes } = this.#keys.first;
    const jwe = await new CompactEncrypt(new TextEncoder().encode(plaintext))
      .setProtectedHeader(headerFor(id, place))
      .encrypt(bytes);
    return `${id}.${jwe}`;
  }

  /** @throws UnreadableSecret */
  async open(sealed: string, place: Place): Promise<string> {
    const dot = sealed.indexOf('.');
    const id = sealed.slice(0, Math.max(dot, 0));
    const jwe = sealed.slice(dot + 1);
    const key = this.#keys.find(id);
    if (!key) throw new UnreadableSecret(place, 'the key that sealed it is not in the ring');
    if (!hasExactly(protectedHeader(jwe), headerFor(id, place))) {
      throw new UnreadableSecret(place, 'it was not sealed for this place');
    }
    try {
      return decrypt(jwe, key.bytes);
    } catch {
      throw new UnreadableSecret(place, 'it was altered, or sealed with another key of the same id');
    }
  }
}

/**
 * Decrypts a JWE whose header is checked. Each tool call opens up to three values, and jose, by Web Crypto, would need three
 * times the CPU time and a thread for each.
 * @throws Error for another key, or an altered value
 */
function decrypt(jwe: string, key: Uint8Array): string {
  const [header = '', encryptedKey, iv = '', ciphertext = '', tag = '', ...rest] = jwe.split('.');
  const nonce = Buffer.from(iv, 'base64url');
  if (encryptedKey !== '' || rest.length > 0 || nonce.length !== 12) throw new Error('This is not a JWE.');
  // Only tags of this length are accepted.
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAAD(Buffer.from(header, 'ascii')).setAuthTag(Buffer.from(tag, 'base64url'));
  const plaintext = [decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()];
  return Buffer.concat(plaintext).toString();
}

function headerFor(kid: string, { table, column, row }: Place) {
  return { ...algorithm, kid, table, column, row };
}

function protectedHeader(jwe: string): object {
  try {
    return decodeProtectedHeader(jwe);
  } catch {
    return {};
  }
}

/** Tells whether the header has exactly the wanted members. A `zip` or `crit` would change how the value opens. */
function hasExactly(header: object, wanted: Record<string, string>): boolean {
  const members = Object.entries(header);
  return (
    members.length === Object.keys(wanted).length && members.every(([name, value]) => wanted[name] === value)
  );
}
