import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { queries } from '../database/queries.js';
import { EncryptionKey, EncryptionKeySchema } from './encryption-key.entity.js';
import type { KeyRing } from './key-ring.js';
import { countSealedValues } from './sealed-values.js';
import { UnreadableSecret, Vault, type Place } from './vault.js';

const knownText = 'switchboard';

/**
 * Checks the ring against every key that this database was sealed with, and then registers the ring's new keys. Each key
 * stores a canary, a known text that it sealed. If the ring lacks a registered key, that key is removed, provided that no
 * value is sealed with it and the ring has another registered key.
 *
 * After a failed check nothing is registered or removed, so a start with the wrong keys does not affect the next start.
 *
 * The caller needs no lock: the checks of several processes run one after the other. It is safe while other processes
 * still seal with a key that is being removed: either the removal fails, or the write. The database refuses values that
 * a removed key has sealed (the trigger `refuse_removed_encryption_key`).
 *
 * @returns the ids of the keys that were removed now
 * @throws Error, naming the key's id, if a key that still seals a value is missing from the ring, or if the ring has
 *   another key under a registered id
 */
export async function verifyKeyRing(em: EntityManager, keys: KeyRing): Promise<string[]> {
  return em.transactional(async (tx) => {
    // Raw SQL: neither MikroORM nor Kysely can lock a table.
    // The lock conflicts with itself and with writers of keys. It does not block readers of keys, nor sealing.
    await tx.execute('lock table encryption_keys in share row exclusive mode', [], 'run');
    const registered = await tx.find(
      EncryptionKey,
      { canary: { $ne: null } },
      { orderBy: { createdAt: 'asc', id: 'asc' }, disableIdentityMap: true },
    );
    const missing = registered.filter(({ id }) => !keys.ids.includes(id)).map(({ id }) => id);
    if (missing.length > 0) await requireUnused(tx, missing, keys, missing.length === registered.length);
    for (const { id, canary } of registered) {
      if (canary && !missing.includes(id)) await verify(id, canary, keys);
    }
    for (const id of missing) await remove(tx, id, keys);

    const registeredIds = new Set(registered.map(({ id }) => id));
    for (const id of keys.ids.filter((one) => !registeredIds.has(one))) await register(tx, id, keys);
    return missing;
  });
}

/** Tells whether this key was removed, so that the database refuses what it seals. */
export async function wasKeyRemoved(em: EntityManager, id: string): Promise<boolean> {
  return (await em.count(EncryptionKey, { id, canary: null })) > 0;
}

async function register(em: EntityManager, id: string, keys: KeyRing): Promise<void> {
  const canary = await new Vault(keys.only(id)).seal(knownText, placeOf(id));
  const key = { canary, createdAt: sql<Date>`now()` };
  await queries(em, EncryptionKeySchema)
    .insertInto('EncryptionKey')
    .values({ id, ...key })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(key))
    .execute();
}

/**
 * Removes a key. Clearing the canary comes first. It waits for the writers of values that this key sealed, because they
 * hold the key's row FOR SHARE, and it stops new ones. The count that follows is therefore final.
 * @throws Error if the key seals a value
 */
async function remove(em: EntityManager, id: string, keys: KeyRing): Promise<void> {
  await em.nativeUpdate(EncryptionKey, { id }, { canary: null });
  await requireUnused(em, [id], keys, false);
}

/** @throws Error for the first of these keys that seals a value, or if the ring has no registered key */
async function requireUnused(
  em: EntityManager,
  missing: readonly string[],
  keys: KeyRing,
  allAreMissing: boolean,
): Promise<void> {
  const counts = await countSealedValues(em);
  for (const id of missing) {
    const values = counts.get(id) ?? 0;
    if (values === 0 && !allAreMissing) continue;
    const use = values === 1 ? '1 value in this database is' : `${values} values in this database are`;
    throw new Error(
      `The encryption key "${id}" is missing: ${use} sealed with it, and the configured keys are ` +
        `${keys.ids.map((one) => `"${one}"`).join(', ')}. Add the key to SWITCHBOARD_ENCRYPTION_KEYS, or put its key ` +
        'file back. To remove a key, first run rotate-keys with a new key in front of it.',
    );
  }
}

async function verify(id: string, canary: string, keys: KeyRing): Promise<void> {
  const opened = await new Vault(keys).open(canary, placeOf(id)).catch((error: unknown) => {
    if (error instanceof UnreadableSecret) return null;
    throw error;
  });
  if (opened !== knownText) {
    throw new Error(
      `The encryption key "${id}" is not the one that this database was sealed with. Put the original key back. To add ` +
        'a new key, give it a new id and keep the old key in the list.',
    );
  }
}

function placeOf(id: string): Place {
  return { table: 'encryption_keys', column: 'canary', row: id };
}
