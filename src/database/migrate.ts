import { MikroORM, type EntityManager, type Options } from '@mikro-orm/postgresql';
import pg from 'pg';
import type { Logger } from '../log.js';
import { DatabaseSetupError } from './database-setup-error.js';
import { findPendingMigrations } from './migration-state.js';
import { ormOptions } from './orm.js';

/** The advisory lock of the process that migrates. It belongs to a session, so it ends with the process. */
const migrationLock = 0x5357_4d49;

/** The generated columns, `NULLS` clauses and lock clauses of this project work from this version on. */
const oldestVersion = 15;

export interface MigrationOptions {
  entities: Options['entities'];
  /**
   * Checks that the process has the keys of the migrated database, and returns the ids of the keys that it removed. Only
   * one process at a time runs it.
   */
  checkKeys(em: EntityManager): Promise<string[]>;
  log: Logger;
}

/**
 * Migrates the database and checks its keys. If several processes do so at once, one migrates and the others wait.
 *
 * @param databaseUrl without a connection pooler, because one session holds a lock throughout
 * @returns the names of the migrations that were applied
 * @throws DatabaseSetupError if the database cannot be reached, is too old, is newer than this build, or refuses a migration;
 *   the error of `checkKeys`
 */
export async function migrate(
  databaseUrl: string,
  { entities, checkKeys, log }: MigrationOptions,
): Promise<string[]> {
  const session = await openSession(databaseUrl);
  try {
    await requireVersion(session);
    await session.query('select pg_advisory_lock($1)', [migrationLock]);
    const orm = await MikroORM.init(ormOptions(databaseUrl, entities, log));
    try {
      await findPendingMigrations(orm);
      const applied = await orm.migrator.up().catch((error: Error) => {
        throw new DatabaseSetupError(`The migration failed: ${error.message}`, { cause: error });
      });
      const names = applied.map(({ name }) => name);
      if (names.length > 0) log.info({ migrations: names }, 'Database migrated');
      const removed = await checkKeys(orm.em.fork());
      if (removed.length > 0) log.info({ keys: removed }, 'Unused encryption keys removed');
      return names;
    } finally {
      await orm.close();
    }
  } finally {
    await session.end().catch(() => {});
  }
}

/**
 * Checks that the database accepts connections.
 * @throws DatabaseSetupError if it cannot be reached
 */
export async function requireReachable(databaseUrl: string): Promise<void> {
  const session = await openSession(databaseUrl);
  await session.end().catch(() => {});
}

async function openSession(databaseUrl: string): Promise<pg.Client> {
  const session = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  session.on('error', () => {}); // The next statement fails, and the lock has ended with the session.
  try {
    await session.connect();
  } catch (error) {
    await session.end().catch(() => {});
    throw unreachable(databaseUrl, error as Error);
  }
  return session;
}

/** Describes a failed connection, without the password of the URL. */
function unreachable(databaseUrl: string, error: Error): DatabaseSetupError {
  const { hostname, port, pathname, searchParams } = new URL(databaseUrl);
  const where = searchParams.get('host') ?? `${hostname}:${port || 5432}`;
  // A host name with several addresses fails with one error for each address and no message.
  const why =
    error instanceof AggregateError
      ? error.errors.map((each: Error) => each.message).join(', ')
      : error.message;
  return new DatabaseSetupError(
    `The database ${decodeURIComponent(pathname.slice(1))} at ${where} cannot be reached: ${why}.`,
    {
      cause: error,
    },
  );
}

async function requireVersion(session: pg.Client): Promise<void> {
  const { rows } = await session.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  );
  const version = rows[0]?.version ?? '';
  if (Number.parseInt(version, 10) >= oldestVersion) return;
  throw new DatabaseSetupError(
    `The database is PostgreSQL ${version}. Switchboard needs PostgreSQL ${oldestVersion} or newer.`,
  );
}
