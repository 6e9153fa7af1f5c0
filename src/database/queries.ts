import type { EntitySchemaWithMeta, Opt } from '@mikro-orm/core';
import type { EntityManager, InferKyselyDB } from '@mikro-orm/postgresql';
import type { GeneratedAlways, Kysely } from 'kysely';

/*
 * Kysely over the entities. Use it for joins, CTEs, `RETURNING` and `FOR UPDATE SKIP LOCKED`. A single-table read or
 * write without these is shorter with `em.find`, `em.insert` or `em.nativeUpdate`.
 *
 * A join. In a query of several tables, qualify every column:
 *
 *     const rows = await queries(em, AccountSchema, UserSchema)
 *       .selectFrom('Account as a')
 *       .innerJoin('User as u', 'u.id', 'a.userId')
 *       .select(['a.id', 'a.expiresAt', 'u.email'])
 *       .where('a.expiresAt', '<', sql<Date>`now()`)
 *       .execute();
 *
 * Claims rows that no other process holds. An UPDATE names its table without an alias:
 *
 *     const claimed = await queries(em, RevocationSchema)
 *       .updateTable('Revocation')
 *       .set({ leaseId, leaseUntil: sql<Date>`now() + ${seconds} * interval '1 second'` })
 *       .where('id', 'in', (eb) =>
 *         eb.selectFrom('Revocation').select('id').orderBy('nextAttemptAt').limit(10).forUpdate().skipLocked(),
 *       )
 *       .returning(['id', 'nextAttemptAt'])
 *       .execute();
 *
 * An upsert. Hooks do not run here, so the id and the times are written:
 *
 *     const { generation } = await queries(em, AccountSchema)
 *       .insertInto('Account')
 *       .values({ id: uuidv7(), serverId, userId, createdAt: sql`now()`, updatedAt: sql`now()` })
 *       .onConflict((oc) =>
 *         oc.columns(['serverId', 'userId']).doUpdateSet({ generation: sql`${sql.ref('Account.generation')} + 1` }),
 *       )
 *       .returning('generation')
 *       .executeTakeFirstOrThrow();
 */

const options = {
  tableNamingStrategy: 'entity',
  columnNamingStrategy: 'property',
  // Without it, an array in a JSON column would be sent as a PostgreSQL array.
  convertValues: true,
} as const;

type Inferred<S extends EntitySchemaWithMeta> = InferKyselyDB<S, typeof options>;

/** Makes a generated column, which its entity marks by `$type<Opt<…>>()`, readable and not writable. */
type Column<Value> = Value extends Opt.Brand
  ? Value extends Opt<infer Plain>
    ? GeneratedAlways<Plain>
    : never
  : Value;

/** The database type of these schemas: entity names, property names, and the types that the properties declare. */
export type Tables<S extends EntitySchemaWithMeta> = {
  [Table in keyof Inferred<S>]: {
    [Name in keyof Inferred<S>[Table]]: Column<Inferred<S>[Table][Name]>;
  };
};

/**
 * Returns a Kysely of exactly these tables, in the current transaction if there is one. Types come from the schemas, so a
 * result needs no cast. Lifecycle hooks do not run: times are the database's (`` sql<Date>`now()` ``).
 */
export function queries<S extends readonly EntitySchemaWithMeta[]>(
  em: EntityManager,
  ..._schemas: S
): Kysely<Tables<S[number]>> {
  return em.getKysely<Tables<S[number]>, typeof options>(options) as unknown as Kysely<Tables<S[number]>>;
}

/** Tells by the primary key whether a left join found a row. Where it found none, all columns of the row are null. */
export function isJoined<Row extends { id: unknown }>(row: {
  [Name in keyof Row]: Row[Name] | null;
}): row is Row {
  return row.id !== null;
}
