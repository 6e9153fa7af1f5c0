import type { EntitySchemaWithMeta } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Kysely, SelectQueryBuilder, UpdateObject } from 'kysely';
import { queries, type Tables } from './queries.js';

type TableOf<S extends EntitySchemaWithMeta> = keyof Tables<S>;

/** A query over the rows of one table. The caller adds conditions, and an order if it matters. */
type Rows<S extends EntitySchemaWithMeta> = SelectQueryBuilder<Tables<S>, TableOf<S>, object>;

export interface SweepOptions {
  /** Ends the sweep after the current batch. The next sweep does the rest. */
  signal?: AbortSignal;
  /** Rows per statement, so that a long backlog holds no long transaction. */
  batch?: number;
}

/** Any table, for queries whose table and columns are known at run time only. */
type AnyTables = Record<string, Record<string, unknown>>;

/**
 * Deletes the rows that `select` chooses, in bounded batches. It leaves out rows that another transaction has locked, so
 * any number of processes may sweep at once. Each batch evaluates the condition again, so it should have an index.
 *
 *     deleteInBatches(em, FlowSchema, (flows) =>
 *       flows.where('expiresAt', '<', sql<Date>`now() - interval '1 minute'`))
 *
 * @param em outside of transactions: each batch commits by itself
 * @returns the number of deleted rows
 */
export function deleteInBatches<S extends EntitySchemaWithMeta>(
  em: EntityManager,
  schema: S,
  select: (rows: Rows<S>) => Rows<S>,
  options?: SweepOptions,
): Promise<number> {
  return inBatches(options, async (limit) => {
    const { db, key, chosen } = choose(em, schema, select, limit);
    const result = await db.deleteFrom(schema.name).where(key, 'in', chosen).executeTakeFirst();
    return Number(result.numDeletedRows);
  });
}

/**
 * Sets `values` on the rows that `select` chooses, in bounded batches like `deleteInBatches`. An updated row must no
 * longer match the condition; otherwise the sweep does not end.
 * @returns the number of updated rows
 */
export function updateInBatches<S extends EntitySchemaWithMeta>(
  em: EntityManager,
  schema: S,
  values: UpdateObject<Tables<S>, TableOf<S>>,
  select: (rows: Rows<S>) => Rows<S>,
  options?: SweepOptions,
): Promise<number> {
  return inBatches(options, async (limit) => {
    const { db, key, chosen } = choose(em, schema, select, limit);
    const result = await db
      .updateTable(schema.name)
      .set(values as Record<string, unknown>)
      .where(key, 'in', chosen)
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  });
}

async function inBatches(
  { signal, batch = 5_000 }: SweepOptions = {},
  sweep: (limit: number) => Promise<number>,
): Promise<number> {
  for (let swept = 0; ;) {
    const count = await sweep(batch);
    swept += count;
    if (count < batch || signal?.aborted) return swept;
  }
}

/** Returns the query for the primary keys of at most `limit` rows, which it locks. */
function choose<S extends EntitySchemaWithMeta>(
  em: EntityManager,
  schema: S,
  select: (rows: Rows<S>) => Rows<S>,
  limit: number,
) {
  const fork = em.fork();
  const db = queries(fork, schema) as unknown as Kysely<AnyTables>;
  const key = `${schema.name}.${em.getMetadata().get(schema.class).primaryKeys[0]}`;
  const rows = select(db.selectFrom(schema.name) as unknown as Rows<S>);
  const chosen = (rows as unknown as SelectQueryBuilder<AnyTables, string, object>)
    .select(key)
    .limit(limit)
    .forUpdate()
    .skipLocked();
  return { db, key, chosen };
}
