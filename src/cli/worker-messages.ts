import type { AppSettings } from '../app.js';

/** The settings of a worker, in a form that passes between processes. */
export interface WorkerSettings extends Omit<AppSettings, 'keys' | 'log' | 'resolver'> {
  /** The text that `KeyRing.parse` reads. */
  keys: string;
  logLevel: string;
}

/** The argument that makes a process a worker. */
export const workerArgument = 'worker';

/**
 * A message of the primary process. `connection`: serve the connection that is sent with this message. `stop`: answer the
 * requests in progress, and end.
 */
export type WorkerOrder = { start: WorkerSettings } | 'connection' | 'stop';

/**
 * A message of a worker. `ready`: it serves connections. `accepted`: it has got the last connection, and can get another.
 * `closing`: it ends by itself, and should get no more connections.
 */
export type WorkerReport = 'ready' | 'accepted' | 'closing' | { failure: string };
