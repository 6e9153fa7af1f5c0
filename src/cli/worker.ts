import { once } from 'node:events';
import type { Socket } from 'node:net';
import { serveConnections, type ConnectionApp } from '../app.js';
import { createLog } from '../log.js';
import { openLogOutput } from '../log-output.js';
import { KeyRing } from '../secrets/vault.js';
import { describeError } from './describe-error.js';
import type { WorkerOrder, WorkerReport, WorkerSettings } from './worker-messages.js';

/**
 * Runs a worker process. It serves the connections that the primary process hands to it, until that process says `stop` or
 * has ended, or until `signal` is aborted.
 * @returns the exit code
 */
export async function runWorker(signal: AbortSignal): Promise<number> {
  const stop = new AbortController();
  process.once('disconnect', () => stop.abort());
  const stopped = AbortSignal.any([signal, stop.signal]);
  const end = stopped.aborted ? Promise.resolve() : once(stopped, 'abort');
  let app: ConnectionApp | undefined;
  const started = new Promise<WorkerSettings>((resolve) => {
    process.on('message', (order: WorkerOrder, connection?: Socket) => {
      if (order === 'stop') stop.abort();
      else if (order !== 'connection') resolve(order.start);
      else {
        // The report comes before the first read: if this process is killed, a connection without it goes to another worker.
        void report('accepted');
        // A connection that has been closed meanwhile is undefined.
        if (connection) app?.serve(connection);
      }
    });
  });
  try {
    const settings = await Promise.race([started, end.then(() => null)]);
    if (settings === null) return 0;
    const { logLevel, keys, ...others } = settings;
    const log = createLog(logLevel, openLogOutput()).child({ pid: process.pid });
    app = await serveConnections({ ...others, keys: KeyRing.parse(keys), log });
    log.info('Worker is ready');
    await report('ready');
    await end;
    await report('closing');
    await app.close();
    return 0;
  } catch (error) {
    await report({ failure: describeError(error) });
    return 1;
  }
}

/** Resolves when the message is on its way, or the primary process has ended. */
function report(message: WorkerReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
