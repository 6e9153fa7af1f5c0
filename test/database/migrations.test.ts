import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { migrations } from '../../src/database/migrations/index.js';
import { build } from '../support/command-line.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { makeTestFolder } from '../support/postgres.js';

jest.setTimeout(120_000);

const root = fileURLToPath(new URL('../..', import.meta.url));
const keys = `k1:${randomBytes(32).toString('base64')}`;
const names = migrations.map(({ name }) => name);

it('lists every migration of the folder in the order of their times', async () => {
  const files = await readdir(path.join(root, 'src/database/migrations'));
  const inFolder = files.filter((file) => file !== 'index.ts').map((file) => path.parse(file).name);
  expect(names).toEqual(inFolder.sort());
});

describe('a build in a folder whose name has the characters of a glob pattern', () => {
  let folder: string;
  let release: string;
  let database: TestDatabase;

  beforeAll(build);

  beforeEach(async () => {
    folder = await makeTestFolder();
    release = path.join(folder, 'releases (2)');
    await cp(path.join(root, 'dist'), path.join(release, 'dist'), { recursive: true });
    await cp(path.join(root, 'package.json'), path.join(release, 'package.json'));
    for (const shared of ['node_modules', 'public']) {
      await symlink(path.join(root, shared), path.join(release, shared));
    }
    database = await createEmptyDatabase();
  });

  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [path.join(release, 'dist/main.js'), ...args], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: database.url,
        SWITCHBOARD_ENCRYPTION_KEYS: keys,
        PORT: '0',
        LOG_LEVEL: 'error',
      },
    });

  async function sql(statement: string): Promise<object[]> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query<object>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  it('applies every migration, once', async () => {
    expect(JSON.parse((await run('migrate', '--json')).stdout)).toEqual({ migrations: names });
    expect(JSON.parse((await run('migrate', '--json')).stdout)).toEqual({ migrations: [] });
    expect(await sql('select name from mikro_orm_migrations order by id')).toEqual(
      names.map((name) => ({ name })),
    );
  });

  it.each(['migrate', 'serve'])(
    '%s refuses a database that a newer version has migrated',
    async (command) => {
      await run('migrate');
      await sql(`insert into mikro_orm_migrations (name) values ('Migration29991231000000_Later')`);
      await expect(run(command)).rejects.toMatchObject({
        code: 1,
        stderr:
          'A newer version of Switchboard has migrated the database (Migration29991231000000_Later). Start that version, or restore a backup from before the upgrade.\n',
      });
    },
  );

  it.each(['migrate', 'serve'])('%s refuses to run when the build has no migrations', async (command) => {
    await writeFile(
      path.join(release, 'dist/database/migrations/index.js'),
      'export const migrations = [];\n',
    );
    await expect(run(command)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^This installation contains no migrations.*Install Switchboard again\.\n$/,
      ),
    });
    expect(await sql(`select from pg_tables where tablename = 'users'`)).toEqual([]);
  });
});
