import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The running demo, as `npm run demo` starts it, on a free port. */
export interface RunningDemo {
  readonly url: string;
  /** The URL of the demo's MCP server with a consent page. */
  readonly notebook: string;
  /** Returns the sign-in link of a user of the demo, which works once. */
  link(email: string): string;
  stop(): Promise<void>;
}

/** Starts the demo. @throws Error with the demo's output when it ends instead of starting */
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
