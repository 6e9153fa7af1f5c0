import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Cluster } from './cluster.js';
import { approach, reachableBinaries, removeCopy } from './postgres-access.js';
import { postgresEnvironment } from './postgres-binaries.js';

const run = promisify(execFile);

/** Of the server's log, this much is kept before a start begins it anew. */
const longestLog = 10 * 1024 * 1024;

/** The server process of a cluster, as its lock file tells. */
export interface Postmaster {
  pid: number;
  /** null until it has opened its socket. */
  socketDirectory: string | null;
  /** Ready for connections, as far as it has said. */
  ready: boolean;
}

/** What `postmaster.pid` says, whether or not that process still lives. */
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

/** A server's command line bears this, which stays the same where the folder is moved, and not where it is copied. */
async function clusterName(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder);
  return `switchboard-${dev}-${ino}`;
}

/** Whether a process of that number is this cluster's server, and not one that got the number after a crash. */
async function serves(pid: number, folder: string): Promise<boolean> {
  return `${await commandLine(pid)} `.includes(` cluster_name=${await clusterName(folder)} `);
}

/** The cluster's living server, if there is one. */
export async function findPostmaster(folder: string): Promise<Postmaster | null> {
  const found = await readLockFile(folder);
  return found && (await serves(found.pid, folder)) ? found : null;
}

/** How a start that did not last ended, in the server's own words. */
export interface FailedStart {
  said: string;
  /** Somebody else's server holds, or still held, the cluster: trying again is right. */
  occupied: boolean;
}

/** A server that was started here, whether or not it lasts. */
export interface Start {
  /** undefined where it could not even be run. */
  pid: number | undefined;
  /** null as long as it lasts. */
  failure(): FailedStart | null;
}

/**
 * Starts a server on the cluster, apart from this process's terminal and living on without it. If another start is
 * faster, PostgreSQL's own lock file lets that one win.
 */
export async function startPostmaster(
  cluster: Cluster,
  socketDirectory: string,
  settings: Readonly<Record<string, string>>,
): Promise<Start> {
  const logFile = path.join(cluster.dataDir, 'postgres.log');
  const log = await open(logFile, 'a+', 0o600);
  let ended = false;
  let said = '';
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
      // What failed, but not with which values: rows hold what must not lie in a log.
      log_error_verbosity: 'terse',
      log_min_error_statement: 'panic',
      ...settings,
    };
    const found = await readLockFile(cluster.folder);
    const leftover = found && !(await serves(found.pid, cluster.folder)) ? found : null;
    const { cwd, pgdata } = approach(cluster.barred, cluster.folder);
    const { folder } = await reachableBinaries(cluster.barred, cluster.binaries, cluster.account);
    const program = path.join(folder, 'bin/postgres');
    const child = spawn(
      program,
      ['-D', pgdata, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        uid: cluster.account?.uid,
        gid: cluster.account?.gid,
        env: {
          ...postgresEnvironment,
          // PostgreSQL takes a lock file for a crash's leaving if its number is dead or its own ancestor's. Ours is neither
          // when another process got the dead server's number; we know it does not serve this cluster, so we vouch for it.
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
        said = error.message;
      });
      const text = (await readFile(logFile).catch(() => Buffer.alloc(0))).subarray(size).toString();
      await removeCopy(program);
      said ||= text.trim().split('\n').slice(-4).join(' ');
      ended = true;
    })();
  } finally {
    await log.close();
  }
  return {
    pid,
    failure: () =>
      ended ? { said, occupied: /\.pid"|\.lock"|shared memory block|socket/.test(said) } : null,
  };
}

/** Ends the server as `pg_ctl stop --mode=fast` does: open sessions are closed, everything committed is kept. */
export async function stopPostmaster(folder: string, pid: number, timeoutMs = 60_000): Promise<void> {
  const [program = ''] = (await commandLine(pid)).split(' -D ');
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    return; // It has ended by itself.
  }
  const deadline = Date.now() + timeoutMs;
  while (await serves(pid, folder)) {
    if (Date.now() > deadline) return;
    await sleep(10);
  }
  await removeCopy(program);
}
