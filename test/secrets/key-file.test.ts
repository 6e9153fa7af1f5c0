import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { loadOrCreateKeyFile } from '../../src/secrets/key-file.js';
import { KeyRing } from '../../src/secrets/key-ring.js';

const run = promisify(execFile);
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'switchboard-key-'));
  file = path.join(folder, 'encryption-key');
});
afterEach(() => rm(folder, { recursive: true }));

const bytesOf = (keys: KeyRing) => Buffer.from(keys.first.bytes).toString('hex');

test('creates one random key for its owner only, and loads it afterwards', async () => {
  const first = await loadOrCreateKeyFile(file);
  const second = await loadOrCreateKeyFile(file);

  expect([first.created, second.created]).toEqual([true, false]);
  expect(first.keys.ids).toHaveLength(1);
  expect(bytesOf(second.keys)).toBe(bytesOf(first.keys));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['encryption-key']);
});

test('creates another key with another id in another folder', async () => {
  const one = await loadOrCreateKeyFile(file);
  const two = await loadOrCreateKeyFile(path.join(folder, 'other'));
  expect(bytesOf(two.keys)).not.toBe(bytesOf(one.keys));
  expect(two.keys.ids).not.toEqual(one.keys.ids);
});

test('writes a valid value for SWITCHBOARD_ENCRYPTION_KEYS', async () => {
  const { keys } = await loadOrCreateKeyFile(file);
  expect(bytesOf(KeyRing.parse(await readFile(file, 'utf8')))).toBe(bytesOf(keys));
});

test('is accessible to its owner only with any umask', async () => {
  const before = process.umask(0);
  try {
    await loadOrCreateKeyFile(path.join(folder, 'new', 'deep', 'key'));
  } finally {
    process.umask(before);
  }
  expect((await stat(path.join(folder, 'new', 'deep', 'key'))).mode & 0o777).toBe(0o600);
  expect((await stat(path.join(folder, 'new'))).mode & 0o777).toBe(0o700);
});

test('fifty first starts at once get one key, which one of them created', async () => {
  const starts = await Promise.all(Array.from({ length: 50 }, () => loadOrCreateKeyFile(file)));

  expect(new Set(starts.map(({ keys }) => bytesOf(keys))).size).toBe(1);
  expect(starts.filter(({ created }) => created)).toHaveLength(1);
  expect(await readdir(folder)).toEqual(['encryption-key']);
});

test('never reads a file that another start is still writing', async () => {
  await writeFile(path.join(folder, '.encryption-key.abandoned'), 'k1:');
  expect((await loadOrCreateKeyFile(file)).created).toBe(true);
});

test.each([0o640, 0o604, 0o620, 0o602, 0o610, 0o666])('refuses a file of mode %o', async (mode) => {
  const { keys } = await loadOrCreateKeyFile(file);
  await chmod(file, mode);
  await expect(loadOrCreateKeyFile(file)).rejects.toThrow(
    /users other than its owner can read or change it; run chmod 600/,
  );
  await chmod(file, 0o400);
  expect(bytesOf((await loadOrCreateKeyFile(file)).keys)).toBe(bytesOf(keys));
});

test('refuses a symbolic link, to a file or to nothing', async () => {
  const target = path.join(folder, 'target');
  await symlink(target, file);
  await expect(loadOrCreateKeyFile(file)).rejects.toThrow(/it is a symbolic link/);
  await loadOrCreateKeyFile(target);
  await expect(loadOrCreateKeyFile(file)).rejects.toThrow(/it is a symbolic link/);
});

test('accepts a hard link, which an interrupted first start can leave', async () => {
  const { keys } = await loadOrCreateKeyFile(file);
  await link(file, path.join(folder, '.encryption-key.abandoned'));
  expect(bytesOf((await loadOrCreateKeyFile(file)).keys)).toBe(bytesOf(keys));
});

test("refuses a folder and a pipe in the file's place", async () => {
  await mkdir(file);
  await expect(loadOrCreateKeyFile(file)).rejects.toThrow(/it is not a regular file/);
  await rm(file, { recursive: true });
  await run('mkfifo', ['-m', '600', file]);
  await expect(loadOrCreateKeyFile(file)).rejects.toThrow(/it is not a regular file/);
});

test.each([
  ['an empty file', ''],
  ['half a key', 'k1:AAAA'],
  ['another kind of file', 'PASSWORD=SECRET'],
])('refuses %s and leaves it as it is', async (_kind, content) => {
  await writeFile(file, content, { mode: 0o600 });
  const failure = await loadOrCreateKeyFile(file).catch((error: Error) => error);

  expect(String(failure)).toContain(`The encryption key file ${file} cannot be used: key 1: `);
  expect(String(failure)).not.toContain('SECRET');
  expect(await readFile(file, 'utf8')).toBe(content);
});

test('refuses a file that is too long for a list of keys', async () => {
  await writeFile(file, randomBytes(100_000), { mode: 0o600 });
  await expect(loadOrCreateKeyFile(file)).rejects.toThrow(/too long for a list of keys/);
});

test('reports why the file cannot be created, and leaves no other file', async () => {
  await writeFile(file, '');
  await expect(loadOrCreateKeyFile(path.join(file, 'key'))).rejects.toThrow(
    /^The encryption key file .* cannot be used: a part of its path is a file/,
  );
  expect(await readdir(folder)).toEqual(['encryption-key']);
});
