import { once } from 'node:events';
import { serve as serveApp, type RunningApp } from '../app.js';
import {
  createSignInLinkFor,
  ensureFirstAdministrator,
  hasAdministratorSignedIn,
  type SignInLink,
} from '../identity/users/user-creation.js';
import type { CommandContext, CommandResult, RunCommand } from './command.js';
import { prepareDatabase, type PreparedDatabase } from './prepared-database.js';

/** Serves until it is told to end, and then ends everything that it began, in the opposite order. */
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
      report(await readiness(app, database, config));
      log.info({ publicUrl: app.publicUrl, port: app.port, host: config.host }, 'Switchboard is ready.');
      if (!signal.aborted) await once(signal, 'abort');
      log.info('Switchboard is ending.');
    } finally {
      await app.close();
    }
  } finally {
    await database.close();
  }
  return null;
};

/** What a newcomer needs to go on. The sign-in link is said here, on stdout, and nowhere else. */
async function readiness(
  { publicUrl, port, orm }: RunningApp,
  { keyFile }: PreparedDatabase,
  { databaseUrl, dataDir }: CommandContext['config'],
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
      ? `Sign in    ${link.url}\n           (once, within 15 minutes, as ${administrator?.email})`
      : 'Sign in    npm run -s switchboard -- sign-in-link --email <your address>',
    databaseUrl === null ? `Data       ${dataDir}` : 'Data       in the PostgreSQL of DATABASE_URL',
    keyFile
      ? `Key        ${keyFile}\n           (keep a copy apart: without it, what is stored sealed cannot be read)`
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
    text: `Switchboard is ready. Ctrl-C ends it.\n\n${lines.map((line) => `  ${line}`).join('\n')}\n`,
  };
}
