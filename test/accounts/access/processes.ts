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
  /** The number of concurrent callers. */
  callers: number;
}

export interface ProcessAnswer {
  id: number;
  tokens: string[];
  errors: string[];
}

export interface RefreshProcess {
  /** Never resolves if the process is killed. */
  ask(user: Caller, serverId: string, callers: number): Promise<ProcessAnswer>;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
}

export interface ProcessOptions {
  /** Takes the lease even if another caller holds it. */
  withoutLease?: boolean;
  /** The error of its clock. */
  clockAheadMs?: number;
}

/** Starts another process on the application's database. */
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
    ended.then(([code]) => Promise.reject(new Error(`The process exited early with ${code}.`))),
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
