import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../../log.js';
import { databaseUser, openCluster, type Cluster } from './cluster.js';
import { DatabaseSetupError } from '../database-setup-error.js';
import type { Account } from './postgres-account.js';
import { findBinaries, type PostgresBinaries } from './postgres-binaries.js';
import {
  findPostmaster,
  startPostmaster,
  stopPostmaster,
  type Postmaster,
  type Start,
} from './postmaster.js';
import {
  isPrivateDirectory,
  provideSocketDirectory,
  removeSocketDirectory,
  socketPath,
} from './socket-directory.js';

/** An embedded PostgreSQL server. Other processes may use it too. */
export interface Embedded {
  /** Contains the password and `?host=<socket directory>`. Stays valid when the server restarts. */
  readonly url: string;
  /** Stops using the server. The last process that does so stops it. May be called again. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Defaults to the PostgreSQL that npm installed for this machine. */
  binaries?: PostgresBinaries;
  /** Additional server settings. They apply if this process starts the server. */
  settings?: Readonly<Record<string, string>>;
  log?: Logger;
}

/**
 * Every process that uses the database holds this advisory lock in shared mode, on its own session. A process that can
 * take it in exclusive mode is the last one. The kernel ends the session of a killed process, so no lock is ever stale.
 */
const presenceLock = 0x5357_4243;

/** SQLSTATE invalid_password. */
const invalidPassword = '28P01';

/** Crash recovery of a large database takes long. Every other start takes a second or two. */
const startTimeoutMs = 120_000;

/**
 * Starts the PostgreSQL server in `dataDir`, or joins the one that another process has started. The server survives a
 * crash of this process, and is restarted if it crashes. Processes that start, stop and crash in any order share it.
 * @throws DatabaseSetupError if the server does not start
 */
export async function startEmbedded(
  dataDir: string,
  database = 'switchboard',
  options: EmbeddedOptions = {},
): Promise<Embedded> {
  const binaries = options.binaries ?? (await findBinaries());
  const cluster = await openCluster(dataDir, binaries).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall === undefined) throw error;
    throw new DatabaseSetupError(
      `The data folder ${dataDir} cannot be used: ${error.message}. Check its permissions, or set DATA_DIR to another folder.`,
      {
        cause: error,
      },
    );
  });
  const presence = new Presence(cluster, options);
  const socketDirectory = await presence.join();
  await presence.createDatabase(database).catch(async (error: Error) => {
    await presence.leave();
    throw error;
  });
  const url = new URL(`postgresql://${databaseUser}@localhost/${encodeURIComponent(database)}`);
  url.password = cluster.password;
  url.searchParams.set('host', socketDirectory);
  return { url: url.href, stop: () => presence.leave() };
}

/** This process's use of a cluster, from joining to leaving. */
class Presence {
  private session: pg.Client | null = null;
  private rejoining: Promise<unknown> = Promise.resolve();
  private leaving: Promise<void> | null = null;
  private readonly left = new AbortController();
  /** The reason that the last attempt failed. */
  private lastFailure = 'it took too long';

  constructor(
    private readonly cluster: Cluster,
    private readonly options: EmbeddedOptions,
  ) {}

  /** Starts or joins the server. @returns the directory of the socket */
  async join(): Promise<string> {
    const { folder, dataDir } = this.cluster;
    const deadline = Date.now() + startTimeoutMs;
    let start: Start | null = null;
    while (Date.now() < deadline && !this.left.signal.aborted) {
      const postmaster = await findPostmaster(folder);
      const failure = start?.failure();
      if (failure) {
        start = null;
        this.lastFailure = failure.message;
        if (!postmaster && !failure.occupied) break;
      }
      if (postmaster?.ready) {
        const directory = await this.openSession(postmaster).catch(async (error: Error) => {
          // Without a session no process would stop the server that this one has started.
          if (start?.pid === postmaster.pid) await this.stopServer(postmaster);
          throw error;
        });
        if (directory !== null) return directory;
      } else if (!postmaster && !start) {
        start = await this.start();
      }
      await sleep(15);
    }
    throw new DatabaseSetupError(
      `The embedded PostgreSQL in ${folder} did not start: ${this.lastFailure}. ${path.join(dataDir, 'postgres.log')} has the details.`,
    );
  }

  private async start(): Promise<Start> {
    const { dataDir, folder, account } = this.cluster;
    const directory = await provideSocketDirectory(path.join(dataDir, 'postgres-socket'), folder, account);
    return startPostmaster(this.cluster, directory, this.options.settings ?? {});
  }

  /**
   * Opens the session that holds the shared lock.
   * @returns the directory of the socket, or null if another attempt may succeed
   * @throws DatabaseSetupError if no later attempt can succeed
   */
  private async openSession({ pid, socketDirectory }: Postmaster): Promise<string | null> {
    const { folder, dataDir, account } = this.cluster;
    if (!socketDirectory || !(await isUsable(socketDirectory, account))) {
      // A clean-up of temporary files has deleted the socket. No process can connect, so the server is restarted.
      const stillReady = (await findPostmaster(folder))?.ready;
      if (stillReady) await stopPostmaster(folder, pid);
      this.lastFailure = 'its socket had been deleted';
      return null;
    }
    const session = this.connect(socketDirectory);
    let ended = false;
    session.on('error', () => {}); // A lost session is handled when it ends.
    session.on('end', () => {
      ended = true;
      if (this.session !== session) return;
      this.session = null;
      this.rejoining = this.rejoin();
    });
    try {
      await session.connect();
      // While the last process stops the server, this waits, and fails when the server ends.
      await session.query('select pg_advisory_lock_shared($1)', [presenceLock]);
    } catch (error) {
      await session.end().catch(() => {});
      const { code, message } = error as pg.DatabaseError;
      this.lastFailure = message;
      if (code !== invalidPassword) return null;
      throw new DatabaseSetupError(
        `The database in ${folder} does not accept the password in ${path.join(dataDir, 'postgres-password')}. Restore the file that belongs to this database.`,
        { cause: error },
      );
    }
    if (ended) return null;
    this.session = session;
    return socketDirectory;
  }

  private connect(directory: string): pg.Client {
    return new pg.Client({
      host: directory,
      user: databaseUser,
      password: this.cluster.password,
      database: 'postgres',
      application_name: 'switchboard presence',
      connectionTimeoutMillis: 10_000,
    });
  }

  /** Restarts the server after a crash or after an operator stopped it, until this process leaves. */
  private async rejoin(): Promise<void> {
    while (!this.left.signal.aborted) {
      try {
        await this.join();
        this.options.log?.warn('Embedded database restarted');
        return;
      } catch (error) {
        if (this.left.signal.aborted) return;
        this.options.log?.error({ err: error }, 'Embedded database restart failed');
        await sleep(5_000, undefined, { signal: this.left.signal }).catch(() => {});
      }
    }
  }

  async createDatabase(name: string): Promise<void> {
    const session = this.session;
    if (!session)
      throw new DatabaseSetupError(
        'The embedded PostgreSQL ended during its setup. Start Switchboard again.',
      );
    const { rowCount } = await session.query('select from pg_database where datname = $1', [name]);
    if (rowCount) return;
    await session
      .query(`create database ${session.escapeIdentifier(name)}`)
      .catch((error: pg.DatabaseError) => {
        // duplicate_database, or unique_violation if two processes create it at the same moment.
        if (error.code !== '42P04' && error.code !== '23505') throw error;
      });
  }

  private async stopServer({ pid, socketDirectory }: Omit<Postmaster, 'ready'>): Promise<void> {
    await stopPostmaster(this.cluster.folder, pid);
    if (socketDirectory) await removeSocketDirectory(socketDirectory);
  }

  leave(): Promise<void> {
    this.leaving ??= this.doLeave();
    return this.leaving;
  }

  private async doLeave(): Promise<void> {
    this.left.abort();
    await this.rejoining;
    const session = this.session;
    this.session = null;
    if (!session) return;
    try {
      await session.query('select pg_advisory_unlock_shared($1)', [presenceLock]);
      const { rows } = await session.query<{ last: boolean }>('select pg_try_advisory_lock($1) as last', [
        presenceLock,
      ]);
      if (!rows[0]?.last) return;
      const lockFile = await session.query<{ content: string; directory: string }>(
        `select pg_read_file('postmaster.pid') as content, current_setting('unix_socket_directories') as directory`,
      );
      const { content, directory } = lockFile.rows[0]!;
      await this.stopServer({ pid: Number.parseInt(content, 10), socketDirectory: directory });
    } catch {
      // The server has ended, by a crash or by another process.
    } finally {
      await session.end().catch(() => {});
    }
  }
}

async function isUsable(socketDirectory: string, account: Account | null): Promise<boolean> {
  const socket = await stat(socketPath(socketDirectory)).catch(() => null);
  return socket !== null && socket.isSocket() && (await isPrivateDirectory(socketDirectory, account));
}
