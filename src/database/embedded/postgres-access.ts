import {
  link,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  chmod,
  rm,
  symlink,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSetupError } from '../database-setup-error.js';
import { findClosedFolder, type Account } from './postgres-account.js';
import type { PostgresBinaries } from './postgres-binaries.js';

const copyPrefix = 'switchboard-postgres-';

/** A younger copy may belong to a start that has not finished. */
const youngMs = 60_000;

/**
 * Tells whether the data folder or PostgreSQL's programs are below a folder that only root can enter, such as /root, while
 * PostgreSQL runs as another account. PostgreSQL then starts in its folder as the working directory, which it has before it
 * drops root's rights, and its programs are copied to a readable place. No permissions change.
 *
 * @throws DatabaseSetupError if PostgreSQL cannot start this way on this platform
 */
export async function isRootOnly(
  dataDir: string,
  binaries: PostgresBinaries,
  account: Account | null,
): Promise<boolean> {
  for (const target of [dataDir, binaries.folder]) {
    const closed = await findClosedFolder(target, account);
    if (!closed) continue;
    if (process.platform === 'linux') return true;
    throw new DatabaseSetupError(
      `PostgreSQL cannot run as root. Its account ${account?.name} cannot enter ${closed} on the way to ${target}. ` +
        `Allow that with "chmod a+x ${closed}", run Switchboard as an ordinary user, or set DATABASE_URL.`,
    );
  }
  return false;
}

/** Returns the working directory to start PostgreSQL in, and the path of its folder from there. */
export function startPaths(rootOnly: boolean, folder: string): { cwd: string; pgdata: string } {
  return rootOnly ? { cwd: folder, pgdata: '/proc/self/cwd' } : { cwd: '/', pgdata: folder };
}

/** Returns the programs in a place where the account can run them. `removeCopy` deletes a copy. */
export async function reachableBinaries(
  rootOnly: boolean,
  binaries: PostgresBinaries,
  account: Account | null,
): Promise<PostgresBinaries> {
  if (!rootOnly) return binaries;
  const parents = [...new Set([tmpdir(), '/tmp'])];
  for (const parent of parents) {
    if (await findClosedFolder(parent, account).catch(() => parent)) continue;
    await removeAbandonedCopies(parent);
    const folder = await mkdtemp(path.join(parent, copyPrefix));
    await copyTree(binaries.folder, folder);
    return { ...binaries, folder };
  }
  throw new DatabaseSetupError(
    `PostgreSQL cannot run as root, and its account ${account?.name} cannot enter any folder for temporary files. ` +
      'Run Switchboard as an ordinary user, or set DATABASE_URL.',
  );
}

/** Copies a folder. All users can read the copy, regardless of this process's umask. Only root can write to it. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory()) {
      await copyTree(source, target);
    } else if (entry.isSymbolicLink()) {
      await symlink(await readlink(source), target);
    } else {
      const { mode } = await lstat(source);
      // A hard link costs nothing. It keeps the file's permissions and works on the same disk only.
      const linked =
        (mode & 0o444) === 0o444 &&
        (await link(source, target).then(
          () => true,
          () => false,
        ));
      if (linked) continue;
      await copyFile(source, target);
      await chmod(target, mode & 0o100 ? 0o755 : 0o644);
    }
  }
}

/** Deletes the copy that contains this program. Does nothing if the program is not in a copy. */
export async function removeCopy(program: string): Promise<void> {
  const folder = path.resolve(path.dirname(program), '..');
  if (!path.basename(folder).startsWith(copyPrefix)) return;
  const found = await lstat(folder).catch(() => null);
  // Root owns the folder, so no other user can have changed its content.
  if (found?.isDirectory() && found.uid === 0) await rm(folder, { recursive: true, force: true });
}

/** Deletes copies that a crash has left and that no process runs from. */
async function removeAbandonedCopies(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(copyPrefix));
  if (names.length === 0) return;
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commandLines = await Promise.all(
    processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  for (const name of names) {
    const folder = path.join(parent, name);
    const found = await lstat(folder).catch(() => null);
    const young = !found || Date.now() - found.ctimeMs < youngMs;
    if (!young && !commandLines.some((line) => line.startsWith(`${folder}/`))) {
      await removeCopy(path.join(folder, 'bin/postgres'));
    }
  }
}
