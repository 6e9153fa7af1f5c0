import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { entities } from '../../src/entities.js';
import { createLog } from '../../src/log.js';
import { verifyKeyRing } from '../../src/secrets/canary.js';
import { KeyRing } from '../../src/secrets/vault.js';
import { startApp, type TestApp } from '../support/app.js';
import { createEmptyDatabase } from '../support/database.js';

/** The contents of a database of an earlier version, as `fixtures/version-*.json` describes them. The names are no version's API. */
export interface Contents {
  /** The key ring, as the environment has it. */
  keys: string;
  removedKey: string;
  users: { id: string; email: string; displayName: string; role: 'ADMIN' | 'MEMBER' }[];
  sessions: { user: string; session: string; valid: boolean }[];
  apiTokens: { id: string; user: string; token: string }[];
  revokedApiToken: string;
  signInLinks: { user: string; path: string }[];
  usedSignInLink: string;
  servers: {
    fields: { id: string; authType: string };
    compatibility: object | null;
    activeSettings: string[] | null;
    accountCount: number;
    clientFailure: string | null;
    clientFailureAt: string | null;
  }[];
  accounts: {
    id: string;
    generation: number;
    user: string;
    server: string;
    status: string;
    expiresAt: string | null;
    failure: { code: string; message: string; at: string } | null;
  }[];
  secrets: { table: string; column: string; row: string; plaintext: string }[];
  flows: { email: string; server: string; state: string }[];
  revocations: { server: string; user: string | null; status: string }[];
  failures: { server: string; user: string; reference: string; message: string }[];
  diagnoses: {
    server: string;
    last: KeptDiagnosis;
    lastSuccess: KeptDiagnosis | null;
    changes: unknown;
  }[];
  auditEvents: {
    action: string;
    subject: { id: string | null; type: string; name: string };
    affectedUser: { id: string; email: string } | null;
    changedFields: string[];
    detail: Record<string, unknown>;
  }[];
}

export interface KeptDiagnosis {
  steps: unknown[];
  failure: { layer: string; responsibleParty: string; message: string; remedy: string } | null;
}

export interface UpgradedDatabase {
  contents: Contents;
  /** The application on the migrated database. */
  app: TestApp;
  close(): Promise<void>;
}

/** Background tasks that the earlier versions did not have. Their fixtures keep the others from running. */
const newerTasks = ['refused-accounts'];

async function holdBackgroundTasks(databaseUrl: string): Promise<void> {
  const session = new pg.Client({ connectionString: databaseUrl });
  await session.connect();
  await session.query(
    `insert into background_tasks (name, due_at, lease_id)
     select name, '2126-01-01 00:00:00+00', gen_random_uuid() from unnest($1::text[]) name`,
    [newerTasks],
  );
  await session.end();
}

/** Loads the database of an earlier version, migrates it as a start does, and starts the application on it. */
export async function upgradeDatabase(version: string): Promise<UpgradedDatabase> {
  const read = (extension: string) =>
    readFile(new URL(`fixtures/${version}.${extension}`, import.meta.url), 'utf8');
  const contents = JSON.parse(await read('json')) as Contents;
  const database = await createEmptyDatabase();
  const session = new pg.Client({ connectionString: database.url });
  await session.connect();
  await session.query(await read('sql'));
  await session.end();
  const keys = KeyRing.parse(contents.keys);
  await migrate(database.url, {
    entities,
    checkKeys: (em) => verifyKeyRing(em, keys),
    log: createLog('silent'),
  });
  await holdBackgroundTasks(database.url);
  const app = await startApp({ databaseUrl: database.url, keys });
  return {
    contents,
    app,
    async close() {
      await app.close();
      await database.drop();
    },
  };
}
