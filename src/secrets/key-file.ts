import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { KeyRing } from './key-ring.js';

const ownerOnly = 0o600;
const othersBits = 0o077;
const maxFileBytes = 64 * 1024;

/**
 * Reads the key ring from this file. If the file does not exist, creates it with a new key. If several processes start at
 * once with one folder, one creates the file and all get its key. A crash leaves the complete file or none.
 *
 * @throws Error if the file is a symbolic link, is accessible to users other than its owner, is damaged, or cannot be
 *   created
 */
export async function loadOrCreateKeyFile(file: string): Promise<{ keys: KeyRing; created: boolean }> {
  try {
    const existing = await readKeyFile(file);
    if (existing) return { keys: existing, created: false };
    const created = await createKeyFile(file);
    const keys = await readKeyFile(file);
    if (!keys) throw new Error('it was deleted while it was being created');
    return { keys, created };
  } catch (error) {
    throw new Error(`The encryption key file ${file} cannot be used: ${describeError(error)}.`, {
      cause: error,
    });
  }
}

/** Returns null if the file does not exist. */
async function readKeyFile(file: string): Promise<KeyRing | null> {
  // Non-blocking, because a pipe in the file's place would block the start forever.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!handle) return null;
  try {
    // The opened file is checked, not the path, so that what is checked is what is read.
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error('it is not a regular file');
    if ((stats.mode & othersBits) !== 0)
      throw new Error('users other than its owner can read or change it; run chmod 600 on it');
    if (stats.size > maxFileBytes) throw new Error('it is too long for a list of keys');
    return KeyRing.parse(await handle.readFile('utf8'));
  } finally {
    await handle.close();
  }
}

/** @returns false if another process created the file first */
async function createKeyFile(file: string): Promise<boolean> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(8).toString('hex')}`);
  // The id is random too, so that the keys of two installations have different ids.
  const ring = `k${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}\n`;
  try {
    const handle = await open(temporary, 'wx', ownerOnly);
    try {
      await handle.writeFile(ring);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Unlike rename, link never replaces a file. The first process wins.
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

const messages: Record<string, string> = {
  ELOOP: 'it is a symbolic link; replace it by the file itself',
  EACCES: 'this user has no permission to read or write it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EPERM: 'the file system does not support hard links; set SWITCHBOARD_ENCRYPTION_KEYS instead',
  ENOTSUP: 'the file system does not support hard links; set SWITCHBOARD_ENCRYPTION_KEYS instead',
};

function describeError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && messages[code]) ?? message;
}
