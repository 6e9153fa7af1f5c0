import { once } from 'node:events';
import { serve as serveApp, type RunningApp } from '../app.js';
import { ensureFirstAdministrator, hasAdministratorSignedIn } from '../identity/users/first-administrator.js';
import { createSignInLinkFor, type SignInLink } from '../identity/users/sign-in-link.js';
import type { CliConfig, CommandResult, RunCommand } from './command.js';
import { prepareDatabase, type PreparedDatabase } from './database.js';

/** Serves until `signal` is aborted. Then it ends everything that it started, in reverse order. */
export const serve: RunCommand = async (_values, { config, log, signal, report }) => {
  const database = await prepareDatabase(config, log);
  try {
    if (signal.aborted) return null;
    const app = await serveApp({
      ...config,
      databaseUrl: database.url,
      keys: database.keys,
      extraCa: config.extraCa ?? undefined,
      outboundProxy: config.outboundProxy ?? undefined,
      log,
    });
    try {
      report(await describeStart(app, database, config));
      log.info({ publicUrl: app.publicUrl, port: app.port, host: config.host }, 'Switchboard is ready');
      if (!signal.aborted) await once(signal, 'abort');
      log.info('Switchboard is stopping');
    } finally {
      await app.close();
    }
  } finally {
    await database.close();
  }
  return null;
};

/** Returns what a new user needs to begin. The sign-in link goes to stdout and nowhere else. */
async function describeStart(
  { publicUrl, port, orm }: RunningApp,
  { keyFile }: PreparedDatabase,
  { databaseUrl, dataDir }: CliConfig,
): Promise<CommandResult> {
  const em = orm.em.fork();
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
  return {
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
}
