import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeTestFolder } from './postgres.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = path.join(root, 'dist/main.js');

/** Brings dist/ up to date, so that the tests run what users run. */
export async function build(): Promise<void> {
  await promisify(execFile)(process.execPath, [path.join(root, 'scripts/build.mjs'), '--if-changed'], {
    cwd: root,
  });
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A server in its own process. */
export interface ServerProcess {
  /** The line that it printed when it was ready. */
  ready: {
    url: string;
    port: number;
    consoleUrl: string;
    signInUrl: string | null;
    dataDir: string;
    keyFile: string;
  };
  readonly stdout: string;
  readonly stderr: string;
  kill(signal: NodeJS.Signals): void;
  /** Settles when the process has ended. */
  ended: Promise<Ended>;
  /** Ends the process as Ctrl-C does. */
  stop(): Promise<Ended>;
}

type Environment = Record<string, string>;

/** An installation: a data folder and the processes that use it. `remove` kills those that still run. */
export class Installation {
  readonly dataDir: string;
  readonly #folder: string;
  readonly #env: Environment;
  readonly #children = new Set<ChildProcess>();

  private constructor(folder: string, env: Environment) {
    this.#folder = folder;
    this.dataDir = path.join(folder, 'data');
    this.#env = env;
  }

  /** Creates an installation. @param env variables in addition to DATA_DIR and PORT=0; nothing else is inherited */
  static async make(env: Environment = {}): Promise<Installation> {
    return new Installation(await makeTestFolder(), env);
  }

  #spawn(args: readonly string[], env: Environment): ChildProcess {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: this.#folder,
      env: { PATH: process.env.PATH ?? '', DATA_DIR: this.dataDir, PORT: '0', ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Runs a command to its end. */
  run(args: readonly string[], env: Environment = {}): Promise<Ended> {
    return collect(this.#spawn(args, env)).ended;
  }

  /** Starts a command that the test may interrupt. */
  begin(args: readonly string[], env: Environment = {}): Pick<ServerProcess, 'kill' | 'ended'> {
    const child = this.#spawn(args, env);
    return { kill: (signal) => child.kill(signal), ended: collect(child).ended };
  }

  /** Runs a command with --json. @throws Error with its output, unless it succeeds and prints exactly one line */
  async json<T>(args: readonly string[], env: Environment = {}): Promise<T> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], env);
    if (code !== 0 || !/^\{.*\}\n$/.test(stdout)) throw new Error(`Exit ${code}: ${stdout}${stderr}`);
    return JSON.parse(stdout) as T;
  }

  async serve(env: Environment = {}): Promise<ServerProcess> {
    const child = this.#spawn(['serve', '--json'], env);
    const output = collect(child);
    await Promise.race([once(child.stdout!, 'data'), output.ended]);
    if (output.stdout === '') throw new Error(`The server did not start: ${(await output.ended).stderr}`);
    return {
      ready: JSON.parse(output.stdout) as ServerProcess['ready'],
      get stdout() {
        return output.stdout;
      },
      get stderr() {
        return output.stderr;
      },
      kill: (signal) => child.kill(signal),
      ended: output.ended,
      stop() {
        child.kill('SIGINT');
        return output.ended;
      },
    };
  }

  /** The embedded database's process, or null when it is not running. */
  async postmasterPid(): Promise<number | null> {
    const lockFile = path.join(this.dataDir, 'postgres/postmaster.pid');
    const content = await readFile(lockFile, 'utf8').catch(() => null);
    return content === null ? null : Number.parseInt(content, 10);
  }

  async remove(): Promise<void> {
    for (const child of this.#children) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    const pid = await this.postmasterPid();
    if (pid !== null) process.kill(pid, 'SIGQUIT');
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function collect(child: ChildProcess) {
  const output = {
    stdout: '',
    stderr: '',
    ended: once(child, 'close').then(([code]): Ended => {
      return { code: code as number | null, stdout: output.stdout, stderr: output.stderr };
    }),
  };
  child.stdout!.on('data', (chunk: Buffer) => {
    output.stdout += chunk.toString();
  });
  child.stderr!.on('data', (chunk: Buffer) => {
    output.stderr += chunk.toString();
  });
  return output;
}

/** Sends a GraphQL request with an API token. @throws Error with the response's errors */
export async function graphql<T>(url: string, token: string, query: string, variables = {}): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
