import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { KeyRing } from '../../src/secrets/key-ring.js';

const key = (bytes = 32) => randomBytes(bytes).toString('base64');

test('seals with the first key and finds all keys', () => {
  const [one, two] = [randomBytes(32), randomBytes(32)];
  const ring = KeyRing.parse(` new:${one.toString('base64')} ,\n old:${two.toString('base64url')}\n`);

  expect(ring.ids).toEqual(['new', 'old']);
  expect(ring.first.id).toBe('new');
  expect(ring.find('new')?.bytes).toEqual(one);
  expect(ring.find('old')?.bytes).toEqual(two);
  expect(ring.find('other')).toBeNull();
});

test('serializes to a text that parses to the same ring', () => {
  const ring = KeyRing.parse(`new:${key()},old:${key()}`);
  const copy = KeyRing.parse(ring.serialize());
  expect(copy.ids).toEqual(ring.ids);
  for (const id of ring.ids) expect(copy.find(id)).toEqual(ring.find(id));
});

test.each([
  ['nothing', '', /key 1: has no id/],
  ['a key without an id', key(), /key 1: has no id/],
  ['an empty id', `:${key()}`, /key 1: its id is not/],
  ['an id of 33 characters', `${'k'.repeat(33)}:${key()}`, /key 1: its id is not/],
  ['an id with a dot', `k.1:${key()}`, /key 1: its id is not/],
  ['an id with a line break', `k1\n:${key()}`, /key 1: its id is not/],
  ['no key', 'k1:', /key 1: is not base64/],
  ['a key that is not base64', 'k1:!!!!', /key 1: is not base64/],
  ['a short key', `k1:${key(16)}`, /key 1: is 16 bytes long; 32 are needed/],
  ['a long key', `k1:${key(64)}`, /key 1: is 64 bytes long; 32 are needed/],
  ['a key of zeros', `k1:${Buffer.alloc(32).toString('base64')}`, /key 1: consists of zeros/],
  ['a key of zeros in base64url', `k1:${'A'.repeat(43)}`, /key 1: consists of zeros/],
  ['a repeated id', `k1:${key()},k1:${key()}`, /key 2: has the id of an earlier one/],
  ['a trailing comma', `k1:${key()},`, /key 2: has no id/],
])('refuses %s', (_kind, text, message) => {
  expect(() => KeyRing.parse(text)).toThrow(message);
});

test('refuses one key under two ids, in any encoding', () => {
  const bytes = Buffer.alloc(32, 0xfb);
  const text = `k1:${bytes.toString('base64')},k2:${bytes.toString('base64url')}`;
  expect(() => KeyRing.parse(text)).toThrow(/key 2: is the same key as an earlier one/);
});

test('reports every mistake at once', () => {
  expect(() => KeyRing.parse(`k1:short,${key()},k3:${key()},k3:${key()}`)).toThrow(
    /key 1: .*; key 2: .*; key 4: /,
  );
});

test('repeats nothing that could be a key in its errors', () => {
  const secret = key(31);
  for (const text of [secret, `k1:${secret}`, `${secret}:k1`, `k1:${secret}!`, `k1 ${secret}`]) {
    expect(() => KeyRing.parse(text)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining(secret.slice(0, 8)) }),
    );
  }
});

test('shows no key when logged or printed', () => {
  const secret = key();
  const ring = KeyRing.parse(`k1:${secret}`);
  for (const shown of [JSON.stringify(ring), inspect(ring, { depth: 9, showHidden: true }), String(ring)]) {
    expect(shown).not.toContain(secret.slice(0, 8));
    expect(shown).not.toMatch(/Buffer|Uint8Array/);
  }
});
