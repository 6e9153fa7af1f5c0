import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Switchboard as `npm start` runs it, in a process of its own and on a data folder of the demo's own. */
export interface Switchboard {
  readonly url: string;
  /** Settles when the process is gone, whoever ended it. */
  readonly ended: Promise<unknown>;
  /** The result of one of its commands, run beside it. @throws Error with what the command said */
  command<T>(name: string, options: Record<string, string>): Promise<T>;
  /** Ends it as Ctrl-C does, and waits for it. */
  stop(): Promise<void>;
}

/** @throws Error when it does not start; it has said why on stderr by then. */
export async function startSwitchboard(dataDir: string): Promise<Switchboard> {
  // The demo's provider and MCP servers are on loopback. Of the caller's own configuration only the port is taken over.
  const env = {
    PATH: process.env.PATH ?? '',
    PORT: process.env.PORT ?? '4000',
    DATA_DIR: dataDir,
    ALLOWED_PRIVATE_CIDRS: '127.0.0.0/8',
    LOG_LEVEL: 'warn',
  };
  const args = ['--enable-source-maps', main];
  const child = spawn(process.execPath, [...args, 'serve', '--json'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const firstLine = await Promise.race([
    once(child.stdout, 'data').then(([line]) => String(line)),
    ended.then(() => null),
  ]);
  if (firstLine === null)
    throw new Error('Switchboard did not start. PORT=4001 npm run demo takes another port.');
  const { url } = JSON.parse(firstLine) as { url: string };
  return {
    url,
    ended,
    async command<T>(name: string, options: Record<string, string>) {
      const given = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
      const run = promisify(execFile)(process.execPath, [...args, name, ...given, '--json'], { env });
      const { stdout } = await run;
      return JSON.parse(stdout) as T;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Asks Switchboard as a program does, with an API token. @throws Error with the answer's errors */
export async function ask<T>(
  { url, token }: { url: string; token: string },
  query: string,
  variables: Record<string, unknown> = {},
): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: { message: string }[] };
  if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
  return data;
}
