import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { MikroORM } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { RevocationSchema } from '../../src/accounts/revoke/revocation.entity.js';
import { leaseCovers, Leases } from '../../src/database/lease.js';
import { openDatabase } from '../../src/entities.js';
import { queries } from '../../src/database/queries.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let orm: MikroORM;
let id: string;

const leases = new Leases(RevocationSchema, { id: 'leaseId', until: 'leaseUntil' }, 40_000);

beforeAll(async () => {
  database = await createTestDatabase();
  orm = await openDatabase(database.url);
});

afterAll(async () => {
  await orm.close();
  await database.drop();
});

beforeEach(async () => {
  id = uuidv7();
  const now = sql<Date>`now()`;
  await queries(orm.em.fork(), RevocationSchema)
    .insertInto('Revocation')
    .values({
      id,
      serverId: uuidv7(),
      userId: uuidv7(),
      accessToken: 'sealed',
      issuer: 'https://as.example.com',
      tokenEndpoint: '',
      revocationEndpoint: '',
      clientId: '',
      tokenAuthMethod: 'none',
      nextAttemptAt: now,
      createdAt: now,
      updatedAt: now,
    })
    .execute();
});

async function take() {
  const { lease, taken } = leases.begin();
  const row = await queries(orm.em.fork(), RevocationSchema)
    .updateTable('Revocation')
    .set(taken)
    .where('id', '=', id)
    .where(leases.isFree())
    .returning([
      'id',
      'leaseUntil',
      sql<number>`extract(epoch from lease_until - now())::float8`.as('seconds'),
    ])
    .executeTakeFirst();
  return row ? { ...row, ...lease } : null;
}

const expire = () =>
  orm.em.fork().nativeUpdate(RevocationSchema, { id }, { leaseUntil: new Date(Date.now() - 1_000) });

const stored = () =>
  queries(orm.em.fork(), RevocationSchema)
    .selectFrom('Revocation')
    .select(['leaseId', 'leaseUntil'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();

describe('a lease', () => {
  it('goes to one of any number of processes that take it at once', async () => {
    const taken = await Promise.all(Array.from({ length: 20 }, take));
    expect(taken.filter((lease) => lease !== null)).toHaveLength(1);
  });

  it('ends after its duration by the database’s clock, and never later on the holder’s', async () => {
    const before = performance.now();
    const lease = (await take())!;
    expect(lease.seconds).toBe(40);
    expect(lease.endsAt).toBeGreaterThanOrEqual(before + 40_000);
    expect(lease.endsAt).toBeLessThanOrEqual(performance.now() + 40_000);
    expect(leaseCovers(lease, 30_000)).toBe(true);
    expect(leaseCovers(lease, 40_000)).toBe(false);
  });

  it('can be taken again once it is released', async () => {
    const lease = (await take())!;
    expect(await take()).toBeNull();
    await leases.release(orm.em, id, lease);
    expect(await stored()).toEqual({ leaseId: null, leaseUntil: null });
    expect(await take()).not.toBeNull();
  });

  it('can be taken again once it has ended, and its former holder cannot release it', async () => {
    const first = (await take())!;
    await expire();
    const second = (await take())!;
    expect(second.leaseId).not.toBe(first.leaseId);
    await leases.release(orm.em, id, first);
    expect((await stored()).leaseId).toBe(second.leaseId);
  });

  it('is released by the statement that stores the outcome', async () => {
    const lease = (await take())!;
    const store = () =>
      queries(orm.em.fork(), RevocationSchema)
        .updateTable('Revocation')
        .set({ ...leases.released, failureReason: 'refused' })
        .where('id', '=', id)
        .where('leaseId', '=', lease.leaseId)
        .executeTakeFirst();
    expect((await store()).numUpdatedRows).toBe(1n);
    expect(await stored()).toEqual({ leaseId: null, leaseUntil: null });
    expect((await store()).numUpdatedRows).toBe(0n);
  });

  it('takes a condition on the alias that the query gives its table', async () => {
    const free = () =>
      queries(orm.em.fork(), RevocationSchema)
        .selectFrom('Revocation as r')
        .select(leases.isFree('r').as('free'))
        .where('r.id', '=', id)
        .executeTakeFirst();
    expect(await free()).toEqual({ free: true });
    await take();
    expect(await free()).toEqual({ free: false });
  });
});

it('refuses, when compiled, columns of another type', () => {
  expect([
    // @ts-expect-error The end of a lease is a date.
    new Leases(RevocationSchema, { id: 'leaseId', until: 'issuer' }, 1),
    // @ts-expect-error The holder's id is a string.
    new Leases(RevocationSchema, { id: 'failures', until: 'leaseUntil' }, 1),
    // @ts-expect-error There is no such column.
    new Leases(RevocationSchema, { id: 'lease_id', until: 'leaseUntil' }, 1),
  ]).toHaveLength(3);
});
