import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface OutboxProcessSettings {
  databaseUrl: string;
  /** The key ring, as SWITCHBOARD_ENCRYPTION_KEYS has it. */
  keys: string;
  /** Runs the whole application. Otherwise the process only works on the outbox. */
  serves: boolean;
}

export interface OutboxProcess {
  /** Its URL if it serves, or ''. */
  url: string;
  /** Attempts what is due. Returns the number of attempts. */
  workDue(): Promise<number>;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
}

/** Starts another process on the application's database. */
export async function startOutboxProcess(settings: OutboxProcessSettings): Promise<OutboxProcess> {
  const child = fork(fileURLToPath(new URL('outbox-process.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
  });
  const ended = once(child, 'exit');
  const early = ended.then(([code]) => Promise.reject(new Error(`The process exited early with ${code}.`)));
  early.catch(() => {});
  const answer = async () => (await Promise.race([once(child, 'message'), early]))[0] as unknown;
  child.send(settings);
  const url = String(await answer());
  return {
    url,
    async workDue() {
      const tried = answer();
      child.send('work');
      return Number(await tried);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
