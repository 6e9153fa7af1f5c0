import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Switchboard as `npm start` runs it, in its own process and on the demo's data folder. */
export interface Switchboard {
  readonly url: string;
  /** Settles when the process has ended. */
  readonly ended: Promise<unknown>;
  /** Runs a command beside the server and returns its result. @throws Error with the command's output */
  command<T>(name: string, options: Record<string, string>): Promise<T>;
  /** Ends the process as Ctrl-C does, and waits for it. */
  stop(): Promise<void>;
}

/** Starts Switchboard. @throws Error if it doesn't start. The reason is on stderr. */
export async function startSwitchboard(dataDir: string): Promise<Switchboard> {
  // The demo's provider and MCP servers are on loopback. Of the caller's environment, only the port applies.
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
    throw new Error('Switchboard did not start. To use another port, run: PORT=4001 npm run demo');
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

/** Sends a GraphQL request with an API token. @throws Error with the messages of the response's errors */
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
