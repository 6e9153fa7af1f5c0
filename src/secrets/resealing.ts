import type { EntityManager } from '@mikro-orm/postgresql';
import type { KeyRing } from './key-ring.js';
import { countSealedValues, keyIdOf, sealedColumns, type SealedColumn } from './sealed-values.js';
import { UnreadableSecret, Vault, type Place } from './vault.js';

/** What became of the values that were not sealed with the ring's first key. */
export interface Resealing {
  resealed: number;
  /** No key of the ring opens them where they are; they were left as they are. */
  unreadable: Place[];
  /** How many values are not sealed with the first key now, the unreadable ones among them. */
  remaining: number;
  /** It was told to stop before it was through. What it did stays done. */
  interrupted: boolean;
}

export interface ResealingOptions {
  /** Aborted: it stops after the values at hand. */
  signal?: AbortSignal | undefined;
  /** Told after each batch, of how many values there were to do when it began. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** How many values are read at once, and how many of them are written at once. */
const batchSize = 200;
const atOnce = 4;

/** Whoever keeps writing with an old key is not chased for ever; what is left then is told by `remaining`. */
const mostPasses = 5;

interface StoredValue {
  row: string;
  sealed: string;
}

interface Pass {
  resealed: number;
  /** Written by somebody else between our reading and our writing. */
  overtaken: number;
  unreadable: Place[];
}

/**
 * Seals every sealed value anew with the first key of the ring, while others read and write them. Each is written by
 * one UPDATE of its own that compares the old value, so a token that was refreshed meanwhile is never overwritten and
 * no lock is held on two rows. Where it has been is told by the values themselves: begun again after a crash, it goes
 * on, and any number of runs at once harm nothing.
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
  for (let pass = 1; pass <= mostPasses && !isStopped(); pass += 1) {
    const current: Pass = { resealed: 0, overtaken: 0, unreadable: [] };
    for (const column of sealedColumns(em)) {
      for await (const batch of batches(em, column, first, isStopped)) {
        await resealBatch(em, vault, column, batch, current);
        const done = report.resealed + current.resealed + current.unreadable.length;
        onProgress?.(Math.min(done, total), total);
      }
    }
    report.resealed += current.resealed;
    report.unreadable = current.unreadable;
    if (current.overtaken === 0) break;
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

/** What is not sealed with the first key, in the order of the primary key, so that what stays unreadable is passed over. */
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
  // One iterator that all workers take from.
  const queue = batch.values();
  const work = async () => {
    for (const value of queue) {
      const place = { table: column.table, column: column.column, row: value.row };
      const outcome = await reseal(em, vault, column, place, value.sealed);
      if (outcome === 'UNREADABLE') pass.unreadable.push(place);
      else if (outcome === 'RESEALED') pass.resealed += 1;
      else pass.overtaken += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function reseal(
  em: EntityManager,
  vault: Vault,
  { table, column, key }: SealedColumn,
  place: Place,
  sealed: string,
): Promise<'RESEALED' | 'OVERTAKEN' | 'UNREADABLE'> {
  let anew: string;
  try {
    anew = await vault.seal(await vault.open(sealed, place), place);
  } catch (error) {
    if (error instanceof UnreadableSecret) return 'UNREADABLE';
    throw error;
  }
  const written = await em.execute<unknown[]>(
    `update "${table}" set "${column}" = ? where "${key.column}" = ?::${key.type} and "${column}" = ?
     returning 1`,
    [anew, place.row, sealed],
  );
  return written.length > 0 ? 'RESEALED' : 'OVERTAKEN';
}
