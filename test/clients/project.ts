import { execFile } from 'node:child_process';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeTestFolder } from '../support/postgres.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A client's project in its own folder, with `schema.graphql`, `tsconfig.json` and this project's packages. */
export interface ClientProject {
  folder: string;
  write(file: string, text: string): Promise<void>;
  /** Runs a program of `node_modules/.bin`. @returns its exit code and everything that it printed */
  run(
    program: string,
    args?: string[],
    env?: Record<string, string>,
  ): Promise<{ code: number; stdout: string; output: string }>;
  remove(): Promise<void>;
}

const tsconfig = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'dom', 'esnext.disposable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
  },
  include: ['src'],
};

export async function makeClientProject(files: Record<string, string>): Promise<ClientProject> {
  const folder = await makeTestFolder();
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  await cp(path.join(root, 'schema.graphql'), path.join(folder, 'schema.graphql'));
  const write = async (file: string, text: string) => {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
  };
  await write('package.json', '{"type":"module"}');
  await write('tsconfig.json', JSON.stringify(tsconfig));
  for (const [file, text] of Object.entries(files)) await write(file, text);
  return {
    folder,
    write,
    async run(program, args = [], env = {}) {
      const file = path.join(root, 'node_modules/.bin', program);
      const options = { cwd: folder, env: { ...process.env, ...env } };
      return promisify(execFile)(file, args, options).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, output: stdout + stderr }),
        ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
          code,
          stdout,
          output: stdout + stderr,
        }),
      );
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
