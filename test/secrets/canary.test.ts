import { randomBytes } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import { openDatabase } from '../../src/entities.js';
import { verifyKeyRing } from '../../src/secrets/canary.js';
import { KeyRing } from '../../src/secrets/key-ring.js';
import { Vault } from '../../src/secrets/vault.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let orm: MikroORM;
beforeAll(async () => {
  database = await createTestDatabase();
  orm = await openDatabase(database.url);
});
afterAll(async () => {
  await orm.close();
  await database.drop();
});
beforeEach(() => orm.em.getConnection().execute('truncate encryption_keys'));

const [a, b, c] = [randomBytes(32), randomBytes(32), randomBytes(32)].map((key) => key.toString('base64'));
const verify = (...keys: string[]) => verifyKeyRing(orm.em.fork(), KeyRing.parse(keys.join(',')));
const stored = () =>
  orm.em
    .getConnection()
    .execute<{ id: string; canary: string }[]>('select id, canary from encryption_keys order by id');
const storedIds = async () => (await stored()).map(({ id }) => id);

test('registers the keys in a new database and accepts them afterwards', async () => {
  await verify(`k1:${a}`, `k2:${b}`);
  const before = await stored();
  await verify(`k1:${a}`, `k2:${b}`);
  await verify(`k2:${b}`, `k1:${a}`);

  expect(before.map(({ id }) => id)).toEqual(['k1', 'k2']);
  expect(before.every(({ id, canary }) => canary.startsWith(`${id}.`))).toBe(true);
  expect(await stored()).toEqual(before);
});

test('accepts an added key', async () => {
  await verify(`k1:${a}`);
  await verify(`k2:${b}`, `k1:${a}`);
  expect(await storedIds()).toEqual(['k1', 'k2']);
});

test('refuses another key under a registered id and names the id', async () => {
  await verify(`k1:${a}`);
  await expect(verify(`k1:${b}`)).rejects.toThrow(
    /^The encryption key "k1" is not the one that this database/,
  );
});

test('refuses a ring without a registered key, even if nothing is sealed yet', async () => {
  await verify(`k1:${a}`);
  await expect(verify(`k2:${b}`)).rejects.toThrow(
    /^The encryption key "k1" is missing: 0 values .* the configured keys are "k2"\./,
  );
});

test('a refused start stores nothing, so that the right keys still start afterwards', async () => {
  await verify(`k1:${a}`);
  await expect(verify(`k2:${b}`)).rejects.toThrow(/"k1" is missing/);
  await expect(verify(`k2:${b}`, `k1:${c}`)).rejects.toThrow(/"k1" is not the one/);

  expect(await storedIds()).toEqual(['k1']);
  await verify(`k1:${a}`);
});

test('refuses a canary that was copied from another row', async () => {
  await verify(`k1:${a}`);
  await orm.em
    .getConnection()
    .execute(`insert into encryption_keys select 'k2', canary, created_at from encryption_keys`);
  await expect(verify(`k1:${a}`, `k2:${b}`)).rejects.toThrow(/"k2" is not the one/);
});

test('refuses a canary with another text, even if the right key sealed it', async () => {
  const place = { table: 'encryption_keys', column: 'canary', row: 'k1' };
  const other = await new Vault(KeyRing.parse(`k1:${a}`)).seal('another text', place);
  await verify(`k1:${a}`);
  await orm.em.getConnection().execute('update encryption_keys set canary = ?', [other]);
  await expect(verify(`k1:${a}`)).rejects.toThrow(/"k1" is not the one/);
});

test('accepts twenty first starts at once with one ring', async () => {
  await Promise.all(Array.from({ length: 20 }, () => verify(`k1:${a}`, `k2:${b}`)));
  expect(await storedIds()).toEqual(['k1', 'k2']);
});

test('accepts one of two keys with the same id when first starts run at once', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) => verify(`k1:${n % 2 === 0 ? a : b}`)),
  );
  const passed = outcomes.map(({ status }) => status === 'fulfilled');

  expect(passed.filter(Boolean)).toHaveLength(10);
  expect(new Set(passed.filter((_, n) => n % 2 === 0)).size).toBe(1);
  expect(new Set(passed.filter((_, n) => n % 2 === 1)).size).toBe(1);
});

test('accepts one of several rings when first starts run at once, and stores nothing of the others', async () => {
  const outcomes = await Promise.allSettled([verify(`k1:${a}`), verify(`k2:${b}`), verify(`k3:${c}`)]);

  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await storedIds()).toHaveLength(1);
});

test('can run in the transaction of its caller', async () => {
  await expect(
    orm.em.fork().transactional(async (em) => {
      await verifyKeyRing(em, KeyRing.parse(`k1:${a}`));
      throw new Error('undone');
    }),
  ).rejects.toThrow('undone');
  expect(await storedIds()).toEqual([]);
});
