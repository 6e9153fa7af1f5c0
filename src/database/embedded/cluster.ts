import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chown,
  link,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { DatabaseSetupError } from '../database-setup-error.js';
import { startPaths, isRootOnly, reachableBinaries, removeCopy } from './postgres-access.js';
import { chooseAccount, type Account } from './postgres-account.js';
import { postgresEnvironment, type PostgresBinaries } from './postgres-binaries.js';

const run = promisify(execFile);

/** The database's superuser. Its password is in the data folder. */
export const databaseUser = 'switchboard';

/** The file that initdb reads the password from, beside the folder that it fills. */
const passwordFile = 'password';

/** An unfinished first start older than this has crashed. Its files can be deleted. */
const staleStagingMs = 10 * 60_000;

/** One PostgreSQL database cluster in a data folder. */
export interface Cluster {
  /** Absolute, without symbolic links. */
  dataDir: string;
  /** PostgreSQL's folder inside `dataDir`, the only part that belongs to `account`. */
  folder: string;
  account: Account | null;
  /** The data folder or the programs are below a folder that only root can enter. */
  rootOnly: boolean;
  password: string;
  binaries: PostgresBinaries;
}

/**
 * Opens the cluster in the data folder, or creates one. First starts that race agree on one.
 * @throws DatabaseSetupError if the folder cannot be used
 */
export async function openCluster(dataDirectory: string, binaries: PostgresBinaries): Promise<Cluster> {
  // If root creates it, other users can enter but not list it, so that PostgreSQL's account reaches its folder inside.
  await mkdir(dataDirectory, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  const dataDir = await realpath(dataDirectory);
  const folder = path.join(dataDir, 'postgres');
  const account = await chooseAccount(folder);
  const rootOnly = await isRootOnly(dataDir, binaries, account);
  const password = await readOrCreatePassword(path.join(dataDir, 'postgres-password'));
  const cluster = { dataDir, folder, account, rootOnly, password, binaries };
  if ((await existingMajor(folder)) === null) await createCluster(cluster);
  const found = await existingMajor(folder);
  if (found !== binaries.major) throw new DatabaseSetupError(howToMove(folder, found, binaries.major));
  return cluster;
}

/** Returns the major version of the cluster in the folder, or null if the folder is empty. */
async function existingMajor(folder: string): Promise<number | null> {
  const version = await readFile(path.join(folder, 'PG_VERSION'), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    },
  );
  if (version !== null) return Number(version);
  const content = await readdir(folder).catch(() => []);
  if (content.length === 0) return null;
  throw new DatabaseSetupError(
    `${folder} contains something that is not a PostgreSQL database. Move it, or set DATA_DIR to another folder.`,
  );
}

function howToMove(folder: string, found: number | null, major: number): string {
  return (
    `The database in ${folder} was made by PostgreSQL ${found}. This version of Switchboard includes PostgreSQL ${major}, which cannot read it. ` +
    `To move the database: start the version of Switchboard that made it, dump it with pg_dump, move ${folder} to another place, start this version, ` +
    `and load the dump with psql. Keep everything else in ${path.dirname(folder)}, above all the encryption key. ` +
    `Alternatively, install PostgreSQL ${found}, run the database with it, and set DATABASE_URL.`
  );
}

/** Reads the password, or generates it. Only this process's user can read the file. `link` makes racing first starts agree. */
async function readOrCreatePassword(file: string): Promise<string> {
  const found = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (found !== null) return found.trim();
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(temporary);
  return (await readFile(file, 'utf8')).trim();
}

/** Creates the cluster in a temporary folder and moves it into place, so that a crash leaves no partial cluster. */
async function createCluster(cluster: Cluster): Promise<void> {
  const { dataDir, folder, account, password } = cluster;
  await removeStaleStaging(dataDir);
  const staging = await mkdtemp(path.join(dataDir, 'postgres.new-'));
  try {
    const made = path.join(staging, 'cluster');
    await mkdir(made, { mode: 0o700 });
    await writeFile(path.join(staging, passwordFile), password, { mode: 0o600, flag: 'wx' });
    if (account) {
      for (const each of [made, path.join(staging, passwordFile), staging]) {
        await chown(each, account.uid, account.gid);
      }
    }
    await initdb(cluster, made);
    await rename(made, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // Another first start was faster.
    });
    const handle = await open(dataDir, 'r');
    await handle.sync().finally(() => handle.close());
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function removeStaleStaging(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith('postgres.new-')) continue;
    const staging = path.join(dataDir, name);
    const found = await stat(staging).catch(() => null);
    if (found && Date.now() - found.mtimeMs > staleStagingMs)
      await rm(staging, { recursive: true, force: true });
  }
}

/** Code-point order and Unicode case rules that an update of the operating system does not change. Built in since 17. */
function collation(major: number): string[] {
  return major >= 17
    ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    : ['--locale-provider=icu', '--icu-locale=und'];
}

/** Runs initdb on an empty folder beside the password file. */
async function initdb({ binaries, account, rootOnly }: Cluster, made: string): Promise<void> {
  const { cwd, pgdata } = startPaths(rootOnly, made);
  const { folder } = await reachableBinaries(rootOnly, binaries, account);
  const program = path.join(folder, 'bin/initdb');
  const options = [
    `--pgdata=${pgdata}`,
    `--pwfile=${path.join(rootOnly ? '..' : path.dirname(made), passwordFile)}`,
    `--username=${databaseUser}`,
    '--auth-local=scram-sha-256',
    '--auth-host=reject',
    '--encoding=UTF8',
    '--locale=C',
    ...collation(binaries.major),
    '--data-checksums',
    '--no-instructions',
  ];
  try {
    await run(program, options, { uid: account?.uid, gid: account?.gid, env: postgresEnvironment, cwd });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new DatabaseSetupError(
      stderr
        ? `initdb failed: ${stderr.trim()}`
        : `The embedded PostgreSQL does not run on this machine (${message}). Set DATABASE_URL to use another PostgreSQL server.`,
      { cause: error },
    );
  } finally {
    await removeCopy(program);
  }
}
