import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no letter that could be taken for another or for a digit. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Eight characters, 40 random bits: short enough to be read out over the telephone. */
export function newReference(): string {
  let bits = randomBytes(5).reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  let reference = '';
  for (let place = 0; place < 8; place++) {
    reference = alphabet[Number(bits & 31n)] + reference;
    bits >>= 5n;
  }
  return reference;
}

/** A reference as somebody has typed it: in any case, with spaces and hyphens, with O for 0 and I or L for 1. */
export function readReference(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}
