// Shared by the benchmarks: the measured processes, and a database.
import { fork, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmbedded } from '../src/database/embedded/embedded.js';
import { openDatabase } from '../src/entities.js';

export function start(file: string, ...args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    env: { ...process.env, NODE_ENV: 'production' },
    // The log is written, as in production, and discarded.
    stdio: ['ignore', 'ignore', process.env.BENCH_STDERR ? 'inherit' : 'ignore', 'ipc'],
  });
}

function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`A process of the benchmark ended with ${code}. Run with BENCH_STDERR=1 to see why.`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as Message);
    });
  });
}

export function ask<Answer>(child: ChildProcess, question: object): Promise<Answer> {
  const answer = nextMessage<Answer>(child);
  child.send(question);
  return answer;
}

export async function startServer(file: string, ...args: string[]) {
  const child = start(file, ...args);
  const { port } = await nextMessage<{ port: number }>(child);
  return { child, port };
}

/** Runs `work` on its own PostgreSQL with one database, migrated and empty. */
export async function onFreshDatabase(
  work: (databaseUrl: string) => Promise<void>,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'switchboard-bench-'));
  // For root, PostgreSQL runs as another system user, which needs to reach its folder in here.
  await chmod(folder, 0o711);
  const postgres = await startEmbedded(path.join(folder, 'postgres'), 'bench', { settings });
  try {
    const orm = await openDatabase(postgres.url);
    await orm.migrator.up();
    await orm.close();
    await work(postgres.url);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
