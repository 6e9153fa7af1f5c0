import type { MikroORM } from '@mikro-orm/postgresql';
import { DatabaseSetupError } from './database-setup-error.js';
import { migrations } from './migrations/index.js';

/**
 * Returns the names of the migrations that this build has and the database does not.
 * @throws DatabaseSetupError if the build has no migrations, or the database has some that the build does not know
 */
export async function findPendingMigrations(orm: MikroORM): Promise<string[]> {
  const known = migrations.map(({ name }) => name);
  if (known.length === 0) {
    throw new DatabaseSetupError(
      'This installation contains no migrations, so it cannot bring the database up to date. Install Switchboard again.',
    );
  }
  const applied = (await orm.migrator.getExecuted()).map(({ name }) => name);
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new DatabaseSetupError(
      `A newer version of Switchboard has migrated the database (${unknown.join(', ')}). Start that version, or restore a backup from before the upgrade.`,
    );
  }
  return known.filter((name) => !applied.includes(name));
}
