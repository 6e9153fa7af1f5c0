import {
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSetupError } from '../database-setup-error.js';
import { findClosedFolder, type Account } from './postgres-account.js';

const socketName = '.s.PGSQL.5432';

/** The longest path that fits into `sockaddr_un.sun_path` with its terminating NUL. */
const longestSocketPath = process.platform === 'darwin' ? 103 : 107;

export function socketPath(directory: string): string {
  return path.join(directory, socketName);
}

/** Tells whether this is a directory, not a link, that belongs to the database's user and that no other user can enter. */
export async function isPrivateDirectory(directory: string, account: Account | null): Promise<boolean> {
  const found = await lstat(directory).catch(() => null);
  if (!found?.isDirectory()) return false;
  return found.uid === (account?.uid ?? process.getuid?.()) && (found.mode & 0o7777) === 0o700;
}

/** Identifies the database folder of a record: a copied data folder must not share the original's sockets. */
async function identity(clusterFolder: string): Promise<string> {
  const { dev, ino } = await stat(clusterFolder);
  return `${dev}:${ino}`;
}

async function readRecord(recordFile: string, clusterFolder: string): Promise<string | null> {
  const [directory, owner] = (await readFile(recordFile, 'utf8').catch(() => '')).split('\n');
  return directory && path.isAbsolute(directory) && owner === (await identity(clusterFolder))
    ? directory
    : null;
}

async function makePrivateDirectory(account: Account | null): Promise<string> {
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    const template = path.join(parent, 'switchboard-');
    if (Buffer.byteLength(socketPath(`${template}XXXXXX`)) > longestSocketPath) continue;
    if (await findClosedFolder(parent, account).catch(() => parent)) continue;
    const directory = await mkdtemp(template);
    if (account) await chown(directory, account.uid, account.gid);
    return directory;
  }
  throw new DatabaseSetupError(
    `There is no directory for the database's socket: the paths of ${tmpdir()} and /tmp are too long, or PostgreSQL's account cannot enter them. Set TMPDIR to another directory.`,
  );
}

/**
 * Provides the private directory for the socket of the database in `clusterFolder`: its name is random and its mode 0700.
 * The data folder records it, so that it stays the same after a restart. If a clean-up of temporary files has deleted it, it
 * is created again.
 */
export async function provideSocketDirectory(
  recordFile: string,
  clusterFolder: string,
  account: Account | null,
): Promise<string> {
  const recorded = await readRecord(recordFile, clusterFolder);
  if (recorded) {
    // mkdir fails if the path exists, so only a directory that was created here gets another owner.
    const made = await mkdir(recorded, { mode: 0o700 }).then(
      () => true,
      () => false,
    );
    if (made && account) await chown(recorded, account.uid, account.gid);
    if (await isPrivateDirectory(recorded, account)) return recorded;
  }
  const directory = await makePrivateDirectory(account);
  const temporary = `${recordFile}.${path.basename(directory)}`;
  await writeFile(temporary, `${directory}\n${await identity(clusterFolder)}\n`, { mode: 0o644, flag: 'wx' });
  // An unusable record is replaced. If there is no record, the first one written stays.
  const replaces = (await lstat(recordFile).catch(() => null)) !== null;
  try {
    await (replaces ? rename : link)(temporary, recordFile);
    return directory;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await removeSocketDirectory(directory);
    return await provideSocketDirectory(recordFile, clusterFolder, account);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Deletes the directory if it is empty. The record lets the next start create it again. */
export async function removeSocketDirectory(directory: string): Promise<void> {
  await rmdir(directory).catch(() => {});
}
