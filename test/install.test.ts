import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTestFolder } from './support/postgres.js';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Lock {
  packages: Record<
    string,
    {
      version: string;
      dev?: true;
      optional?: true;
      hasInstallScript?: true;
      engines?: { node?: string };
    }
  >;
}
interface Manifest {
  engines: { node: string };
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T;
}

let folder: string;

/** A clone as far as npm and its scripts look, without node_modules. */
beforeEach(async () => {
  folder = await makeTestFolder();
  for (const file of ['package.json', 'package-lock.json', '.npmrc', 'scripts'])
    await cp(path.join(root, file), path.join(folder, file), { recursive: true });
  for (const source of ['src/console', 'src/servers/fields', 'public/design'])
    await mkdir(path.join(folder, source), { recursive: true });
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'vite.config.js'])
    await writeFile(path.join(folder, file), '{}');
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs npm, with this Node first on PATH, and returns what it prints. */
async function npm(...args: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` };
  const run = promisify(execFile)('npm', args, { cwd: folder, env, maxBuffer: 16 * 1024 * 1024 });
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      output: stdout + stderr,
    }),
  );
}

/** Leaves node_modules as npm leaves it after it installed these packages, without their files. */
async function install(isInstalled: (entry: Lock['packages'][string]) => boolean): Promise<void> {
  const { packages } = await readJson<Lock>(path.join(folder, 'package-lock.json'));
  const installed = Object.entries(packages).filter(([place, entry]) => place !== '' && isInstalled(entry));
  await mkdir(path.join(folder, 'node_modules'), { recursive: true });
  await writeFile(
    path.join(folder, 'node_modules/.package-lock.json'),
    JSON.stringify({ packages: Object.fromEntries(installed) }),
  );
}

async function changeJson<T>(file: string, change: (content: T) => void): Promise<void> {
  const content = await readJson<T>(path.join(folder, file));
  change(content);
  await writeFile(path.join(folder, file), JSON.stringify(content));
}

const stackTrace = /^\s+at .+:\d+:\d+/m;

describe.each(['start', 'test', 'run demo'])('npm %s', (command) => {
  const args = command.split(' ');

  it('says what to run before npm ci', async () => {
    const { code, output } = await npm(...args);
    expect(code).toBe(1);
    expect(output).toContain('\nThe dependencies are not installed. Run: npm ci\n');
    expect(output).not.toMatch(stackTrace);
  });

  it('says what to run after a failed npm ci, which leaves only some packages', async () => {
    await mkdir(path.join(folder, 'node_modules/express'), { recursive: true });
    const { code, output } = await npm(...args);
    expect(code).toBe(1);
    expect(output).toContain('\nThe dependencies are not installed. Run: npm ci\n');
    expect(output).not.toMatch(stackTrace);
  });

  it.each(['express', 'typescript'])('says what to run after the lock file changed %s', async (name) => {
    await install(() => true);
    await changeJson<Lock>('package-lock.json', ({ packages }) => {
      packages[`node_modules/${name}`]!.version = '99.0.0';
    });
    const { code, output } = await npm(...args);
    expect(code).toBe(1);
    expect(output).toContain(
      '\nThe installed dependencies are not the ones in package-lock.json. Run: npm ci\n',
    );
    expect(output).not.toMatch(stackTrace);
  });

  it('says what to run where it needs development dependencies that were left out', async () => {
    await install(({ dev }) => !dev);
    const { code, output } = await npm(...args);
    expect(code).toBe(1);
    expect(output).toContain(
      '\nThis command needs the development dependencies. Run: npm ci --include=dev\n',
    );
    expect(output).not.toMatch(stackTrace);
  });

  it('says which Node to install on an older one', async () => {
    await install(({ optional }) => !optional);
    await changeJson<Manifest>('package.json', ({ engines }) => {
      engines.node = '>=99.1';
    });
    const { code, output } = await npm(...args);
    expect(code).toBe(1);
    expect(output).toContain(
      `\nSwitchboard needs Node 99.1 or newer, and this is Node ${process.versions.node}. ` +
        'Install Node 99.1 or newer from https://nodejs.org/.',
    );
    expect(output).not.toMatch(stackTrace);
  });
});

it('npm start runs on the Node among the dependencies', async () => {
  await mkdir(path.join(folder, 'node_modules/.bin'), { recursive: true });
  const bundled = path.join(folder, 'node_modules/.bin/node');
  await writeFile(bundled, '#!/bin/sh\necho "bundled: $*"\n');
  await chmod(bundled, 0o755);
  const { code, output } = await npm('start');
  expect(code).toBe(0);
  expect(output).toContain('\nbundled: scripts/build.mjs --if-changed\n');
  expect(output).toContain('\nbundled: --enable-source-maps dist/main.js serve\n');
});

describe('package.json', () => {
  it('asks for the highest Node that a production dependency asks for', async () => {
    const { packages } = await readJson<Lock>(path.join(root, 'package-lock.json'));
    const minimum = (range: string) => /^>= ?(\d+)(?:\.(\d+))?/.exec(range)?.slice(1, 3).map(Number);
    const highest = Object.entries(packages)
      .filter(([place, { dev, optional }]) => place !== '' && !dev && !optional)
      .flatMap(([, { engines }]) => [minimum(engines?.node ?? '') ?? []])
      .map(([major = 0, minor = 0]) => ({ major, minor: Number.isNaN(minor) ? 0 : minor }))
      .reduce((a, b) => (b.major > a.major || (b.major === a.major && b.minor > a.minor) ? b : a));
    const { engines } = await readJson<Manifest>(path.join(root, 'package.json'));
    expect(engines.node).toBe(`>=${highest.major}.${highest.minor}`);
  });

  it('type checks against the oldest Node that it asks for', async () => {
    const { engines, devDependencies } = await readJson<Manifest>(path.join(root, 'package.json'));
    expect(devDependencies['@types/node']).toBe(`~${engines.node.replace('>=', '')}`);
  });

  it('brings a Node of its own for Linux that it can run on', async () => {
    const { optionalDependencies } = await readJson<Manifest>(path.join(root, 'package.json'));
    for (const arch of ['x64', 'arm64'])
      expect(optionalDependencies[`node-linux-${arch}`]).toMatch(/^24\.\d+\.\d+$/);
  });

  it('decides for each package with an install script whether the script runs', async () => {
    const { packages } = await readJson<Lock>(path.join(root, 'package-lock.json'));
    const { allowScripts } = await readJson<Manifest>(path.join(root, 'package.json'));
    const withScripts = Object.entries(packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([place]) => place.split('node_modules/').at(-1)!);
    expect(Object.keys(allowScripts).sort()).toEqual([...new Set(withScripts)].sort());
  });

  it('installs without a warning of npm: every package runs on this Node, and no install script is undecided', async () => {
    const { code, output } = await npm('ci', '--dry-run', '--no-audit', '--no-fund');
    expect(code).toBe(0);
    expect(output).toContain('added ');
    expect(output).not.toContain('npm warn');
  });
});
