import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { KeyRing } from './key-ring.js';

const ownerOnly = 0o600;
const forOthers = 0o077;
const longestFile = 64 * 1024;

/**
 * The key ring in this file, which is made with one new key if there is none yet. Of any number of processes that
 * start at once on one folder, one makes the file and all get its key; a crash leaves the whole file or none.
 *
 * @throws Error in words if the file is a symbolic link, readable for others than its owner, damaged, or cannot be made
 */
export async function loadOrCreateKeyFile(file: string): Promise<{ keys: KeyRing; created: boolean }> {
  try {
    const existing = await readKeyFile(file);
    if (existing) return { keys: existing, created: false };
    const created = await createKeyFile(file);
    const keys = await readKeyFile(file);
    if (!keys) throw new Error('it vanished while it was being made');
    return { keys, created };
  } catch (error) {
    throw new Error(`The encryption key file ${file} cannot be used: ${inWords(error)}.`, { cause: error });
  }
}

/** Null if there is no such file. */
async function readKeyFile(file: string): Promise<KeyRing | null> {
  // Not blocking: a pipe in the file's place would otherwise hold the start up for good.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!handle) return null;
  try {
    // Of the opened file, not of the path: what is checked is what is read.
    const found = await handle.stat();
    if (!found.isFile()) throw new Error('it is not a regular file');
    if ((found.mode & forOthers) !== 0)
      throw new Error('others than its owner may read or change it; run chmod 600 on it');
    if (found.size > longestFile) throw new Error('it is far too long for a list of keys');
    return KeyRing.parse(await handle.readFile('utf8'));
  } finally {
    await handle.close();
  }
}

/** Whether this call made the file: false if another process was first. */
async function createKeyFile(file: string): Promise<boolean> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(8).toString('hex')}`);
  // The id is random as well, so that keys of two installations are told apart by name.
  const ring = `k${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}\n`;
  try {
    const handle = await open(temporary, 'wx', ownerOnly);
    try {
      await handle.writeFile(ring);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Unlike rename, link never replaces: the first one stays.
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  const directory = await open(folder, constants.O_RDONLY);
  await directory.sync().finally(() => directory.close());
  return true;
}

const wordsByCode: Record<string, string> = {
  ELOOP: 'it is a symbolic link; put the file itself there',
  EACCES: 'this account may not read or write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EPERM: 'the file system allows no hard links; set SWITCHBOARD_ENCRYPTION_KEYS instead',
  ENOTSUP: 'the file system allows no hard links; set SWITCHBOARD_ENCRYPTION_KEYS instead',
};

function inWords(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && wordsByCode[code]) ?? message;
}
