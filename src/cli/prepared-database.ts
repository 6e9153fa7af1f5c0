import path from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Config } from '../config.js';
import { DatabaseProblem } from '../database/database-problem.js';
import { startEmbedded, type Embedded } from '../database/embedded/embedded.js';
import { migrate } from '../database/migrate.js';
import { findPendingMigrations } from '../database/migration-state.js';
import { openDatabase } from '../database/orm.js';
import type { Logger } from '../log.js';
import { loadOrCreateKeyFile, type KeyRing } from '../secrets/vault.js';

/** A database that is up, migrated, and sealed with `keys`. */
export interface PreparedDatabase {
  url: string;
  keys: KeyRing;
  /** The key file in use; null where the keys came from the environment. */
  keyFile: string | null;
  /** What was migrated for this. */
  migrations: string[];
  /** Leaves the database; the embedded one stops when the last process leaves. */
  close(): Promise<void>;
}

/**
 * The database of this configuration, brought up if it is the embedded one, migrated, and its keys checked.
 * @throws Error in words where any of it fails
 */
export async function prepareDatabase(config: Config, log: Logger): Promise<PreparedDatabase> {
  const { url, stop } = await bringUp(config, log);
  try {
    const { keys, keyFile } = await loadKeys(config);
    const migrations = await migrate(config.databaseDirectUrl ?? url, { log, keys });
    return { url, keys, keyFile, migrations, close: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bringUp({ databaseUrl, dataDir }: Config, log: Logger): Promise<Embedded> {
  if (databaseUrl !== null) return { url: databaseUrl, stop: async () => {} };
  return startEmbedded(dataDir, 'switchboard', { log });
}

async function loadKeys({
  encryptionKeys,
  dataDir,
}: Config): Promise<Pick<PreparedDatabase, 'keys' | 'keyFile'>> {
  if (encryptionKeys) return { keys: encryptionKeys, keyFile: null };
  const keyFile = path.join(dataDir, 'encryption-keys');
  return { keys: (await loadOrCreateKeyFile(keyFile)).keys, keyFile };
}

/**
 * Does one thing that only reads, with the database as it is: nothing is migrated, and the keys may be the wrong ones.
 * @throws DatabaseProblem where it has not the tables of this build
 */
export async function withUncheckedDatabase<T>(
  config: Config,
  log: Logger,
  work: (em: EntityManager, keys: KeyRing) => Promise<T>,
): Promise<T> {
  const { url, stop } = await bringUp(config, log);
  try {
    const { keys } = await loadKeys(config);
    const orm = await openDatabase(url, log);
    try {
      const pending = await findPendingMigrations(orm);
      if (pending.length > 0) {
        throw new DatabaseProblem(
          'The database does not have the tables of this version yet. Run migrate first.',
        );
      }
      return await work(orm.em.fork(), keys);
    } finally {
      await orm.close();
    }
  } finally {
    await stop();
  }
}

/** Does one thing with the prepared database, and leaves it again. */
export async function withDatabase<T>(
  config: Config,
  log: Logger,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  const database = await prepareDatabase(config, log);
  try {
    const orm = await openDatabase(database.url, log);
    try {
      return await work(orm.em.fork());
    } finally {
      await orm.close();
    }
  } finally {
    await database.close();
  }
}
