import type { EntityManager } from '@mikro-orm/postgresql';
import { EncryptionKey } from './encryption-key.entity.js';
import type { KeyRing } from './key-ring.js';
import { countSealedValues } from './sealed-values.js';

/** A key of the ring or of the database. */
export interface KeyUse {
  id: string;
  /** The number of stored values that it seals. */
  values: number;
  inRing: boolean;
  /** It seals new values. */
  first: boolean;
  /** It was removed, and the database refuses what it seals. */
  removed: boolean;
}

/**
 * Returns the keys of the ring, in its order, then those that the database registered, then those whose id a sealed
 * value carries. It only reads.
 */
export async function describeKeys(
  em: EntityManager,
  ring: KeyRing,
): Promise<{ keys: KeyUse[]; unsealed: number }> {
  const counts = await countSealedValues(em);
  const known = await em.find(
    EncryptionKey,
    {},
    { orderBy: { createdAt: 'asc', id: 'asc' }, disableIdentityMap: true },
  );
  const used = [...counts.keys()].filter((id) => id !== null);
  const ids = new Set([...ring.ids, ...known.map(({ id }) => id), ...used]);
  const removed = new Set(known.filter(({ canary }) => canary === null).map(({ id }) => id));
  const keys = [...ids].map((id) => ({
    id,
    values: counts.get(id) ?? 0,
    inRing: ring.ids.includes(id),
    first: id === ring.first.id,
    removed: removed.has(id),
  }));
  return { keys, unsealed: counts.get(null) ?? 0 };
}
