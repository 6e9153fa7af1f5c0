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
import { DatabaseProblem } from '../database-problem.js';
import { approach, isBarred, reachableBinaries, removeCopy } from './postgres-access.js';
import { chooseAccount, type Account } from './postgres-account.js';
import { postgresEnvironment, type PostgresBinaries } from './postgres-binaries.js';

const run = promisify(execFile);

/** The database's superuser, whose password lies in the data folder. */
export const databaseUser = 'switchboard';

/** Where initdb finds the password, beside the folder that it fills. */
const passwordFile = 'password';

/** How long an unfinished first start may have been at work before its leavings are taken for a crash's. */
const staleStagingMs = 10 * 60_000;

/** One PostgreSQL database cluster in a data folder. */
export interface Cluster {
  /** Absolute, without symbolic links. */
  dataDir: string;
  /** PostgreSQL's own folder in there, the only part that belongs to `account`. */
  folder: string;
  account: Account | null;
  /** What PostgreSQL needs is where only root can reach it. */
  barred: boolean;
  password: string;
  binaries: PostgresBinaries;
}

/**
 * The cluster in the data folder, made there if there is none. First starts that race agree on one.
 * @throws DatabaseProblem when the folder cannot be used, saying what to do.
 */
export async function openCluster(dataDirectory: string, binaries: PostgresBinaries): Promise<Cluster> {
  // Root's own folder can be passed through but not listed, so that the database's account reaches its folder in there.
  await mkdir(dataDirectory, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  const dataDir = await realpath(dataDirectory);
  const folder = path.join(dataDir, 'postgres');
  const account = await chooseAccount(folder);
  const barred = await isBarred(dataDir, binaries, account);
  const password = await readOrCreatePassword(path.join(dataDir, 'postgres-password'));
  const cluster = { dataDir, folder, account, barred, password, binaries };
  if ((await existingMajor(folder)) === null) await createCluster(cluster);
  const found = await existingMajor(folder);
  if (found !== binaries.major) throw new DatabaseProblem(howToMove(folder, found, binaries.major));
  return cluster;
}

/** The version in the folder; null when nothing is there yet. */
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
  throw new DatabaseProblem(
    `${folder} holds something that is not a PostgreSQL database: move it away, or choose another DATA_DIR.`,
  );
}

function howToMove(folder: string, found: number | null, major: number): string {
  return (
    `The database in ${folder} was made by PostgreSQL ${found}, and PostgreSQL ${major}, which this version of Switchboard brings, cannot read it. ` +
    `To move it: start it once more with the version that made it, save it with PostgreSQL's pg_dump, move ${folder} away, start this version, ` +
    `and load what was saved with psql. Leave everything else in ${path.dirname(folder)} where it is, the encryption key above all. ` +
    `Or run it with a PostgreSQL ${found} of your own and set DATABASE_URL.`
  );
}

/** Generated once, and readable by this process's user alone. `link` makes first starts that race agree on one. */
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

/** Made aside and moved into place whole, so that a crash leaves nothing half made and of two first starts one wins. */
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
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // Another first start won.
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

/** Code-point order and Unicode case rules that no update of the operating system changes; built in since 17. */
function collation(major: number): string[] {
  return major >= 17
    ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    : ['--locale-provider=icu', '--icu-locale=und'];
}

/** Fills an empty folder beside the password's file. */
async function initdb({ binaries, account, barred }: Cluster, made: string): Promise<void> {
  const { cwd, pgdata } = approach(barred, made);
  const { folder } = await reachableBinaries(barred, binaries, account);
  const program = path.join(folder, 'bin/initdb');
  const options = [
    `--pgdata=${pgdata}`,
    `--pwfile=${path.join(barred ? '..' : path.dirname(made), passwordFile)}`,
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
    throw new DatabaseProblem(
      stderr
        ? `PostgreSQL could not make its database: ${stderr.trim()}`
        : `The embedded PostgreSQL does not run on this machine (${message}). Set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  } finally {
    await removeCopy(program);
  }
}
