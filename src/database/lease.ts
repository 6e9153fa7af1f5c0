import { randomUUID } from 'node:crypto';
import type { EntityData, EntitySchemaWithMeta, FilterQuery } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { sql, type RawBuilder, type Selectable } from 'kysely';
import type { Tables } from './queries.js';

/** The right to do something alone for a limited time. It lasts until it is released, or until it ends by itself. */
export interface Lease {
  leaseId: string;
  /** On the clock of `performance.now()`. Never later than the end in the database. */
  endsAt: number;
}

/** Tells whether work of `neededMs` ends before the lease does. A process that was suspended must not begin it. */
export function leaseCovers({ endsAt }: Lease, neededMs: number): boolean {
  return performance.now() + neededMs <= endsAt;
}

type Row<S extends EntitySchemaWithMeta> = Selectable<Tables<S>[keyof Tables<S>]>;

/** The columns of an entity that can hold `Value`. */
type ColumnOf<S extends EntitySchemaWithMeta, Value> = {
  [Name in keyof Row<S>]: Value extends Row<S>[Name] ? Name : never;
}[keyof Row<S>] &
  string;

/**
 * Leases on the rows of one table, kept in two of its columns: the holder's id and the end of the lease, by the
 * database's clock. One statement takes a lease, so of any number of processes that try at once, one gets it. A lease that
 * ends by itself had a holder that crashed.
 *
 *     const leases = new Leases(RevocationSchema, { id: 'leaseId', until: 'leaseUntil' }, 40_000);
 *     const { lease, taken } = leases.begin();
 *     const row = await queries(em, RevocationSchema)
 *       .updateTable('Revocation').set(taken)
 *       .where('id', '=', id).where(leases.isFree())
 *       .returning(['id', 'issuer']).executeTakeFirst();
 *     return row ? { ...row, ...lease } : null;
 */
export class Leases<
  S extends EntitySchemaWithMeta,
  Id extends ColumnOf<S, string>,
  Until extends ColumnOf<S, Date>,
> {
  readonly #schema: S;
  readonly #id: Id;
  readonly #until: Until;
  readonly #durationMs: number;
  /** The values that release the lease, for the statement that stores the outcome. */
  readonly released: Record<Id | Until, null>;

  /** @param durationMs longer than the work takes */
  constructor(schema: S, columns: { id: Id; until: Until }, durationMs: number) {
    this.#schema = schema;
    this.#id = columns.id;
    this.#until = columns.until;
    this.#durationMs = durationMs;
    this.released = { [columns.id]: null, [columns.until]: null } as Record<Id | Until, null>;
  }

  /**
   * Begins a lease. A statement that sets `taken` where `isFree` holds takes the lease. Call this right before that
   * statement, because `endsAt` counts from here.
   */
  begin(): { lease: Lease; taken: Record<Id, string> & Record<Until, RawBuilder<Date>> } {
    const lease = { leaseId: randomUUID(), endsAt: performance.now() + this.#durationMs };
    const until = sql<Date>`now() + make_interval(secs => ${this.#durationMs / 1000})`;
    const taken = { [this.#id]: lease.leaseId, [this.#until]: until };
    return { lease, taken: taken as Record<Id, string> & Record<Until, RawBuilder<Date>> };
  }

  /** Returns the condition that a row has no unexpired lease. @param alias of the table in the query; defaults to its name */
  isFree(alias: string = this.#schema.name): RawBuilder<boolean> {
    const until = sql.ref(`${alias}.${this.#until}`);
    return sql<boolean>`(${until} is null or ${until} <= now())`;
  }

  /** Releases a lease without an outcome. Does nothing if it has ended and another process has taken the row. */
  async release(em: EntityManager, key: string, { leaseId }: Pick<Lease, 'leaseId'>): Promise<void> {
    const primaryKey = em.getMetadata().get(this.#schema.class).primaryKeys[0] as string;
    await em
      .fork()
      .nativeUpdate(
        this.#schema,
        { [primaryKey]: key, [this.#id]: leaseId } as FilterQuery<object>,
        this.released as EntityData<object>,
      );
  }
}
