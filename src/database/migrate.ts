import pg from 'pg';
import type { Logger } from '../log.js';
import { verifyKeyRing } from '../secrets/canary.js';
import type { KeyRing } from '../secrets/vault.js';
import { DatabaseProblem } from './database-problem.js';
import { findPendingMigrations } from './migration-state.js';
import { openDatabase } from './orm.js';

/** Held by whoever migrates. A session's lock: it ends with the process that held it, however that ends. */
const migrationLock = 0x5357_4d49;

/** Generated columns, `NULLS` and lock clauses as used here are the same from this version on; older ones are out of support. */
const oldestVersion = 15;

/**
 * Brings the database up to date and checks that `keys` are its keys. Of any number of processes that do so at once, one works
 * and the others wait and find it done.
 *
 * @param databaseUrl reached without a pooler, since a lock is held on one session throughout
 * @returns the names of the migrations that were applied now
 * @throws DatabaseProblem where the database cannot be reached, is too old, or refuses; Error in words for a wrong key
 */
export async function migrate(
  databaseUrl: string,
  { log, keys }: { log: Logger; keys: KeyRing },
): Promise<string[]> {
  const session = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  session.on('error', () => {}); // A lost session shows at the next statement, and its lock is gone with it.
  try {
    await session.connect().catch((error: Error) => {
      throw unreachable(databaseUrl, error);
    });
    await requireVersion(session);
    await session.query('select pg_advisory_lock($1)', [migrationLock]);
    const orm = await openDatabase(databaseUrl, log);
    try {
      await findPendingMigrations(orm);
      const applied = await orm.migrator.up().catch((error: Error) => {
        throw new DatabaseProblem(`The database could not be migrated: ${error.message}`, { cause: error });
      });
      const names = applied.map(({ name }) => name);
      if (names.length > 0) log.info({ migrations: names }, 'The database was migrated.');
      const removed = await verifyKeyRing(orm.em.fork(), keys);
      if (removed.length > 0)
        log.info({ keys: removed }, 'Encryption keys that seal nothing any more were removed.');
      return names;
    } finally {
      await orm.close();
    }
  } finally {
    await session.end().catch(() => {});
  }
}

/** Names the database without its password. */
function unreachable(databaseUrl: string, error: Error): DatabaseProblem {
  const { hostname, port, pathname, searchParams } = new URL(databaseUrl);
  const where = searchParams.get('host') ?? `${hostname}:${port || 5432}`;
  // A host name with several addresses fails with one error for each, and no message of its own.
  const why =
    error instanceof AggregateError
      ? error.errors.map((each: Error) => each.message).join(', ')
      : error.message;
  return new DatabaseProblem(
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
  throw new DatabaseProblem(
    `The database is PostgreSQL ${version}; Switchboard needs ${oldestVersion} or newer.`,
  );
}
