// Builds dist/: compiles the server with tsc and the console with Vite, and copies GraphiQL. With --if-changed, builds only
// the parts whose inputs changed. `server`, `console` or `graphiql` as arguments select parts. Plain JavaScript for Node 20
// or newer, because it runs before anything is built. Concurrent builds don't disturb each other or a starting server: each
// compiles into its own folder, and then replaces the files of dist/ one by one with equal content.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { findInstallProblem } from './check-install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');
const isUnder = (file, ...folders) => folders.includes(file.split(path.sep)[0]);

/** The files of dist/graphiql and where they come from. The page loads GraphiQL and React as their authors build them. */
const graphiqlFiles = {
  'react.js': 'react/umd/react.production.min.js',
  'react.LICENSE': 'react/LICENSE',
  'react-dom.js': 'react-dom/umd/react-dom.production.min.js',
  'react-dom.LICENSE': 'react-dom/LICENSE',
  'graphiql.js': 'graphiql/graphiql.min.js',
  'graphiql.css': 'graphiql/graphiql.min.css',
  'graphiql.LICENSE': 'graphiql/LICENSE',
};

const parts = {
  server: {
    inputs: async () => [
      'package-lock.json',
      'tsconfig.json',
      'tsconfig.build.json',
      ...(await filesIn(path.join(root, 'src')))
        .filter((file) => !isUnder(file, 'console'))
        .map((file) => path.join('src', file)),
    ],
    into: dist,
    belongs: (file) => !isUnder(file, 'console', 'graphiql'),
    compile: (folder) =>
      run('node_modules/typescript/bin/tsc', [
        '--project',
        'tsconfig.build.json',
        '--outDir',
        folder,
        '--noEmitOnError',
      ]),
  },
  console: {
    inputs: async () => [
      'package-lock.json',
      'vite.config.js',
      ...(await filesIn(path.join(root, 'src/console'))).map((file) => path.join('src/console', file)),
      // The table of a server's fields, which the server shares with the console.
      ...(await filesIn(path.join(root, 'src/servers/fields'))).map((file) =>
        path.join('src/servers/fields', file),
      ),
      ...(await filesIn(path.join(root, 'public/design'))).map((file) => path.join('public/design', file)),
    ],
    into: path.join(dist, 'console'),
    belongs: () => true,
    compile: async (folder) => {
      await run('node_modules/vite/bin/vite.js', [
        'build',
        '--config',
        'vite.config.js',
        '--outDir',
        folder,
        '--logLevel',
        'warn',
      ]);
      await compressFilesIn(path.join(folder, 'assets'));
    },
  },
  graphiql: {
    inputs: async () => ['package-lock.json', 'scripts/build.mjs'],
    into: path.join(dist, 'graphiql'),
    belongs: () => true,
    compile: async (folder) => {
      for (const [file, source] of Object.entries(graphiqlFiles)) {
        await copyFile(path.join(root, 'node_modules', source), path.join(folder, file));
      }
    },
  },
};

async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

async function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = await readFile(path.join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** A compiler failed and has written the reason to stderr. */
class CompilerFailed extends Error {}

async function run(script, args) {
  // Errors go to stderr, because stdout belongs to the command that follows.
  const child = spawn(process.execPath, [path.join(root, script), ...args], {
    cwd: root,
    stdio: ['ignore', process.stderr, 'inherit'],
    // Otherwise, NODE_ENV of a test or a shell could make the console a development build.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (status !== 0) throw new CompilerFailed(script);
}

/** Compresses each file at the highest level, so that no request compresses. */
async function compressFilesIn(folder) {
  for (const file of await filesIn(folder)) {
    const source = path.join(folder, file);
    const content = await readFile(source);
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    await writeFile(`${source}.br`, await promisify(brotliCompress)(content, { params }));
    await writeFile(`${source}.gz`, await promisify(gzip)(content, { level: 9 }));
  }
}

/** Replaces the files of dist/, each of them atomically. Removes obsolete files last. */
async function replaceFiles(compiled, { into, belongs }) {
  const files = await filesIn(compiled);
  for (const file of files) {
    const target = path.join(into, file);
    await mkdir(path.dirname(target), { recursive: true });
    await rename(path.join(compiled, file), target);
  }
  const wanted = new Set([...files, '.inputs']);
  for (const file of await filesIn(into)) {
    if (belongs(file) && !wanted.has(file)) await rm(path.join(into, file), { force: true });
  }
}

async function build({ part, hash }) {
  const { into, compile } = part;
  // At the depth of dist/, because source maps contain relative paths of the sources.
  const compiled = await mkdtemp(path.join(root, 'dist-new-'));
  try {
    await compile(compiled);
    await mkdir(into, { recursive: true });
    // dist/ is incomplete until the last file is in place.
    await rm(stampOf(part), { force: true });
    await replaceFiles(compiled, part);
    const stamp = path.join(compiled, 'stamp');
    await writeFile(stamp, hash);
    await rename(stamp, stampOf(part));
  } finally {
    await rm(compiled, { recursive: true });
  }
}

const stampOf = ({ into }) => path.join(into, '.inputs');

/** Selects the parts to build: those named as arguments, or all. With --if-changed, leaves out the current ones. */
async function selectParts(args) {
  const named = Object.keys(parts).filter((name) => args.has(name));
  const selected = [];
  for (const name of named.length > 0 ? named : Object.keys(parts)) {
    const part = parts[name];
    const hash = await hashOf(await part.inputs());
    const isCurrent = (await readFile(stampOf(part), 'utf8').catch(() => '')) === hash;
    if (!isCurrent || !args.has('--if-changed')) selected.push({ part, hash });
  }
  return selected;
}

const outdated = await selectParts(new Set(process.argv.slice(2)));
const problem = findInstallProblem(root, { development: outdated.length > 0 });
if (problem) {
  console.error(problem);
  process.exit(1);
}
const ends = await Promise.allSettled(outdated.map(build));
const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
for (const failure of failures) if (!(failure instanceof CompilerFailed)) throw failure;
if (failures.length > 0) process.exitCode = 1;
