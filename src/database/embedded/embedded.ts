import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../../log.js';
import { databaseUser, openCluster, type Cluster } from './cluster.js';
import { DatabaseProblem } from '../database-problem.js';
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

/** An embedded PostgreSQL that this process uses, perhaps together with others. */
export interface Embedded {
  /** With password and `?host=<socket directory>`; holds over restarts of the server. */
  readonly url: string;
  /** Leaves it; whoever leaves last stops it. Repeats harmlessly. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Default: the PostgreSQL that is meant for this machine. */
  binaries?: PostgresBinaries;
  /** Server settings besides the usual ones, for whoever starts it. */
  settings?: Readonly<Record<string, string>>;
  log?: Logger;
}

/**
 * Every process that uses the database holds this advisory lock shared, on a session of its own; whoever can take it
 * alone is the last one. The kernel ends the session of a killed process, so nothing stale can be left.
 */
const presenceLock = 0x5357_4243;

/** SQLSTATE invalid_password. */
const invalidPassword = '28P01';

/** Crash recovery of a large database takes its time; everything else is done in a second or two. */
const startTimeoutMs = 120_000;

/**
 * Brings up the PostgreSQL in `dataDir`, or joins the one that another process brought up there. It outlives a crash of this
 * process, and is brought back should it crash itself; processes that start, stop and die in any order share it.
 * @throws DatabaseProblem when it cannot be had, in words that say what to do.
 */
export async function startEmbedded(
  dataDir: string,
  database = 'switchboard',
  options: EmbeddedOptions = {},
): Promise<Embedded> {
  const binaries = options.binaries ?? (await findBinaries());
  const cluster = await openCluster(dataDir, binaries).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall === undefined) throw error;
    throw new DatabaseProblem(`The data folder ${dataDir} cannot be used: ${error.message}.`, {
      cause: error,
    });
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

/** This process's presence at a cluster, from joining to leaving. */
class Presence {
  private session: pg.Client | null = null;
  private rejoining: Promise<unknown> = Promise.resolve();
  private leaving: Promise<void> | null = null;
  private readonly left = new AbortController();
  /** What kept the last try from coming through. */
  private trouble = 'it took too long';

  constructor(
    private readonly cluster: Cluster,
    private readonly options: EmbeddedOptions,
  ) {}

  /** @returns the directory of the socket. */
  async join(): Promise<string> {
    const { folder, dataDir } = this.cluster;
    const deadline = Date.now() + startTimeoutMs;
    let start: Start | null = null;
    while (Date.now() < deadline && !this.left.signal.aborted) {
      const postmaster = await findPostmaster(folder);
      const failure = start?.failure();
      if (failure) {
        start = null;
        this.trouble = failure.said;
        if (!postmaster && !failure.occupied) break;
      }
      if (postmaster?.ready) {
        const directory = await this.attend(postmaster).catch(async (error: Error) => {
          // Nobody would ever stop what was started here, if nobody can be there.
          if (start?.pid === postmaster.pid) await this.stopServer(postmaster);
          throw error;
        });
        if (directory !== null) return directory;
      } else if (!postmaster && !start) {
        start = await this.start();
      }
      await sleep(15);
    }
    throw new DatabaseProblem(
      `The embedded PostgreSQL in ${folder} did not start: ${this.trouble} (see ${path.join(dataDir, 'postgres.log')}).`,
    );
  }

  private async start(): Promise<Start> {
    const { dataDir, folder, account } = this.cluster;
    const directory = await provideSocketDirectory(path.join(dataDir, 'postgres-socket'), folder, account);
    return startPostmaster(this.cluster, directory, this.options.settings ?? {});
  }

  /**
   * Opens the session that says "somebody is here".
   * @returns the directory of the socket; null when it has to be tried again.
   * @throws DatabaseProblem when trying again would not help.
   */
  private async attend({ pid, socketDirectory }: Postmaster): Promise<string | null> {
    const { folder, dataDir, account } = this.cluster;
    if (!socketDirectory || !(await isUsable(socketDirectory, account))) {
      // Nobody can reach it any more, after a clean-up of temporary files: a new one has to be started.
      const stillReady = (await findPostmaster(folder))?.ready;
      if (stillReady) await stopPostmaster(folder, pid);
      this.trouble = 'its socket was gone';
      return null;
    }
    const session = this.connect(socketDirectory);
    let ended = false;
    session.on('error', () => {}); // What follows the loss of the session follows its end.
    session.on('end', () => {
      ended = true;
      if (this.session !== session) return;
      this.session = null;
      this.rejoining = this.rejoin();
    });
    try {
      await session.connect();
      // While a last one stops the server, this waits, and fails with the server's end.
      await session.query('select pg_advisory_lock_shared($1)', [presenceLock]);
    } catch (error) {
      await session.end().catch(() => {});
      const { code, message } = error as pg.DatabaseError;
      this.trouble = message;
      if (code !== invalidPassword) return null;
      throw new DatabaseProblem(
        `The password in ${path.join(dataDir, 'postgres-password')} does not open the database in ${folder}: put back the file that belongs to it.`,
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

  /** The server ended under us (a crash, an operator): brings it back, for as long as we want it. */
  private async rejoin(): Promise<void> {
    while (!this.left.signal.aborted) {
      try {
        await this.join();
        this.options.log?.warn('The embedded database had ended and is back.');
        return;
      } catch (error) {
        if (this.left.signal.aborted) return;
        this.options.log?.error(
          { err: error },
          'The embedded database ended and cannot be brought back yet.',
        );
        await sleep(5_000, undefined, { signal: this.left.signal }).catch(() => {});
      }
    }
  }

  async createDatabase(name: string): Promise<void> {
    const session = this.session;
    if (!session)
      throw new DatabaseProblem('The embedded PostgreSQL ended while it was being set up: start again.');
    const { rowCount } = await session.query('select from pg_database where datname = $1', [name]);
    if (rowCount) return;
    await session
      .query(`create database ${session.escapeIdentifier(name)}`)
      .catch((error: pg.DatabaseError) => {
        // duplicate_database, or unique_violation where two are at the very same point.
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
      // The server ended meanwhile, stopped by somebody else or by a crash: there is nothing left to stop.
    } finally {
      await session.end().catch(() => {});
    }
  }
}

async function isUsable(socketDirectory: string, account: Account | null): Promise<boolean> {
  const socket = await stat(socketPath(socketDirectory)).catch(() => null);
  return socket !== null && socket.isSocket() && (await isPrivateDirectory(socketDirectory, account));
}
