import pg from 'pg';
import { startApp, type TestApp } from '../../support/app.js';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const ask = async (path: string) => {
  const response = await fetch(`${app.url}${path}`);
  return [response.status, await response.json()];
};

const notReady = [
  503,
  { status: 'database unreachable, not migrated, or without the encryption key of this process' },
];

test('is ready with a migrated database that answers', async () => {
  expect(await ask('/healthz')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/readyz')).toEqual([200, { status: 'ready' }]);
});

test('is not ready, but healthy, without this build’s migrations', async () => {
  await app.sql('delete from mikro_orm_migrations');
  expect(await ask('/readyz')).toEqual(notReady);
  expect(await ask('/healthz')).toEqual([200, { status: 'ok' }]);
});

test('is not ready, but healthy, with a database that a newer version migrated', async () => {
  await app.sql(`insert into mikro_orm_migrations (name) values ('Migration29991231000000_Later')`);
  expect(await ask('/readyz')).toEqual(notReady);
  expect(await ask('/healthz')).toEqual([200, { status: 'ok' }]);
});

test('stays ready while a newer version migrates the database', async () => {
  expect(await ask('/readyz')).toEqual([200, { status: 'ready' }]);
  await app.sql(`insert into mikro_orm_migrations (name) values ('Migration29991231000000_Later')`);
  expect(await ask('/readyz')).toEqual([200, { status: 'ready' }]);
});

test('notices a database that goes away and comes back', async () => {
  expect((await ask('/readyz'))[0]).toBe(200);
  const database = new URL(app.databaseUrl).pathname.slice(1);
  const inPostgres = async (statement: string) => {
    const url = new URL(app.databaseUrl);
    url.pathname = '/postgres';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await inPostgres(`alter database ${database} with allow_connections false`);
  await inPostgres(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`);
  expect(await ask('/readyz')).toEqual(notReady);
  await inPostgres(`alter database ${database} with allow_connections true`);
  expect(await ask('/readyz')).toEqual([200, { status: 'ready' }]);
});
