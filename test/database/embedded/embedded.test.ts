import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startEmbedded, type Embedded } from '../../../src/database/embedded/embedded.js';
import { findBinaries } from '../../../src/database/embedded/postgres-binaries.js';
import { fastSettings, makeTestFolder } from '../../support/postgres.js';

const userScript = fileURLToPath(new URL('../../support/postgres-user.ts', import.meta.url));

/** Steps that run after each test, in reverse order. */
const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function dataFolder(): Promise<string> {
  const folder = await makeTestFolder();
  undo.push(() => rm(folder, { recursive: true, force: true }));
  return path.join(folder, 'data');
}

async function start(folder: string): Promise<Embedded> {
  const embedded = await startEmbedded(folder, 'shared', { settings: fastSettings });
  undo.push(() => embedded.stop());
  return embedded;
}

interface User {
  url: string;
  /** Stops using the database and ends. */
  leave(): Promise<void>;
  kill(): Promise<void>;
}

/** Starts another process on the same folder. */
async function startUser(folder: string): Promise<User> {
  const child = spawn(process.execPath, ['--import', 'tsx', userScript, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  undo.push(() => end(child, 'SIGKILL', ended));
  const [output] = (await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => Promise.reject(new Error('The process ended before it had a database.'))),
  ])) as [Buffer];
  const { url } = JSON.parse(output.toString()) as { url: string };
  return { url, leave: () => end(child, 'SIGTERM', ended), kill: () => end(child, 'SIGKILL', ended) };
}

async function end(child: ChildProcess, signal: NodeJS.Signals, ended: Promise<unknown>): Promise<void> {
  child.kill(signal);
  await ended;
}

async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function postmasterPid(folder: string): Promise<number | null> {
  const content = await readFile(path.join(folder, 'postgres/postmaster.pid'), 'utf8').catch(() => null);
  return content === null ? null : Number.parseInt(content, 10);
}

function socketDirectory(url: string): string {
  return new URL(url).searchParams.get('host') ?? '';
}

async function eventually(holds: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await holds().catch(() => false)) return;
    await sleep(50);
  }
  throw new Error('The condition did not hold within ten seconds.');
}

describe('access to the embedded database', () => {
  it('is possible only through a private directory of its user', async () => {
    const { url } = await start(await dataFolder());
    const directory = await lstat(socketDirectory(url));
    expect(directory.isDirectory()).toBe(true);
    expect(directory.mode & 0o7777).toBe(0o700);
    expect(await query(url, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
  });

  it('requires the password, which only its user can read', async () => {
    const folder = await dataFolder();
    const { url } = await start(folder);
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    const file = await stat(path.join(folder, 'postgres-password'));
    expect(file.mode & 0o777).toBe(0o600);
    expect(file.uid).toBe(process.getuid?.());
  });

  it('does not change the owner or mode of existing files', async () => {
    const folder = await dataFolder();
    await mkdir(folder);
    await chmod(folder, 0o751);
    await writeFile(path.join(folder, 'encryption-keys'), 'k1:…', { mode: 0o600 });
    const facts = async () =>
      Promise.all(
        ['.', 'encryption-keys'].map(async (name) => {
          const { uid, gid, mode } = await lstat(path.join(folder, name));
          return { name, uid, gid, mode };
        }),
      );
    const before = await facts();
    await start(folder);
    expect(await facts()).toEqual(before);
  });

  /** Replaces the socket directory by something else that belongs to the database's user. */
  async function replaceSocketDirectory(folder: string, make: (place: string) => Promise<unknown>) {
    const { url, stop } = await start(folder);
    await stop();
    const place = socketDirectory(url);
    await make(place);
    undo.push(() => rm(place, { recursive: true }));
    const { uid, gid } = await stat(path.join(folder, 'postgres'));
    await chown(place, uid, gid);
    return place;
  }

  it('creates no socket in a directory that other users can enter', async () => {
    const folder = await dataFolder();
    const place = await replaceSocketDirectory(folder, async (directory) => {
      await mkdir(directory);
      await chmod(directory, 0o755);
    });
    expect(socketDirectory((await start(folder)).url)).not.toBe(place);
    expect((await lstat(place)).mode & 0o777).toBe(0o755);
  });

  it('creates no socket behind a symbolic link', async () => {
    const folder = await dataFolder();
    const elsewhere = `${folder}-elsewhere`;
    await mkdir(elsewhere, { mode: 0o700 });
    const place = await replaceSocketDirectory(folder, (directory) => symlink(elsewhere, directory));
    expect(socketDirectory((await start(folder)).url)).not.toBe(place);
    expect(await readdir(elsewhere)).toEqual([]);
  });
});

describe('several processes on one folder', () => {
  it('agree on one database when their first starts race', async () => {
    const folder = await dataFolder();
    const users = await Promise.all([1, 2, 3, 4].map(() => startUser(folder)));
    expect(new Set(users.map(({ url }) => url)).size).toBe(1);
    for (const { url } of users) await query(url, 'select 1');
    await Promise.all(users.map(({ leave }) => leave()));
    expect(await postmasterPid(folder)).toBeNull();
  });

  it('share the database, and the last one to leave stops it', async () => {
    const folder = await dataFolder();
    const first = await startUser(folder);
    const second = await startUser(folder);
    await first.leave();
    await query(second.url, 'select 1');
    await second.leave();
    expect(await postmasterPid(folder)).toBeNull();
    await expect(lstat(socketDirectory(second.url))).rejects.toThrow('ENOENT');
  });

  it('are not blocked by a killed process', async () => {
    const folder = await dataFolder();
    const killed = await startUser(folder);
    const other = await startUser(folder);
    await killed.kill();
    await query(other.url, 'select 1');
    await other.leave();
    expect(await postmasterPid(folder)).toBeNull();
  });

  it('start and leave in any order without losing the database or leaving it running', async () => {
    const folder = await dataFolder();
    const visits = Array.from({ length: 12 }, async (_, visit) => {
      await sleep((visit * 37) % 150);
      const embedded = await startEmbedded(folder, 'shared', { settings: fastSettings });
      await query(embedded.url, 'create table if not exists visits (visit integer)').catch(() => {});
      await query(embedded.url, `insert into visits values (${visit})`);
      await sleep((visit * 53) % 90);
      await embedded.stop();
    });
    await Promise.all(visits);
    expect(await postmasterPid(folder)).toBeNull();
    const { url } = await start(folder);
    expect(await query(url, 'select count(*)::integer as visits from visits')).toEqual([{ visits: 12 }]);
  });
});

describe('after a crash', () => {
  it('keeps everything committed when process and database were killed', async () => {
    const folder = await dataFolder();
    const user = await startUser(folder);
    await query(user.url, 'create table kept (id integer)');
    await query(user.url, 'insert into kept values (1)');
    const pid = (await postmasterPid(folder))!;
    await user.kill();
    process.kill(pid, 'SIGKILL');
    const { url } = await start(folder);
    expect(await query(url, 'select id from kept')).toEqual([{ id: 1 }]);
    expect(await postmasterPid(folder)).not.toBe(pid);
  });

  it('joins the database that survived a killed process', async () => {
    const folder = await dataFolder();
    const user = await startUser(folder);
    const pid = await postmasterPid(folder);
    await user.kill();
    const survivor = await start(folder);
    expect(await postmasterPid(folder)).toBe(pid);
    await survivor.stop();
    expect(await postmasterPid(folder)).toBeNull();
  });

  it('restarts the database for a running process when only the database was killed', async () => {
    const folder = await dataFolder();
    const { url, stop } = await start(folder);
    const pid = (await postmasterPid(folder))!;
    process.kill(pid, 'SIGKILL');
    await eventually(
      async () => (await query(url, 'select 1')).length === 1 && (await postmasterPid(folder)) !== pid,
    );
    await stop();
    expect(await postmasterPid(folder)).toBeNull();
  });

  it('starts although another process has the process id of the dead server', async () => {
    const folder = await dataFolder();
    const first = await start(folder);
    await first.stop();
    const { uid, gid } = await stat(path.join(folder, 'postgres'));
    const stranger = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' });
    undo.push(async () => stranger.kill());
    const lockFile = path.join(folder, 'postgres/postmaster.pid');
    await writeFile(
      lockFile,
      `${stranger.pid}\n${path.join(folder, 'postgres')}\n0\n5432\n/nowhere\n\n\nready   \n`,
    );
    const { url } = await start(folder);
    await query(url, 'select 1');
  });
});

describe('after the socket was deleted', () => {
  it('creates the directory again, at the same path, at the next start', async () => {
    const folder = await dataFolder();
    const first = await start(folder);
    await first.stop();
    const second = await start(folder);
    expect(second.url).toBe(first.url);
    expect((await lstat(socketDirectory(second.url))).mode & 0o777).toBe(0o700);
  });

  it('restarts a database that a clean-up of temporary files has made unreachable', async () => {
    const folder = await dataFolder();
    const first = await start(folder);
    await rm(socketDirectory(first.url), { recursive: true });
    await expect(query(first.url, 'select 1')).rejects.toThrow('ENOENT');
    const second = await start(folder);
    await query(second.url, 'select 1');
    await eventually(() => query(first.url, 'select 1'));
  });

  it('gives a copied folder its own sockets', async () => {
    const folder = await dataFolder();
    const first = await start(folder);
    await query(first.url, 'create table original (id integer)');
    await first.stop();
    const copy = path.join(path.dirname(folder), 'copy');
    const copied = spawn('cp', ['-a', folder, copy]);
    await once(copied, 'exit');
    const original = await start(folder);
    const other = await start(copy);
    expect(socketDirectory(other.url)).not.toBe(socketDirectory(original.url));
    await query(other.url, 'drop table original');
    await query(original.url, 'select from original');
  });
});

describe('a folder that only its owner can enter', () => {
  /** If this process is root, PostgreSQL runs as another account, which cannot enter the folder either. */
  async function privateFolder(): Promise<string> {
    const folder = path.join(await dataFolder(), 'private');
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    return path.join(folder, 'data');
  }

  it('works like any other folder, and stays closed', async () => {
    const folder = await privateFolder();
    const first = await start(folder);
    await query(first.url, 'create table kept as select count(*)::integer as zones from pg_timezone_names');
    await first.stop();
    const second = await start(folder);
    const [row] = await query<{ zones: number }>(second.url, 'select zones from kept');
    expect(row?.zones).toBeGreaterThan(100);
    expect((await stat(path.dirname(folder))).mode & 0o777).toBe(0o700);
  });

  it('is shared, left and recovered like any other folder', async () => {
    const folder = await privateFolder();
    const killed = await startUser(folder);
    const pid = (await postmasterPid(folder))!;
    const other = await startUser(folder);
    await killed.kill();
    process.kill(pid, 'SIGKILL');
    await eventually(() => query(other.url, 'select 1'));
    await other.leave();
    expect(await postmasterPid(folder)).toBeNull();
  });
});

describe('an unusable folder', () => {
  it('is refused with instructions when its database is of another PostgreSQL, and is not changed', async () => {
    const folder = await dataFolder();
    const first = await start(folder);
    await first.stop();
    const version = path.join(folder, 'postgres/PG_VERSION');
    await writeFile(version, '17\n');
    await expect(start(folder)).rejects.toThrow(/made by PostgreSQL 17.*pg_dump.*DATABASE_URL/s);
    expect(await readFile(version, 'utf8')).toBe('17\n');
  });

  it('is refused with a hint at DATABASE_URL when no PostgreSQL runs on the machine', async () => {
    await expect(findBinaries('file:///nowhere/package.json')).rejects.toThrow('Set DATABASE_URL');
  });

  it('is refused by the name of the password file when the password does not match', async () => {
    const folder = await dataFolder();
    const first = await start(folder);
    await first.stop();
    await writeFile(path.join(folder, 'postgres-password'), 'another\n');
    await expect(start(folder)).rejects.toThrow('postgres-password');
    expect(await postmasterPid(folder)).toBeNull();
  });

  it('is refused when it contains something else', async () => {
    const folder = await dataFolder();
    await mkdir(path.join(folder, 'postgres'), { recursive: true });
    await writeFile(path.join(folder, 'postgres/notes.txt'), 'mine');
    await expect(start(folder)).rejects.toThrow('not a PostgreSQL database');
  });
});
