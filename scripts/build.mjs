// Compiles src/ to dist/. With --if-changed, only where an input has changed since. Plain JavaScript for Node 20 or newer,
// because it runs before anything is built. Two builds at once do not disturb each other, nor a server that starts meanwhile:
// each compiles aside and then replaces dist/ file by file, and what they replace is the same.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');
const stampFile = path.join(dist, '.inputs');

async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

async function hashOfInputs() {
  const files = [
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    ...(await filesIn(path.join(root, 'src'))).map((file) => path.join('src', file)),
  ];
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(path.join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function compileInto(folder) {
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  const { status, error } = spawnSync(
    process.execPath,
    [compiler, '--project', path.join(root, 'tsconfig.build.json'), '--outDir', folder, '--noEmitOnError'],
    // Mistakes go to stderr: stdout belongs to the command that this build comes before.
    { cwd: root, stdio: ['ignore', process.stderr, 'inherit'] },
  );
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Every file appears whole or not at all; what the sources no longer make goes last. */
async function replaceDist(compiled) {
  const files = await filesIn(compiled);
  for (const file of files) {
    const target = path.join(dist, file);
    await mkdir(path.dirname(target), { recursive: true });
    await rename(path.join(compiled, file), target);
  }
  const wanted = new Set([...files, path.basename(stampFile)]);
  for (const file of await filesIn(dist)) {
    if (!wanted.has(file)) await rm(path.join(dist, file), { force: true });
  }
}

const inputs = await hashOfInputs();
const built = await readFile(stampFile, 'utf8').catch(() => '');
if (!process.argv.includes('--if-changed') || built !== inputs) {
  // Beside dist/ and as deep as it, because the source maps name the sources relative to it.
  const compiled = await mkdtemp(path.join(root, 'dist-new-'));
  process.once('exit', (code) => {
    if (code !== 0) spawnSync('rm', ['-rf', compiled]);
  });
  await compileInto(compiled);
  await mkdir(dist, { recursive: true });
  // Until the last file is in place, what lies there is neither the old build nor the new one.
  await rm(stampFile, { force: true });
  await replaceDist(compiled);
  const stamp = path.join(compiled, 'stamp');
  await writeFile(stamp, inputs);
  await rename(stamp, stampFile);
  await rm(compiled, { recursive: true });
}
