import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Caller } from '../token-access.js';

export interface ProcessSettings {
  databaseUrl: string;
  publicUrl: string;
  /** The key ring, as SWITCHBOARD_ENCRYPTION_KEYS has it. */
  keys: string;
}

export interface ProcessTask {
  id: number;
  user: Caller;
  serverId: string;
  /** How many ask at once. */
  callers: number;
}

export interface ProcessAnswer {
  id: number;
  tokens: string[];
  errors: string[];
}

export interface RefreshProcess {
  /** Never answers when the process is killed meanwhile. */
  ask(user: Caller, serverId: string, callers: number): Promise<ProcessAnswer>;
  /** kill -9 */
  kill(): Promise<void>;
}

export interface ProcessOptions {
  /** Whoever wants the lease gets it. */
  withoutLease?: boolean;
  /** How wrong its machine's clock is. */
  clockAheadMs?: number;
}

/** One more process on the application's database. */
export async function startProcess(
  settings: ProcessSettings,
  { withoutLease = false, clockAheadMs = 0 }: ProcessOptions = {},
): Promise<RefreshProcess> {
  const child = fork(
    fileURLToPath(new URL('refresh-process.ts', import.meta.url)),
    [
      ...(withoutLease ? ['--without-lease'] : []),
      ...(clockAheadMs ? [`--clock-ahead=${clockAheadMs}`] : []),
    ],
    { execArgv: ['--import', 'tsx'] },
  );
  const ended = once(child, 'exit');
  const answers = new Map<number, (answer: ProcessAnswer) => void>();
  child.on('message', (answer: ProcessAnswer) => answers.get(answer.id)?.(answer));
  const answerTo = (id: number) => new Promise<ProcessAnswer>((resolve) => answers.set(id, resolve));

  const ready = answerTo(0);
  child.send(settings);
  await Promise.race([
    ready,
    ended.then(([code]) => Promise.reject(new Error(`The process ended early, with ${code}.`))),
  ]);
  let tasks = 0;
  return {
    ask({ id, email, displayName, role }, serverId, callers) {
      tasks += 1;
      const task: ProcessTask = { id: tasks, user: { id, email, displayName, role }, serverId, callers };
      child.send(task);
      return answerTo(tasks);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
