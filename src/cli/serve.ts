import { once } from 'node:events';
import type { EntityManager } from '@mikro-orm/postgresql';
import { openDatabase } from '../entities.js';
import { ensureFirstAdministrator, hasAdministratorSignedIn } from '../identity/users/first-administrator.js';
import { createSignInLinkFor, type SignInLink } from '../identity/users/sign-in-link.js';
import type { CliConfig, CommandContext, CommandResult, RunCommand } from './command.js';
import { prepareDatabase, type PreparedDatabase } from './database.js';

/**
 * Serves until `signal` is aborted, in this process or in workers. Then it ends everything that it started, in reverse
 * order.
 */
export const serve: RunCommand = async (_values, context) => {
  const { config, signal } = context;
  const isPrimary = config.workers > 1;
  // Several processes write to one log.
  const log = isPrimary ? context.log.child({ pid: process.pid }) : context.log;
  const database = await prepareDatabase(config, log);
  try {
    if (!signal.aborted) await (isPrimary ? serveInWorkers : serveHere)(database, { ...context, log });
  } finally {
    await database.close();
  }
  return null;
};

async function serveHere(database: PreparedDatabase, context: CommandContext): Promise<void> {
  // The primary process of workers needs none of the application.
  const { serve: serveApp } = await import('../app.js');
  const { config, log, signal } = context;
  const app = await serveApp({ ...settingsOf(config, database), keys: database.keys, log });
  try {
    await reportStart(app.orm.em.fork(), app, database, context);
    if (!signal.aborted) await once(signal, 'abort');
    log.info('Switchboard is stopping');
  } finally {
    await app.close();
  }
}

async function serveInWorkers(database: PreparedDatabase, context: CommandContext): Promise<void> {
  const { WorkerPool } = await import('./worker-pool.js');
  const { config, log, signal } = context;
  const settings = { ...settingsOf(config, database), logLevel: config.logLevel };
  const keys = database.keys.serialize();
  const pool = await WorkerPool.start(config.workers, { ...settings, keys }, log).catch((error: unknown) => {
    // Ctrl-C in a terminal also ends workers that are starting.
    if (signal.aborted) return null;
    throw error;
  });
  if (!pool) return;
  try {
    const orm = await openDatabase(database.url, log);
    await reportStart(orm.em.fork(), pool, database, context).finally(() => orm.close());
    if (!signal.aborted) await Promise.race([once(signal, 'abort'), pool.failure]);
    log.info('Switchboard is stopping');
  } finally {
    await pool.close();
  }
}

/** Returns the settings of the application that pass between processes. */
function settingsOf(config: CliConfig, { url }: PreparedDatabase) {
  const { encryptionKeys: _, workers: __, logLevel: ___, ...settings } = config;
  return {
    ...settings,
    databaseUrl: url,
    extraCa: config.extraCa ?? undefined,
    outboundProxy: config.outboundProxy ?? undefined,
  };
}

/** The address of a server that has started. */
interface Address {
  publicUrl: string;
  port: number;
}

/** Reports what a new user needs to begin. The sign-in link goes to stdout and nowhere else. */
async function reportStart(
  em: EntityManager,
  { publicUrl, port }: Address,
  { keyFile }: PreparedDatabase,
  { config: { databaseUrl, dataDir, host }, log, report }: CommandContext,
): Promise<void> {
  const administrator = await ensureFirstAdministrator(em);
  let link: SignInLink | null = null;
  if (administrator && !(await hasAdministratorSignedIn(em))) {
    link = await createSignInLinkFor(em, { email: administrator.email, publicUrl });
  }
  const consoleUrl = `${publicUrl}/`;
  const lines = [
    `Console    ${consoleUrl}`,
    link
      ? `Sign in    ${link.url}\n           (works once, within 15 minutes, as ${administrator?.email})`
      : 'Sign in    npm run -s switchboard -- sign-in-link --email <your email address>',
    databaseUrl === null ? `Data       ${dataDir}` : 'Data       in the PostgreSQL database of DATABASE_URL',
    keyFile
      ? `Key        ${keyFile}\n           (keep a separate copy: without it, stored secrets cannot be read)`
      : 'Key        from SWITCHBOARD_ENCRYPTION_KEYS',
  ];
  const result: CommandResult = {
    json: {
      url: publicUrl,
      port,
      consoleUrl,
      signInUrl: link?.url ?? null,
      dataDir: databaseUrl === null ? dataDir : null,
      keyFile,
    },
    text: `Switchboard is ready. Press Ctrl-C to stop.\n\n${lines.map((line) => `  ${line}`).join('\n')}\n`,
  };
  report(result);
  log.info({ publicUrl, port, host }, 'Switchboard is ready');
}
