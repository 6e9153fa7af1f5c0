import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { MikroORM } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { openDatabase } from '../../src/entities.js';
import { queries } from '../../src/database/queries.js';
import { deleteInBatches, updateInBatches } from '../../src/database/sweep.js';
import { UserSchema } from '../../src/identity/store/user.entity.js';
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

/** Ten users of the last ten days: `0@example.com` is from today. */
beforeEach(async () => {
  const db = queries(orm.em.fork(), UserSchema);
  await db.deleteFrom('User').execute();
  await db
    .insertInto('User')
    .values(
      Array.from({ length: 10 }, (_, age) => ({
        id: uuidv7(),
        email: `${age}@example.com`,
        displayName: 'A',
        role: 'MEMBER' as const,
        createdAt: sql<Date>`now() - ${age} * interval '1 day'`,
        updatedAt: sql<Date>`now()`,
      })),
    )
    .execute();
});

const emails = async () => {
  const rows = await queries(orm.em.fork(), UserSchema)
    .selectFrom('User')
    .select('email')
    .orderBy('email')
    .execute();
  return rows.map(({ email }) => Number.parseInt(email, 10));
};

const threeDays = sql<Date>`now() - interval '2.5 days'`;

it('deletes the chosen rows and no other, in as many batches as it takes', async () => {
  const sweep = () =>
    deleteInBatches(orm.em, UserSchema, (users) => users.where('createdAt', '<', threeDays), { batch: 2 });
  expect(await sweep()).toBe(7);
  expect(await emails()).toEqual([0, 1, 2]);
  expect(await sweep()).toBe(0);
});

it('takes the rows in the order asked for and ends after the batch when it is told to', async () => {
  const users = await deleteInBatches(
    orm.em,
    UserSchema,
    (rows) => rows.where('createdAt', '<', threeDays).orderBy('createdAt'),
    { batch: 3, signal: AbortSignal.abort() },
  );
  expect(users).toBe(3);
  expect(await emails()).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

it('leaves out rows that another transaction has locked', async () => {
  await orm.em.fork().transactional(async (tx) => {
    await queries(tx, UserSchema)
      .selectFrom('User')
      .select('id')
      .where('email', '=', '9@example.com')
      .forUpdate()
      .execute();
    const swept = await deleteInBatches(orm.em, UserSchema, (users) =>
      users.where('createdAt', '<', threeDays),
    );
    expect(swept).toBe(6);
  });
  expect(await emails()).toEqual([0, 1, 2, 9]);
});

it('shares the rows when processes sweep at once', async () => {
  const sweep = () =>
    deleteInBatches(orm.em, UserSchema, (users) => users.where('createdAt', '<', threeDays), { batch: 2 });
  const swept = await Promise.all([sweep(), sweep(), sweep()]);
  expect(swept.reduce((sum, count) => sum + count)).toBe(7);
  expect(await emails()).toEqual([0, 1, 2]);
});

it('updates the chosen rows in batches, with values of the database and by the names of properties', async () => {
  const swept = await updateInBatches(
    orm.em,
    UserSchema,
    { disabledAt: sql<Date>`now()`, displayName: 'B' },
    (users) => users.where('createdAt', '<', threeDays).where('disabledAt', 'is', null),
    { batch: 2 },
  );
  expect(swept).toBe(7);
  const rows = await queries(orm.em.fork(), UserSchema)
    .selectFrom('User')
    .select(['disabledAt', 'displayName'])
    .where('displayName', '=', 'B')
    .execute();
  expect(rows).toHaveLength(7);
  for (const { disabledAt } of rows) expect(disabledAt).toBeInstanceOf(Date);
});
