import { randomUUID } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

function templateUrl(): string {
  const url = process.env.TEST_DATABASE_URL;
  if (!url) throw new Error('TEST_DATABASE_URL is not set: test/support/global-setup.mjs has not run.');
  return url;
}

/** Creates a migrated database for one test file. Cloning the template takes about 30 ms. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase('"template"');
}

/** Creates an empty database, as a first start finds it. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template0');
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const inPostgres = async (sql: string) => {
    const url = new URL(templateUrl());
    url.pathname = '/postgres';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  // PostgreSQL clones a template one at a time, while it copies the files.
  await inPostgres(`create database ${name} template ${template} strategy file_copy`);
  const url = new URL(templateUrl());
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => inPostgres(`drop database ${name} with (force)`) };
}
