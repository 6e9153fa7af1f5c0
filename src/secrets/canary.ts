import type { EntityManager } from '@mikro-orm/postgresql';
import type { KeyRing } from './key-ring.js';
import { UnreadableSecret, Vault, type Place } from './vault.js';

const knownText = 'switchboard';

interface Canary {
  id: string;
  canary: string;
}

/**
 * Checks the ring against every key that this database has been sealed with, and then enters the ring's new keys: each
 * leaves a canary, a known text that it sealed.
 *
 * Nothing is entered when something is wrong, so a start with the wrong keys spoils nothing for the next one. Safe
 * without any lock of the caller's: the checks of several processes come one after the other.
 *
 * @throws Error in words, naming the key's id, if a key is missing from the ring or is another one under a known id
 */
export async function verifyKeyRing(em: EntityManager, keys: KeyRing): Promise<void> {
  await em.transactional(async (transaction) => {
    const run = <T>(sql: string, params: unknown[] = []) =>
      transaction.getConnection().execute<T[]>(sql, params, 'all', transaction.getTransactionContext());

    // Conflicts with itself and with writers; readers go on.
    await run('lock table encryption_keys in share row exclusive mode');
    const known = await run<Canary>('select id, canary from encryption_keys order by created_at, id');
    for (const row of known) await verify(row, keys);

    const knownIds = new Set(known.map(({ id }) => id));
    for (const id of keys.ids.filter((one) => !knownIds.has(one))) {
      const canary = await new Vault(keys.only(id)).seal(knownText, placeOf(id));
      await run('insert into encryption_keys (id, canary, created_at) values (?, ?, now())', [id, canary]);
    }
  });
}

async function verify({ id, canary }: Canary, keys: KeyRing): Promise<void> {
  if (!keys.ids.includes(id)) {
    throw new Error(
      `The encryption key "${id}" is missing: secrets in this database are sealed with it, and the keys given are ` +
        `${keys.ids.map((one) => `"${one}"`).join(', ')}. Add it to SWITCHBOARD_ENCRYPTION_KEYS, or put its key file back.`,
    );
  }
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
