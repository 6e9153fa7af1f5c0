import type { EntityManager } from '@mikro-orm/postgresql';
import type { KeyRing } from './key-ring.js';
import { countSealedValues } from './sealed-values.js';

/** One key, as the ring and the database know it. */
export interface KeyUse {
  id: string;
  /** How many stored values it seals. */
  values: number;
  inRing: boolean;
  /** It is the one that seals. */
  first: boolean;
  /** The database knows that it was removed, and refuses what it seals. */
  removed: boolean;
}

/**
 * Every key of the ring, every key that this database knows, and every key that something bears the id of; the ring's
 * own come first, in its order. Reads only.
 */
export async function describeKeys(
  em: EntityManager,
  ring: KeyRing,
): Promise<{ keys: KeyUse[]; unsealed: number }> {
  const counts = await countSealedValues(em);
  const known = await em.execute<{ id: string; removed: boolean }[]>(
    'select id, canary is null as "removed" from encryption_keys order by created_at, id',
  );
  const used = [...counts.keys()].filter((id) => id !== null);
  const ids = new Set([...ring.ids, ...known.map(({ id }) => id), ...used]);
  const removed = new Set(known.filter((key) => key.removed).map(({ id }) => id));
  const keys = [...ids].map((id) => ({
    id,
    values: counts.get(id) ?? 0,
    inRing: ring.ids.includes(id),
    first: id === ring.first.id,
    removed: removed.has(id),
  }));
  return { keys, unsealed: counts.get(null) ?? 0 };
}
