import { randomBytes } from 'node:crypto';

/** Crockford's base 32. It has no letters that look like other letters or digits. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Returns a random reference of eight characters (40 bits), short enough to read out on the telephone. */
export function newReference(): string {
  let bits = randomBytes(5).reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  let reference = '';
  for (let place = 0; place < 8; place++) {
    reference = alphabet[Number(bits & 31n)] + reference;
    bits >>= 5n;
  }
  return reference;
}

/** Normalizes a typed reference: any case, spaces, hyphens, O for 0, and I or L for 1. */
export function readReference(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}
