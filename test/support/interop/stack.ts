import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A tool call, and a text that its result contains. */
export interface ExpectedCall {
  name: string;
  arguments?: Record<string, unknown>;
  result: string;
}

/** The report of a stack's program when it listens. */
export interface Ready {
  /** The URL of the MCP server, as an administrator would enter it. */
  url: string;
  /** Calls in order. A later one may depend on what an earlier one left in the session. */
  calls: ExpectedCall[];
  /** The values of fields in the forms of the provider's pages. */
  form?: Record<string, string>;
  /** The URL that answers with the last one-time code for the user. */
  inbox?: string;
  /** The URL at which an administrator registers a client at the provider, with `redirect_uri`. */
  registration?: string;
}

export interface RunningStack extends Ready {
  /** Returns everything that the program has written. */
  output(): string;
  stop(): Promise<void>;
}

/** The time that a stack has to listen, in milliseconds. */
const startTimeoutMs = 60_000;

/** Starts a stack's program in a process group of its own, and waits until it listens. */
export async function startStack(program: string, args: readonly string[]): Promise<RunningStack> {
  const file = fileURLToPath(new URL(`../../interop/stacks/${program}.ts`, import.meta.url));
  const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-interop-'));
  const child = fork(file, args, {
    // Some programs write into the folder that they start in, or into the user's.
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // The program is a program of its own: nothing of the test runner's reaches it.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { PATH: process.env.PATH, HOME: folder, CHROMIUM: process.env.CHROMIUM },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const stop = async () => {
    await stopGroup(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ready = await firstMessage(child);
    return { ...ready, output: () => output, stop };
  } catch (error) {
    await stop();
    throw new Error(`${program} did not start: ${output}`, { cause: error });
  }
}

async function firstMessage(child: ChildProcess): Promise<Ready> {
  const signal = AbortSignal.timeout(startTimeoutMs);
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`The program ended with ${code}.`);
  });
  const [ready] = (await Promise.race([once(child, 'message', { signal }), ended])) as [Ready];
  ended.catch(() => {});
  return ready;
}

/** Ends the program and every process that it has started. */
async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of its processes have ended.
  }
  await exited;
}
