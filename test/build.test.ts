import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('npm run build', () => {
  let folder: string;

  /** A project with the real build and a small source. */
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'switchboard-build-'));
    for (const file of [
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'vite.config.js',
      'scripts',
      'public/design',
    ]) {
      await cp(path.join(root, file), path.join(folder, file), { recursive: true });
    }
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    await mkdir(path.join(folder, 'src/net'), { recursive: true });
    await write('src/main.ts', "export const answer: string = 'first';\n");
    await write('src/net/client.ts', 'export const client: number = 1;\n');
    await mkdir(path.join(folder, 'src/console'), { recursive: true });
    await write('src/console/index.html', '<script type="module" src="./main.tsx"></script>\n');
    await write('src/console/main.tsx', "document.title = 'first';\n");
    await mkdir(path.join(folder, 'src/servers/fields'), { recursive: true });
    await write('src/servers/fields/fields.ts', "export const label: string = 'first';\n");
  });

  afterEach(() => rm(folder, { recursive: true }));

  const write = (file: string, content: string) => writeFile(path.join(folder, file), content);
  const built = (file: string) => readFile(path.join(folder, 'dist', file), 'utf8');
  const build = (...args: string[]) =>
    promisify(execFile)(process.execPath, [path.join(folder, 'scripts/build.mjs'), ...args]);
  /** The console's script, found as a browser finds it. */
  const builtConsole = async () =>
    built(path.join('console', /src="\/(assets\/[^"]+)"/.exec(await built('console/index.html'))?.[1] ?? ''));
  const builtAt = async () => (await stat(path.join(folder, 'dist/main.js'))).mtimeMs;

  it('writes dist, and nothing else', async () => {
    const before = await readdir(folder);
    await build();
    expect(await built('main.js')).toContain("'first'");
    expect((await readdir(folder)).sort()).toEqual([...before, 'dist'].sort());
  });

  it('is skipped when nothing has changed', async () => {
    await build('--if-changed');
    const first = await builtAt();
    await build('--if-changed');
    expect(await builtAt()).toBe(first);
    await build();
    expect(await builtAt()).not.toBe(first);
  });

  it.each([
    ['a source', 'src/main.ts', "export const answer: string = 'second';\n"],
    ['the lock', 'package-lock.json', '{}\n'],
  ])('is not skipped when %s has changed', async (_what, file, content) => {
    await build('--if-changed');
    const first = await builtAt();
    await write(file, content);
    await build('--if-changed');
    expect(await builtAt()).not.toBe(first);
  });

  it('builds the console and the server independently', async () => {
    await build('--if-changed');
    const server = await builtAt();
    await write('src/console/main.tsx', "document.title = 'second';\n");
    await build('--if-changed', 'server');
    expect(await builtConsole()).toContain('first');
    await build('--if-changed', 'console');
    expect(await builtConsole()).toContain('second');
    await build('--if-changed');
    expect(await builtAt()).toBe(server);
  });

  it('builds the console again when the table of fields that it shares has changed', async () => {
    await write(
      'src/console/main.tsx',
      "import { label } from '../servers/fields/fields.js';\ndocument.title = label;\n",
    );
    await build('--if-changed');
    expect(await builtConsole()).toContain('first');
    await write('src/servers/fields/fields.ts', "export const label: string = 'second';\n");
    await build('--if-changed', 'console');
    expect(await builtConsole()).toContain('second');
  });

  it('compresses the files of the console', async () => {
    await build('console');
    const assets = path.join(folder, 'dist/console/assets');
    const file = path.join(assets, (await readdir(assets)).find((name) => name.endsWith('.js')) ?? '');
    const content = await readFile(file, 'utf8');
    expect(brotliDecompressSync(await readFile(`${file}.br`)).toString()).toBe(content);
    expect(gunzipSync(await readFile(`${file}.gz`)).toString()).toBe(content);
  });

  it('removes files that no source produces any more', async () => {
    await build();
    await rm(path.join(folder, 'src/net'), { recursive: true });
    await build('--if-changed');
    await expect(built('net/client.js')).rejects.toThrow('ENOENT');
  });

  it('fails on a mistake, keeps the last good build, and tries again next time', async () => {
    await build();
    await write('src/main.ts', 'export const answer: string = 1;\n');
    await expect(build('--if-changed')).rejects.toThrow('TS2322');
    await expect(build('--if-changed')).rejects.toThrow('TS2322');
    expect(await built('main.js')).toContain("'first'");
    expect((await readdir(folder)).filter((name) => name.startsWith('dist-'))).toEqual([]);
  });

  it('works twice at once, while dist is in use', async () => {
    await build();
    await write('src/main.ts', "export const answer: string = 'second';\n");
    await write('src/console/main.tsx', "document.title = 'second';\n");
    const builds = Promise.all([build('--if-changed'), build('--if-changed')]);
    const over = builds.then(() => true);
    while (!(await Promise.race([over, sleep(1, false)]))) {
      expect(await built('main.js')).toMatch(/'(first|second)'/);
      expect(await built('console/index.html')).toContain('<script');
    }
    await builds;
    expect(await built('main.js')).toContain("'second'");
    expect(await builtConsole()).toContain('second');
    const second = await builtAt();
    await build('--if-changed');
    expect(await builtAt()).toBe(second);
  });
});
