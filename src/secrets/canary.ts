import type { EntityManager } from '@mikro-orm/postgresql';
import type { KeyRing } from './key-ring.js';
import { countSealedValues } from './sealed-values.js';
import { UnreadableSecret, Vault, type Place } from './vault.js';

const knownText = 'switchboard';

interface KnownKey {
  id: string;
  /** null: the key was removed. */
  canary: string | null;
}

/**
 * Checks the ring against every key that this database has been sealed with, and then enters the ring's new keys: each
 * leaves a canary, a known text that it sealed. A known key that the ring lacks is removed if nothing is sealed with it
 * any more and the ring has another key that the database knows.
 *
 * Nothing is entered or removed when something is wrong, so a start with the wrong keys spoils nothing for the next one.
 * Safe without any lock of the caller's: the checks of several processes come one after the other. And safe beside
 * processes that still seal with the key that goes: of a removal and a value that is being written, one fails. The
 * database refuses what a removed key has sealed (the trigger `refuse_removed_encryption_key`).
 *
 * @returns the ids of the keys that were removed now
 * @throws Error in words, naming the key's id, if a key that still seals something is missing from the ring, or is
 *   another one under a known id
 */
export async function verifyKeyRing(em: EntityManager, keys: KeyRing): Promise<string[]> {
  return em.transactional(async (transaction) => {
    // Conflicts with itself and with writers of keys; whoever reads them goes on, and so does whoever seals.
    await transaction.execute('lock table encryption_keys in share row exclusive mode', [], 'run');
    const known = await transaction.execute<KnownKey[]>(
      'select id, canary from encryption_keys order by created_at, id',
    );
    const inUse = known.filter(({ canary }) => canary !== null);
    const missing = inUse.filter(({ id }) => !keys.ids.includes(id)).map(({ id }) => id);
    if (missing.length > 0) await refuseMissing(transaction, missing, keys, missing.length === inUse.length);
    for (const { id, canary } of inUse) {
      if (canary !== null && !missing.includes(id)) await verify(id, canary, keys);
    }
    for (const id of missing) await remove(transaction, id, keys);

    const entered = new Set(inUse.map(({ id }) => id));
    for (const id of keys.ids.filter((one) => !entered.has(one))) await enter(transaction, id, keys);
    return missing;
  });
}

/** Whether this key was removed, so that the database refuses what it seals. */
export async function wasKeyRemoved(em: EntityManager, id: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>('select 1 from encryption_keys where id = ? and canary is null', [
    id,
  ]);
  return rows.length > 0;
}

async function enter(em: EntityManager, id: string, keys: KeyRing): Promise<void> {
  const canary = await new Vault(keys.only(id)).seal(knownText, placeOf(id));
  await em.execute(
    `insert into encryption_keys (id, canary, created_at) values (?, ?, now())
     on conflict (id) do update set canary = excluded.canary, created_at = excluded.created_at`,
    [id, canary],
    'run',
  );
}

/**
 * The canary goes first. That waits for everybody who is just writing what this key sealed, and lets nobody begin: they
 * hold the key's row FOR SHARE. So what is counted then is all there will be.
 * @throws Error in words if there is any
 */
async function remove(em: EntityManager, id: string, keys: KeyRing): Promise<void> {
  await em.execute('update encryption_keys set canary = null where id = ?', [id], 'run');
  await refuseMissing(em, [id], keys, false);
}

/** @throws Error in words for the first of these keys that something is sealed with, or where all known ones are missing */
async function refuseMissing(
  em: EntityManager,
  missing: readonly string[],
  keys: KeyRing,
  noneIsKnown: boolean,
): Promise<void> {
  const counts = await countSealedValues(em);
  for (const id of missing) {
    const values = counts.get(id) ?? 0;
    if (values === 0 && !noneIsKnown) continue;
    const use = values === 1 ? '1 value in this database is' : `${values} values in this database are`;
    throw new Error(
      `The encryption key "${id}" is missing: ${use} sealed with it, and the keys given are ` +
        `${keys.ids.map((one) => `"${one}"`).join(', ')}. Add it to SWITCHBOARD_ENCRYPTION_KEYS, or put its key ` +
        'file back. To remove a key, first run rotate-keys with the new one in front of it.',
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
      `The encryption key "${id}" is not the one that this database was sealed with. Put that one back; if this is ` +
        'meant to be a new key, give it a new id and keep the old one in the list.',
    );
  }
}

function placeOf(id: string): Place {
  return { table: 'encryption_keys', column: 'canary', row: id };
}
