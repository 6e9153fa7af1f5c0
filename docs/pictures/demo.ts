import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The demo as `npm run demo` starts it once it is built, on a free port. */
export interface RunningDemo {
  readonly url: string;
  /** Where the demo's MCP server with a consent page is. */
  readonly notebook: string;
  /** The sign-in link of somebody in the demo; it works once. */
  link(email: string): string;
  stop(): Promise<void>;
}

/** @throws Error with what the demo said, when it ends instead of starting */
export async function startDemo(): Promise<RunningDemo> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/main.ts'], {
    cwd: root,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const ended = once(child, 'close');
  const ready = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('Ctrl-C ends the demo')) resolve();
    });
  });
  if ((await Promise.race([ready, ended])) !== undefined) throw new Error(`The demo ended: ${output}`);
  const read = (pattern: RegExp) => pattern.exec(output)?.[1] ?? '';
  return {
    url: read(/^Switchboard demo: (\S+)$/m),
    notebook: read(/^ +Notebook .* (\S+)$/m),
    link: (email) => read(new RegExp(`${email.replaceAll('.', String.raw`\.`)} +(\\S+)`)),
    async stop() {
      child.kill('SIGINT');
      await ended;
    },
  };
}
