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
import { DatabaseProblem } from '../database-problem.js';
import { findBarrier, type Account } from './postgres-account.js';

const socketName = '.s.PGSQL.5432';

/** What fits into `sockaddr_un.sun_path` beside its closing NUL. */
const longestSocketPath = process.platform === 'darwin' ? 103 : 107;

export function socketPath(directory: string): string {
  return path.join(directory, socketName);
}

/** A real directory, not a link to one, that belongs to the database's user and that nobody else may enter. */
export async function isPrivateDirectory(directory: string, account: Account | null): Promise<boolean> {
  const found = await lstat(directory).catch(() => null);
  if (!found?.isDirectory()) return false;
  return found.uid === (account?.uid ?? process.getuid?.()) && (found.mode & 0o7777) === 0o700;
}

/** Which database folder a record speaks of: a copied data folder must not share the original's sockets. */
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
    if (await findBarrier(parent, account).catch(() => parent)) continue;
    const directory = await mkdtemp(template);
    if (account) await chown(directory, account.uid, account.gid);
    return directory;
  }
  throw new DatabaseProblem(
    `There is no place for the database's socket: neither ${tmpdir()} nor /tmp is short and open enough.`,
  );
}

/**
 * The private directory in which the database of `clusterFolder` puts its socket: random and 0700. It is recorded in the data
 * folder, so that it stays the same over restarts; where a clean-up of temporary files took it away, it is made anew.
 */
export async function provideSocketDirectory(
  recordFile: string,
  clusterFolder: string,
  account: Account | null,
): Promise<string> {
  const recorded = await readRecord(recordFile, clusterFolder);
  if (recorded) {
    // mkdir never takes over what exists, so only a directory made here changes hands.
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
  // A record that does not serve is replaced; where there is none, the first one stays.
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

/** Takes the directory away if nothing is in it; the record lets the next start make it again. */
export async function removeSocketDirectory(directory: string): Promise<void> {
  await rmdir(directory).catch(() => {});
}
