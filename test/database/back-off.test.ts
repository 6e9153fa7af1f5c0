import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MikroORM } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { nextAttempt } from '../../src/database/back-off.js';
import { openDatabase } from '../../src/entities.js';
import { queries } from '../../src/database/queries.js';
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

/** Returns the pauses, in seconds, of a thousand attempts that have failed this often before. */
async function pauses(failures: number, retryAfter: number | null = null): Promise<number[]> {
  const next = nextAttempt(sql`t.failures`, { first: 30, longest: 3_600 }, retryAfter);
  const { rows } = await sql<{ pause: number }>`
    select extract(epoch from ${next} - now())::float8 as pause
    from (select ${failures}::int as failures from generate_series(1, 1000)) t`.execute(
    queries(orm.em.fork()),
  );
  return rows.map(({ pause }) => pause);
}

describe('the pause before the next attempt', () => {
  it.each([
    [0, 30],
    [1, 60],
    [2, 120],
    [6, 1_920],
    [7, 3_600],
    [30, 3_600],
    [2_000_000_000, 3_600],
  ])(
    'after %d failures is at most %d seconds and at least half of that, at random',
    async (failures, longest) => {
      const found = await pauses(failures);
      expect(Math.max(...found)).toBeLessThanOrEqual(longest);
      expect(Math.max(...found)).toBeGreaterThan(longest * 0.95);
      expect(Math.min(...found)).toBeGreaterThanOrEqual(longest / 2);
      expect(Math.min(...found)).toBeLessThan(longest * 0.55);
    },
  );

  it('is what the other side asks for, if that is longer', async () => {
    expect(new Set(await pauses(0, 7_200))).toEqual(new Set([7_200]));
    expect(Math.min(...(await pauses(7, 1)))).toBeGreaterThanOrEqual(1_800);
  });
});
