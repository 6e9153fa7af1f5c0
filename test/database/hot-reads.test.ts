import type { EntityManager, MikroORM, PostgreSqlConnection } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { parseTexts, parseTime } from '../../src/database/hot-read-values.js';
import { HotReads, type HotRead } from '../../src/database/hot-reads.js';
import { queries } from '../../src/database/queries.js';
import { openDatabase } from '../../src/entities.js';
import { UserSchema } from '../../src/identity/store/user.entity.js';
import { createLog } from '../../src/log.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let orm: MikroORM;
let em: EntityManager;
let reads: HotReads;
const logged: string[] = [];
const log = createLog('info', { write: (line) => void logged.push(line) });
const userId = uuidv7();

beforeAll(async () => {
  database = await createTestDatabase();
  orm = await openDatabase(database.url);
  await orm.em.fork().insert(UserSchema, {
    id: userId,
    email: 'ada@example.com',
    displayName: 'Ada',
    role: 'MEMBER',
    createdAt: new Date('2026-01-02T03:04:05.067Z'),
    updatedAt: new Date(),
  });
  await orm.close();
});
afterAll(() => database.drop());
beforeEach(async () => {
  orm = await openDatabase(database.url);
  em = orm.em.fork();
  reads = new HotReads({ log });
  logged.splice(0);
});
afterEach(() => orm.close());

interface UserRow {
  id: string;
  displayName: string;
  createdAt: Date;
}

/** Its limit is part of the text. */
const readUser: HotRead<{ id: string }, UserRow, number> = (em, { id }, limit) =>
  queries(em, UserSchema)
    .selectFrom('User as u')
    .select(['u.id as id', 'u.displayName as displayName', 'u.createdAt as createdAt'])
    .where('u.id', '=', id)
    .limit(sql.lit(limit));

const ada = { id: userId, displayName: 'Ada', createdAt: '2026-01-02T03:04:05.067Z' };

/** Sends a statement on the connection that the reads before it have used. */
async function onConnection<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
  const pool = await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient();
  const { rows } = await pool.query<Row>(text);
  expect(pool.totalCount).toBe(1);
  return rows;
}
const preparedStatements = () =>
  onConnection<{ name: string }>('select name from pg_prepared_statements order by prepare_time');

test('prepares a read once per connection and binds the values of each run', async () => {
  for (let run = 0; run < 3; run += 1) {
    expect(await reads.run(em, readUser, { id: userId }, 1)).toEqual([ada]);
  }
  expect(await reads.run(em, readUser, { id: uuidv7() }, 1)).toEqual([]);
  expect(await preparedStatements()).toEqual([{ name: expect.stringMatching(/^read_[\w-]{43}$/) as string }]);
});

test('sends a value as a value, whatever it contains', async () => {
  const byName: HotRead<{ name: string }, { id: string }> = (em, { name }) =>
    queries(em, UserSchema).selectFrom('User as u').select('u.id as id').where('u.displayName', '=', name);
  expect(await reads.run(em, byName, { name: "Ada' or '1' = '1" })).toEqual([]);
  expect(await reads.run(em, byName, { name: 'Ada' })).toEqual([{ id: userId }]);
});

test('runs in the transaction of its entity manager, with the same rows', async () => {
  const id = uuidv7();
  await expect(
    em.transactional(async (tx) => {
      const { createdAt } = ada;
      await tx.insert(UserSchema, {
        id,
        email: 'grace@example.com',
        displayName: 'Grace',
        role: 'MEMBER',
        createdAt: new Date(createdAt),
        updatedAt: new Date(),
      });
      expect(await reads.run(tx, readUser, { id }, 1)).toEqual([{ id, displayName: 'Grace', createdAt }]);
      expect(await reads.run(orm.em.fork(), readUser, { id }, 1)).toEqual([]);
      throw new Error('rolled back');
    }),
  ).rejects.toThrow('rolled back');
});

test('repeats a read whose prepared statement is gone, and goes on without names', async () => {
  expect(await reads.run(em, readUser, { id: userId }, 1)).toEqual([ada]);
  // A pooler that gives each transaction another connection has the same effect.
  await onConnection('deallocate all');
  for (let run = 0; run < 3; run += 1) {
    expect(await reads.run(em, readUser, { id: userId }, 1)).toEqual([ada]);
  }
  expect(await preparedStatements()).toEqual([]);
  expect(logged).toEqual([expect.stringContaining('Prepared statements are not available')]);
});

test('repeats a read whose name another client has prepared', async () => {
  await reads.run(em, readUser, { id: userId }, 1);
  const [{ name }] = (await preparedStatements()) as [{ name: string }];
  await orm.close();
  orm = await openDatabase(database.url);
  await onConnection(`prepare "${name}" as select 'of another client'`);
  for (let run = 0; run < 3; run += 1) {
    expect(await reads.run(orm.em.fork(), readUser, { id: userId }, 1)).toEqual([ada]);
  }
  expect(logged).toEqual([expect.stringContaining('Prepared statements are not available')]);
});

test('needs no prepared statement in a transaction, where a failure would end the transaction', async () => {
  await em.transactional(async (tx) => {
    expect(await reads.run(tx, readUser, { id: userId }, 1)).toEqual([ada]);
    expect(await tx.execute('select name from pg_prepared_statements')).toEqual([]);
  });
});

test('repeats a read after a migration has changed the type of its column', async () => {
  const fresh: HotRead<{ id: string }, { email: string }> = (em, { id }) =>
    queries(em, UserSchema).selectFrom('User as u').select('u.email as email').where('u.id', '=', id);
  expect(await reads.run(em, fresh, { id: userId })).toEqual([{ email: 'ada@example.com' }]);
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await admin.query('alter table users alter column email type varchar(300)');
  await admin.end();
  expect(await reads.run(em, fresh, { id: userId })).toEqual([{ email: 'ada@example.com' }]);
  expect(logged).toEqual([]);
});

test('gives at most a hundred texts a name, and runs every text', async () => {
  for (let limit = 1; limit <= 130; limit += 1) {
    expect(await reads.run(em, readUser, { id: userId }, limit)).toEqual([ada]);
  }
  expect(await preparedStatements()).toHaveLength(100);
  expect(logged).toEqual([]);
});

test('refuses a column without its property', async () => {
  const careless: HotRead<{ id: string }, { displayName: string }> = (em, { id }) =>
    queries(em, UserSchema).selectFrom('User as u').select('u.displayName').where('u.id', '=', id);
  await expect(reads.run(em, careless, { id: userId })).rejects.toThrow('display_name');
});

const times = [
  '2026-01-02 03:04:05+00',
  '2026-01-02 03:04:05.6+00',
  '2026-01-02 03:04:05.678901+00',
  '2026-12-31 23:59:59.999999+00',
  '0099-01-02 03:04:05.6+00',
  '20260-01-02 03:04:05+00',
  '0044-03-15 12:00:00+00 BC',
];

test.each(['UTC', 'Asia/Kolkata', 'America/St_Johns'])(
  'reads times as ISO texts with the milliseconds of a Date, in a session of %s',
  async (timeZone) => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`set timezone = '${timeZone}'`);
    for (const time of times) {
      const text = `select '${time}'::timestamptz::text as text, '${time}'::timestamptz as date`;
      const { rows } = await client.query<{ text: string; date: Date }>(text);
      expect(parseTime(rows[0]!.text)).toBe(rows[0]!.date.toISOString());
    }
    await client.end();
  },
);

test('reads arrays of texts as the driver does', async () => {
  const alphabet = ['a', ' ', ',', '"', '\\', '{', '}', 'NULL', 'ü', '\n', "'", '\\"', ''];
  const pick = (n: number) => alphabet[n % alphabet.length]!;
  const arrays: (string | null)[][] = [
    [],
    [''],
    ['NULL'],
    [null],
    ['a', null, 'b'],
    ['\\'],
    ['"'],
    ['\\"', ','],
  ];
  let seed = 7;
  const next = () => (seed = (seed * 48_271) % 2_147_483_647);
  for (let count = 0; count < 2_000; count += 1) {
    arrays.push(
      Array.from({ length: next() % 5 }, () =>
        Array.from({ length: next() % 5 }, () => pick(next())).join(''),
      ),
    );
  }
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ text: string }>(
    `select array(select jsonb_array_elements_text(element))::text as text
     from jsonb_array_elements($1::jsonb) with ordinality as t (element, n) order by n`,
    [JSON.stringify(arrays)],
  );
  await client.end();
  expect(rows.map(({ text }) => parseTexts(text))).toEqual(arrays);
  expect(parseTexts('{{a,b},{c,d}}')).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});
