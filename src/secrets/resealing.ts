import type { EntityManager } from '@mikro-orm/postgresql';
import type { KeyRing } from './key-ring.js';
import { countSealedValues, keyIdOf, sealedColumns, type SealedColumn } from './sealed-values.js';
import { UnreadableSecret, Vault, type Place } from './vault.js';

/** The outcome for the values that were not sealed with the ring's first key. */
export interface Resealing {
  resealed: number;
  /** The values that no key of the ring opens in their place. They are unchanged. */
  unreadable: Place[];
  /** The number of values that another key still seals, the unreadable ones included. */
  remaining: number;
  /** True if it was stopped before the end. Its work so far is kept. */
  interrupted: boolean;
}

export interface ResealingOptions {
  /** Stops the run after the current values. */
  signal?: AbortSignal | undefined;
  /** Called after each batch. `total` is the number of values to reseal when the run began. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** The number of values that are read at once. */
const batchSize = 200;

/** The number of values that are written concurrently. */
const concurrency = 4;

/** The limit of passes while another process keeps writing with an old key. `remaining` counts what is left then. */
const maxPasses = 5;

interface StoredValue {
  row: string;
  sealed: string;
}

interface Pass {
  resealed: number;
  /** Values that another process wrote between this run's read and write. */
  conflicts: number;
  unreadable: Place[];
}

/**
 * Reseals every sealed value with the first key of the ring, while other processes read and write them. Each value is
 * written by its own UPDATE, which compares the old value. A token that was refreshed in the meantime is therefore never
 * overwritten, and no transaction locks two rows. The values themselves show which are done: a run after a crash
 * continues, and any number of runs at once are safe.
 */
export async function resealAll(
  em: EntityManager,
  keys: KeyRing,
  { signal, onProgress }: ResealingOptions = {},
): Promise<Resealing> {
  const isStopped = () => signal?.aborted === true;
  const vault = new Vault(keys);
  const first = keys.first.id;
  const total = await countOthers(em, first);
  const report = { resealed: 0, unreadable: [] as Place[] };
  for (let pass = 1; pass <= maxPasses && !isStopped(); pass += 1) {
    const current: Pass = { resealed: 0, conflicts: 0, unreadable: [] };
    for (const column of sealedColumns(em)) {
      for await (const batch of batches(em, column, first, isStopped)) {
        await resealBatch(em, vault, column, batch, current);
        const done = report.resealed + current.resealed + current.unreadable.length;
        onProgress?.(Math.min(done, total), total);
      }
    }
    report.resealed += current.resealed;
    report.unreadable = current.unreadable;
    if (current.conflicts === 0) break;
  }
  return {
    ...report,
    remaining: await countOthers(em, first),
    interrupted: isStopped(),
  };
}

async function countOthers(em: EntityManager, first: string): Promise<number> {
  const counts = await countSealedValues(em);
  return [...counts].reduce((sum, [id, values]) => (id === first ? sum : sum + values), 0);
}

/** Reads the values that another key seals, in the order of the primary key, so that unreadable ones are read once a pass. */
async function* batches(
  em: EntityManager,
  { table, column, key }: SealedColumn,
  first: string,
  isStopped: () => boolean,
): AsyncGenerator<StoredValue[]> {
  let last: string | undefined;
  while (!isStopped()) {
    const after = last === undefined ? '' : `and "${key.column}" > ?::${key.type}`;
    const batch: StoredValue[] = await em.execute<StoredValue[]>(
      // Raw SQL: the table and the column are known at run time only.
      `select "${key.column}"::text as "row", "${column}" as "sealed" from "${table}"
       where "${column}" is not null and ${keyIdOf(column)} is distinct from ? ${after}
       order by "${key.column}" limit ${batchSize}`,
      last === undefined ? [first] : [first, last],
    );
    if (batch.length > 0) yield batch;
    if (batch.length < batchSize) return;
    last = batch.at(-1)?.row;
  }
}

async function resealBatch(
  em: EntityManager,
  vault: Vault,
  column: SealedColumn,
  batch: readonly StoredValue[],
  pass: Pass,
): Promise<void> {
  // All workers share one iterator.
  const queue = batch.values();
  const worker = async () => {
    for (const value of queue) {
      const place = { table: column.table, column: column.column, row: value.row };
      const outcome = await reseal(em, vault, column, place, value.sealed);
      if (outcome === 'UNREADABLE') pass.unreadable.push(place);
      else if (outcome === 'RESEALED') pass.resealed += 1;
      else pass.conflicts += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

async function reseal(
  em: EntityManager,
  vault: Vault,
  { table, column, key }: SealedColumn,
  place: Place,
  sealed: string,
): Promise<'RESEALED' | 'CONFLICT' | 'UNREADABLE'> {
  let resealed: string;
  try {
    resealed = await vault.seal(await vault.open(sealed, place), place);
  } catch (error) {
    if (error instanceof UnreadableSecret) return 'UNREADABLE';
    throw error;
  }
  const written = await em.execute<unknown[]>(
    // Raw SQL: the table and the column are known at run time only.
    `update "${table}" set "${column}" = ? where "${key.column}" = ?::${key.type} and "${column}" = ?
     returning 1`,
    [resealed, place.row, sealed],
  );
  return written.length > 0 ? 'RESEALED' : 'CONFLICT';
}
