import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { HotReads } from '../../src/database/hot-reads.js';
import { startEmbedded, type Embedded } from '../../src/database/embedded/embedded.js';
import { migrate as migrateDatabase } from '../../src/database/migrate.js';
import { entities, openDatabase } from '../../src/entities.js';
import { createUser } from '../../src/identity/users/create-user.js';
import { createApiTokenFor } from '../../src/identity/api-tokens/create-api-token.js';
import { Authentication } from '../../src/identity/sign-in/authentication.js';
import { createLog } from '../../src/log.js';
import { verifyKeyRing } from '../../src/secrets/canary.js';
import { KeyRing } from '../../src/secrets/vault.js';
import { findTestBinaries, fastSettings, makeTestFolder, testPostgresVersion } from '../support/postgres.js';

const log = createLog('silent');

function newKeys(id = 'k1'): KeyRing {
  return KeyRing.parse(`${id}:${randomBytes(32).toString('base64')}`);
}

/** Migrates the database as the commands do. */
function migrate(url: string, keys: KeyRing): Promise<string[]> {
  return migrateDatabase(url, { entities, checkKeys: (em) => verifyKeyRing(em, keys), log });
}

describe(`on PostgreSQL ${testPostgresVersion}`, () => {
  let folder: string;
  let postgres: Embedded;
  let databases = 0;

  beforeAll(async () => {
    folder = await makeTestFolder();
    const binaries = await findTestBinaries();
    postgres = await startEmbedded(path.join(folder, 'data'), 'first', { binaries, settings: fastSettings });
  });

  afterAll(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true });
  });

  async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async function emptyDatabase(): Promise<string> {
    const name = `empty_${(databases += 1)}`;
    await query(postgres.url, `create database ${name}`);
    const url = new URL(postgres.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  it('runs on the intended version', async () => {
    const [row] = await query<{ server_version: string }>(postgres.url, 'show server_version');
    expect(row?.server_version.split('.')[0]).toBe(testPostgresVersion);
  });

  it('migrates once when ten processes start at once, and matches the entities', async () => {
    const url = await emptyDatabase();
    const keys = newKeys();
    const applied = await Promise.all(Array.from({ length: 10 }, () => migrate(url, keys)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    const orm = await openDatabase(url);
    expect(await orm.schema.getUpdateSchemaSQL()).toBe('');
    await orm.close();
  });

  it('works after the migration: a user, an API token, and the viewer of that token', async () => {
    const url = await emptyDatabase();
    await migrate(url, newKeys());
    const orm = await openDatabase(url);
    const em = orm.em.fork();
    await createUser(em, { email: 'ada@example.com', role: 'ADMIN' });
    const { token } = await createApiTokenFor(em, { email: 'ada@example.com', name: 'test', scope: 'ADMIN' });
    const viewer = await new Authentication({ em: orm.em, reads: new HotReads({ log }), log }).findViewer({
      bearerToken: token,
    });
    expect(viewer).toMatchObject({ email: 'ada@example.com', isAdmin: true });
    await orm.close();
  });

  it('refuses keys other than those it was sealed with, also when two first starts disagree', async () => {
    const url = await emptyDatabase();
    const results = await Promise.allSettled([newKeys(), newKeys()].map((keys) => migrate(url, keys)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(migrate(url, newKeys('other'))).rejects.toThrow('The encryption key "k1" is missing');
  });

  it('refuses a PostgreSQL that is too old before it changes anything', async () => {
    const url = new URL(await emptyDatabase());
    // Simulates an old server: this function shadows the built-in one that returns the version.
    await query(
      url.href,
      `create function public.current_setting(text) returns text language sql as $$ select '14.12'::text $$`,
    );
    const old = new URL(url);
    old.searchParams.set('options', '-c search_path=public,pg_catalog');
    await expect(migrate(old.href, newKeys())).rejects.toThrow(
      'The database is PostgreSQL 14.12. Switchboard needs PostgreSQL 15 or newer.',
    );
    expect(await query(url.href, `select from pg_tables where schemaname = 'public'`)).toHaveLength(0);
  });
});

describe('a database that cannot be reached', () => {
  it('is reported without its password', async () => {
    const attempt = migrate('postgresql://me:pa55word@127.0.0.1:1/db', newKeys());
    await expect(attempt).rejects.toThrow(
      /^The database db at 127.0.0.1:1 cannot be reached: (?!.*pa55word)/,
    );
  });
});
