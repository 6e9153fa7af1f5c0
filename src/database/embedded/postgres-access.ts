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
import { DatabaseProblem } from '../database-problem.js';
import { findBarrier, type Account } from './postgres-account.js';
import type { PostgresBinaries } from './postgres-binaries.js';

const copyPrefix = 'switchboard-postgres-';

/** A copy this young may belong to a start that is still under way. */
const youngMs = 60_000;

/**
 * Whether PostgreSQL, run as another account than root, has to be led to what only root can reach: a data folder or a checkout
 * below a folder like /root. It then has its folder as working directory from before it gives up root's rights, and knows it
 * by that name alone; its programs are copied to where it can read them. Nobody's rights change on anything.
 *
 * @throws DatabaseProblem where it would have to be, and cannot
 */
export async function isBarred(
  dataDir: string,
  binaries: PostgresBinaries,
  account: Account | null,
): Promise<boolean> {
  for (const target of [dataDir, binaries.folder]) {
    const barrier = await findBarrier(target, account);
    if (!barrier) continue;
    if (process.platform === 'linux') return true;
    throw new DatabaseProblem(
      `PostgreSQL does not run as root; it would run as the account ${account?.name}, which may not pass through ${barrier} to ${target}. ` +
        `Allow it with "chmod a+x ${barrier}", or run as an ordinary user, or set DATABASE_URL.`,
    );
  }
  return false;
}

/** The working directory to start PostgreSQL in, and its folder's name from there. */
export function approach(barred: boolean, folder: string): { cwd: string; pgdata: string } {
  return barred ? { cwd: folder, pgdata: '/proc/self/cwd' } : { cwd: '/', pgdata: folder };
}

/** The programs where the account can run them. `removeCopy` takes a copy away again. */
export async function reachableBinaries(
  barred: boolean,
  binaries: PostgresBinaries,
  account: Account | null,
): Promise<PostgresBinaries> {
  if (!barred) return binaries;
  const parents = [...new Set([tmpdir(), '/tmp'])];
  for (const parent of parents) {
    if (await findBarrier(parent, account).catch(() => parent)) continue;
    await removeAbandonedCopies(parent);
    const folder = await mkdtemp(path.join(parent, copyPrefix));
    await copyTree(binaries.folder, folder);
    return { ...binaries, folder };
  }
  throw new DatabaseProblem(
    `PostgreSQL does not run as root, and there is no folder for temporary files that the account ${account?.name} can reach: ` +
      'run as an ordinary user, or set DATABASE_URL.',
  );
}

/** Readable for everybody, whatever this process's umask says; only root can write. */
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
      // A second name for the file costs nothing, but brings its rights along, and goes no further than its disk.
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

/** Takes away the copy that the program at this path belongs to; what is no copy of ours stays. */
export async function removeCopy(program: string): Promise<void> {
  const folder = path.resolve(path.dirname(program), '..');
  if (!path.basename(folder).startsWith(copyPrefix)) return;
  const found = await lstat(folder).catch(() => null);
  // Root's own, so that nobody else can have changed what is in it.
  if (found?.isDirectory() && found.uid === 0) await rm(folder, { recursive: true, force: true });
}

/** Copies that a crash has left: nothing runs from them any more. */
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
