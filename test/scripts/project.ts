import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A project of a few files, in a folder of its own, on which a script of this project runs. */
export class Project {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<Project> {
    return new Project(await mkdtemp(path.join(tmpdir(), 'switchboard project (2) ')));
  }

  async write(file: string, content: string): Promise<void> {
    const target = path.join(this.#folder, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
  }

  async read(file: string): Promise<string> {
    return readFile(path.join(this.#folder, file), 'utf8');
  }

  /** Runs a script of this repository there. Returns its exit code and the lines of its output. */
  run(script: string, ...args: string[]): Promise<{ code: number; lines: string[] }> {
    const tsx = path.join(root, 'node_modules/tsx/dist/cli.mjs');
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [tsx, path.join(root, script), ...args],
        { cwd: this.#folder },
        (error, stdout, stderr) => {
          const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
          resolve({ code: Number(error?.code ?? 0), lines });
        },
      );
    });
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
