import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { tokenPlaces } from '../../src/accounts/store/account-tokens.js';
import { verifyKeyRing } from '../../src/secrets/canary.js';
import { KeyRing } from '../../src/secrets/key-ring.js';
import { resealAll } from '../../src/secrets/resealing.js';
import { countSealedValues } from '../../src/secrets/sealed-values.js';
import { startApp, type TestApp } from '../support/app.js';
import { seedAccount, seedOAuth2Server, seedSignedInUser } from '../support/seed.js';

const [k1, k2] = ['k1', 'k2'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
const old = KeyRing.parse(k1!);
const both = KeyRing.parse(`${k2},${k1}`);
const onlyNew = KeyRing.parse(k2!);

/** The process that still seals with the old key. */
let app: TestApp;
let accountId: string;
beforeEach(async () => {
  app = await startApp({ keys: old });
  await verify(old);
  const { id: serverId } = await seedOAuth2Server(app);
  const { id: userId } = await seedSignedInUser(app);
  await seedAccount(app, { userId, serverId });
  const [row] = await app.sql<{ id: string }>('select id from mcp_server_user_tokens');
  accountId = row!.id;
});
afterEach(() => app.close());

const verify = (keys: KeyRing) => verifyKeyRing(app.orm.em.fork(), keys);
const counts = async () => Object.fromEntries(await countSealedValues(app.orm.em.fork()));
const reseal = () => resealAll(app.orm.em.fork(), both);
const sealedByOld = () => app.vault.seal('written by the old process', tokenPlaces(accountId).accessToken);
const write = 'update mcp_server_user_tokens set access_token = $2 where id = $1';

test('refuses to remove a key in use, and counts the values that it seals', async () => {
  await verify(both);
  await expect(verify(onlyNew)).rejects.toThrow(
    /^The encryption key "k1" is missing: 1 value in this database is sealed with it, .* first run rotate-keys/,
  );
  await verify(both);
});

test('removes an unused key, and keeps nothing that it opens', async () => {
  await verify(both);
  await reseal();
  expect(await verify(onlyNew)).toEqual(['k1']);
  expect(await verify(onlyNew)).toEqual([]);
  expect(await app.sql('select id, canary is null as removed from encryption_keys order by id')).toEqual([
    { id: 'k1', removed: true },
    { id: 'k2', removed: false },
  ]);
});

test('accepts a removed key again, and another key under its id', async () => {
  await verify(both);
  await reseal();
  await verify(onlyNew);
  const another = KeyRing.parse(`${k2},k1:${randomBytes(32).toString('base64')}`);
  await verify(another);
  await expect(verify(both)).rejects.toThrow(/"k1" is not the one/);
  await verify(onlyNew);
  await verify(both);
  await app.sql(write, [accountId, await sealedByOld()]);
});

test('the database refuses new values of a process with a removed key, which reports it and still reads', async () => {
  await verify(both);
  await reseal();
  await verify(onlyNew);
  const before = await counts();
  await expect(app.sql(write, [accountId, await sealedByOld()])).rejects.toThrow(
    'The encryption key "k1" was removed from this database; nothing may be sealed with it.',
  );
  expect(await counts()).toEqual(before);
  expect((await fetch(`${app.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${app.url}/readyz`)).status).toBe(503);
  expect(app.logs.filter(({ key }) => key === 'k1')).toHaveLength(1);
  const { graphql } = await seedSignedInUser(app);
  await expect(graphql.data('{ mcpServerConfigs { id authConnected } }')).resolves.toBeTruthy();

  await verify(both);
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
});

describe('a removal during the write of a value', () => {
  let writer: pg.Client;
  beforeEach(async () => {
    await verify(both);
    await reseal();
    writer = new pg.Client({ connectionString: app.databaseUrl });
    await writer.connect();
  });
  afterEach(() => writer.end());

  /** Resolves when a statement waits for a lock in this database. */
  async function somebodyWaits(): Promise<void> {
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await app.sql(waiting)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  test('waits for the value, counts it, and is refused', async () => {
    await writer.query('begin');
    await writer.query(write, [accountId, await sealedByOld()]);
    const removal = verify(onlyNew).then(
      () => 'removed',
      (error: Error) => error.message,
    );
    await somebodyWaits();
    await writer.query('commit');
    expect(await removal).toContain('"k1" is missing: 1 value');
    expect(await verify(both)).toEqual([]);
  });

  test('waits for the value, and continues if it is rolled back', async () => {
    await writer.query('begin');
    await writer.query(write, [accountId, await sealedByOld()]);
    const removal = verify(onlyNew);
    await somebodyWaits();
    await writer.query('rollback');
    expect(await removal).toEqual(['k1']);
  });

  test('never leaves an unreadable value: in 50 races with a write, one of the two fails', async () => {
    for (let round = 0; round < 50; round += 1) {
      const sealed = await sealedByOld();
      const [removal, written] = await Promise.allSettled([
        verify(onlyNew),
        // Sometimes the writer starts a little earlier.
        writer.query(`${write} and pg_sleep($3) is not null`, [
          accountId,
          sealed,
          round % 2 === 0 ? 0 : 0.005,
        ]),
      ]);
      expect([removal.status, written.status].toSorted()).toEqual(['fulfilled', 'rejected']);
      expect((await counts()).k1 ?? 0).toBe(written.status === 'fulfilled' ? 1 : 0);
      await verify(both);
      await reseal();
    }
  });
});
