import path from 'node:path';
import type { EntityManager } from '@mikro-orm/postgresql';
import { DatabaseSetupError } from '../database/database-setup-error.js';
import { startEmbedded, type Embedded } from '../database/embedded/embedded.js';
import { migrate, requireReachable } from '../database/migrate.js';
import { findPendingMigrations } from '../database/migration-state.js';
import { poolSize } from '../database/orm.js';
import { entities, openDatabase } from '../entities.js';
import type { Logger } from '../log.js';
import { verifyKeyRing } from '../secrets/canary.js';
import { loadOrCreateKeyFile, type KeyRing } from '../secrets/vault.js';
import type { CliConfig } from './command.js';

/** A database that runs, is migrated, and is sealed with `keys`. */
export interface PreparedDatabase {
  url: string;
  keys: KeyRing;
  /** The key file in use; null if the keys came from the environment. */
  keyFile: string | null;
  /** The migrations that were applied now. */
  migrations: string[];
  /** Releases the database. The embedded one stops when the last process releases it. */
  close(): Promise<void>;
}

/**
 * Starts the embedded database if the configuration names no other one, migrates the database, and checks its keys.
 * @throws Error if one of these steps fails; its message says what to do
 */
export async function prepareDatabase(config: CliConfig, log: Logger): Promise<PreparedDatabase> {
  const { url, stop } = await startDatabase(config, log);
  try {
    const { keys, keyFile } = await loadKeys(config);
    const migrations = await migrate(config.databaseDirectUrl ?? url, {
      entities,
      checkKeys: (em) => verifyKeyRing(em, keys),
      log,
    });
    return { url, keys, keyFile, migrations, close: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Connections of the embedded database for commands and its own use, in addition to those of the workers. */
const spareConnections = 20;

async function startDatabase({ databaseUrl, dataDir, workers }: CliConfig, log: Logger): Promise<Embedded> {
  if (databaseUrl !== null) return { url: databaseUrl, stop: async () => {} };
  const connections = Math.max(100, workers * poolSize + spareConnections);
  return startEmbedded(dataDir, 'switchboard', { log, settings: { max_connections: String(connections) } });
}

async function loadKeys({
  encryptionKeys,
  dataDir,
}: CliConfig): Promise<Pick<PreparedDatabase, 'keys' | 'keyFile'>> {
  if (encryptionKeys) return { keys: encryptionKeys, keyFile: null };
  const keyFile = path.join(dataDir, 'encryption-keys');
  return { keys: (await loadOrCreateKeyFile(keyFile)).keys, keyFile };
}

/**
 * Runs `work`, which only reads, on the database as it is. It migrates nothing and does not check the keys.
 * @throws DatabaseSetupError if the database cannot be reached, or lacks a migration of this version
 */
export async function withUncheckedDatabase<T>(
  config: CliConfig,
  log: Logger,
  work: (em: EntityManager, keys: KeyRing) => Promise<T>,
): Promise<T> {
  const { url, stop } = await startDatabase(config, log);
  try {
    const { keys } = await loadKeys(config);
    await requireReachable(url);
    const orm = await openDatabase(url, log);
    try {
      const pending = await findPendingMigrations(orm);
      if (pending.length > 0) {
        throw new DatabaseSetupError(
          'The database does not have the tables of this version yet. Run the migrate command first.',
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

/** Runs `work` on the prepared database, and then releases the database. */
export async function withDatabase<T>(
  config: CliConfig,
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
