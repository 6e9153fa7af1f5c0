import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Cluster } from './cluster.js';
import { startPaths, reachableBinaries, removeCopy } from './postgres-access.js';
import { postgresEnvironment } from './postgres-binaries.js';

const run = promisify(execFile);

/** A start truncates a longer log. */
const longestLog = 10 * 1024 * 1024;

/** The server process of a cluster, as its lock file describes it. */
export interface Postmaster {
  pid: number;
  /** null until it has opened its socket. */
  socketDirectory: string | null;
  /** The lock file says that the server accepts connections. */
  ready: boolean;
}

/** Reads `postmaster.pid`. The process may have ended. */
async function readLockFile(folder: string): Promise<Postmaster | null> {
  const content = await readFile(path.join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid, , , , socketDirectory, , , status] = content.split('\n');
  if (!pid || !Number.isInteger(Number(pid))) return null;
  return { pid: Number(pid), socketDirectory: socketDirectory || null, ready: status?.trim() === 'ready' };
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
  }
  return run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

/** Returns a name that the server's command line contains. It stays the same if the folder is moved, not if it is copied. */
async function clusterName(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder);
  return `switchboard-${dev}-${ino}`;
}

/** Tells whether this process is the cluster's server, not one that got the process id after a crash. */
async function isServerOf(pid: number, folder: string): Promise<boolean> {
  return `${await commandLine(pid)} `.includes(` cluster_name=${await clusterName(folder)} `);
}

/** Returns the cluster's running server, or null. */
export async function findPostmaster(folder: string): Promise<Postmaster | null> {
  const found = await readLockFile(folder);
  return found && (await isServerOf(found.pid, folder)) ? found : null;
}

/** The end of a server that did not stay up. */
export interface FailedStart {
  /** The last lines that the server logged. */
  message: string;
  /** Another server held the cluster. A later attempt may succeed. */
  occupied: boolean;
}

/** A server that this process has started. It may have ended. */
export interface Start {
  /** undefined if the program could not be run */
  pid: number | undefined;
  /** Returns null while the server runs. */
  failure(): FailedStart | null;
}

/**
 * Starts a server on the cluster, detached from this process and its terminal. If two processes do so at once,
 * PostgreSQL's lock file lets one of the servers run.
 */
export async function startPostmaster(
  cluster: Cluster,
  socketDirectory: string,
  settings: Readonly<Record<string, string>>,
): Promise<Start> {
  const logFile = path.join(cluster.dataDir, 'postgres.log');
  const log = await open(logFile, 'a+', 0o600);
  let ended = false;
  let message = '';
  let pid: number | undefined;
  try {
    if ((await log.stat()).size > longestLog) await log.truncate();
    const { size } = await log.stat();
    const all = {
      cluster_name: await clusterName(cluster.folder),
      listen_addresses: '',
      unix_socket_directories: socketDirectory,
      unix_socket_permissions: '0700',
      max_connections: '100',
      // Logs what failed without the values: rows contain data that must not be logged.
      log_error_verbosity: 'terse',
      log_min_error_statement: 'panic',
      ...settings,
    };
    const found = await readLockFile(cluster.folder);
    const leftover = found && !(await isServerOf(found.pid, cluster.folder)) ? found : null;
    const { cwd, pgdata } = startPaths(cluster.rootOnly, cluster.folder);
    const { folder } = await reachableBinaries(cluster.rootOnly, cluster.binaries, cluster.account);
    const program = path.join(folder, 'bin/postgres');
    const child = spawn(
      program,
      ['-D', pgdata, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        uid: cluster.account?.uid,
        gid: cluster.account?.gid,
        env: {
          ...postgresEnvironment,
          // PostgreSQL ignores a lock file whose process id is dead or belongs to an ancestor. After a crash another
          // process may have that id. It is not this cluster's server, so PostgreSQL is told that it is an ancestor.
          ...(leftover && { PG_GRANDPARENT_PID: String(leftover.pid) }),
        },
        cwd,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      },
    );
    ({ pid } = child);
    child.unref();
    void (async () => {
      await once(child, 'exit').catch((error: Error) => {
        message = error.message;
      });
      const text = (await readFile(logFile).catch(() => Buffer.alloc(0))).subarray(size).toString();
      await removeCopy(program);
      message ||= text.trim().split('\n').slice(-4).join(' ');
      ended = true;
    })();
  } finally {
    await log.close();
  }
  return {
    pid,
    failure: () =>
      ended ? { message, occupied: /\.pid"|\.lock"|shared memory block|socket/.test(message) } : null,
  };
}

/** Stops the server as `pg_ctl stop --mode=fast` does: it closes open sessions and keeps everything committed. */
export async function stopPostmaster(folder: string, pid: number, timeoutMs = 60_000): Promise<void> {
  const [program = ''] = (await commandLine(pid)).split(' -D ');
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    return; // The server has ended.
  }
  const deadline = Date.now() + timeoutMs;
  while (await isServerOf(pid, folder)) {
    if (Date.now() > deadline) return;
    await sleep(10);
  }
  await removeCopy(program);
}
