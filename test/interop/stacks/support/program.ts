import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Ready } from '../../../support/interop/stack.ts';

// A test run that is killed can't end the process group of this program.
process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'));

/** Reports that the stack listens: to the test, or on the terminal when a person starts the program. */
export function ready(message: Ready): void {
  if (process.send) process.send(message);
  else console.log(message);
}

/** Returns a port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Listens on a free port of 127.0.0.1, and returns the port. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Returns the path of a file in an installed package. */
export function packageFile(path: string): string {
  return new URL(`../../node_modules/${path}`, import.meta.url).pathname;
}

/** Starts a Node.js program of an installed package, and waits until something answers at the URL. */
export async function startProgram(
  path: string,
  args: readonly string[],
  { url, env = {} }: { url: string; env?: Record<string, string> },
): Promise<void> {
  const child = spawn(process.execPath, [packageFile(path), ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  child.once('exit', (code) => process.exit(code ?? 1));
  await answering(url);
}

async function answering(url: string): Promise<void> {
  for (;;) {
    const controller = new AbortController();
    try {
      await fetch(url, { signal: controller.signal });
      return;
    } catch {
      await delay(50);
    } finally {
      // A stream of events would stay open.
      controller.abort();
    }
  }
}
