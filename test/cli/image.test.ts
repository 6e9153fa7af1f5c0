import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from '../support/command-line.js';
import { createTestDatabase } from '../support/database.js';
import { makeTestFolder } from '../support/postgres.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

let dockerfile: string;
let lastStage: string;
let folder: string;

/** Returns the arguments of each use of an instruction in the last stage. */
function instructions(name: string): string[] {
  return [...lastStage.matchAll(new RegExp(String.raw`^${name} (.+)$`, 'gm'))].map(([, rest = '']) => rest);
}

/** Returns the packages that `npm ci` installs with the image's flags, without nested ones. */
async function installedInImage(): Promise<string[]> {
  const flags = /^RUN npm ci( .+)$/m.exec(dockerfile)?.[1]?.trim().split(' ') ?? [];
  const npm = ['ls', '--all', '--parseable', ...flags];
  const { stdout } = await run('npm', npm, { cwd: root, maxBuffer: 16 * 1024 * 1024 });
  return stdout
    .split('\n')
    .map((place) => path.relative(root, place))
    .filter((place) => place.lastIndexOf('node_modules/') === 0);
}

/** Copies files to the same paths in another folder, with one command for each parent folder. */
async function copy(sources: readonly string[], target: string): Promise<void> {
  for (const place of new Set(sources.map((source) => path.dirname(source)))) {
    const together = sources.filter((source) => path.dirname(source) === place);
    await mkdir(path.join(target, place), { recursive: true });
    await run('cp', ['-R', ...together.map((source) => path.join(root, source)), path.join(target, place)]);
  }
}

beforeAll(async () => {
  await build();
  dockerfile = await readFile(path.join(root, 'Dockerfile'), 'utf8');
  lastStage = dockerfile.split(/^FROM /m).at(-1) ?? '';
  folder = await makeTestFolder();
}, 240_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the image contains everything that the server needs, and its health check works', async () => {
  const sources = instructions('COPY').flatMap((copied) => {
    const [first = '', ...rest] = copied.split(' ');
    return first.startsWith('--from=') ? rest.slice(-1) : [first, ...rest].slice(0, -1);
  });
  expect(sources).toEqual(expect.arrayContaining(['node_modules', 'dist', 'package.json', 'public']));
  await copy(
    sources.filter((source) => source !== 'node_modules'),
    folder,
  );
  await copy(await installedInImage(), folder);

  const database = await createTestDatabase();
  const [entry, command, health] = [
    JSON.parse(instructions('ENTRYPOINT')[0]!) as string[],
    JSON.parse(instructions('CMD')[0]!) as string[],
    JSON.parse(/ CMD (.+)$/.exec(instructions('HEALTHCHECK')[0]!)![1]!) as string[],
  ];
  const env = {
    ...Object.fromEntries(
      instructions('ENV')[0]!
        .split(' ')
        .map((pair) => pair.split('=')),
    ),
    PORT: '0',
    DATABASE_URL: database.url,
    SWITCHBOARD_ENCRYPTION_KEYS: `image:${Buffer.alloc(32, 7).toString('base64')}`,
  } as Record<string, string>;
  const server = spawn(process.execPath, [...entry.slice(1), ...command, '--json'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const { port } = JSON.parse(line) as { port: number };
    const check = (to: number) => run(process.execPath, health.slice(1), { env: { PORT: String(to) } });
    await check(port);
    expect((await fetch(`http://127.0.0.1:${port}/auth/sign-in`)).status).toBe(200);

    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expect(check(port)).rejects.toMatchObject({ code: 1 });
  } finally {
    server.kill('SIGKILL');
    await database.drop();
  }
}, 240_000);

/** Returns the paths that .dockerignore allows. */
async function allowedPaths(): Promise<string[]> {
  const [first, ...allowed] = (await readFile(path.join(root, '.dockerignore'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(first).toBe('*');
  expect(allowed.every((line) => line.startsWith('!'))).toBe(true);
  return allowed.map((line) => line.replace(/^!/, ''));
}

test('.dockerignore allows all files that the build of the server and the console needs', async () => {
  const context = await makeTestFolder();
  try {
    await copy(await allowedPaths(), context);
    await symlink(path.join(root, 'node_modules'), path.join(context, 'node_modules'));
    await run(process.execPath, ['scripts/build.mjs'], { cwd: context });
    const made = await Promise.all(
      ['main.js', 'console/index.html'].map((file) => stat(path.join(context, 'dist', file))),
    );
    expect(made.every((file) => file.size > 0)).toBe(true);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}, 240_000);

test('.dockerignore excludes secrets and generated files', async () => {
  const patterns = await allowedPaths();
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, rest = '']) =>
    rest.split(' ').slice(0, -1),
  );
  for (const source of copied.filter((source) => source !== '.')) expect(patterns).toContain(source);
  for (const secret of ['.env', 'data', '.git', 'node_modules', 'dist'])
    expect(patterns).not.toContain(secret);
});
