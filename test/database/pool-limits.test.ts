import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { isDatabaseOutage } from '../../src/database/outage.js';
import { limitPool } from '../../src/database/pool-limits.js';
import { PooledClient } from '../../src/database/pooled-client.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const limitMs = 500;

let database: TestDatabase;
const pools: pg.Pool[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

function createPool(settings: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: database.url,
    max: 1,
    connectionTimeoutMillis: limitMs,
    ...settings,
  });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  pools.push(pool);
  return pool;
}

function createLimitedPool(settings: pg.PoolConfig = {}): pg.Pool {
  const pool = createPool({ Client: PooledClient, ...settings });
  limitPool(pool, limitMs);
  return pool;
}

/** Blocks the event loop for three times the limit. PostgreSQL answers meanwhile. */
function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * limitMs);
}

/** Returns the first column of the first row, or the message of the failure. */
async function outcome(result: Promise<pg.QueryResult<{ n: number }>>): Promise<number | string | undefined> {
  try {
    return (await result).rows[0]?.n;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('while this process is busy for longer than the limit', () => {
  let statements: unknown[];
  let connections: unknown[];
  let driversOwn: unknown[];

  beforeAll(async () => {
    const open = createLimitedPool({ max: 3 });
    const unlimited = createPool({ query_timeout: limitMs });
    const [client, other, held] = await Promise.all([open.connect(), open.connect(), unlimited.connect()]);
    const full = createLimitedPool();
    const answers = Promise.all([
      Promise.all([
        outcome(client.query('select 1 as n')),
        new Promise((resolve) =>
          other.query('select $1::int as n', [2], (_error, result) => resolve(result?.rows[0]?.n)),
        ),
        outcome(open.query('select 3 as n')),
      ]),
      // One opens a connection, the others wait for it.
      Promise.all([1, 2, 3].map((n) => outcome(full.query('select $1::int as n', [n])))),
      Promise.all([outcome(held.query('select 1 as n')), outcome(unlimited.query('select 2 as n'))]),
    ]);
    block();
    [statements, connections, driversOwn] = await answers;
    client.release();
    other.release();
    held.release(true);
  });

  test('takes the answer to a statement, in each form of the call', () => {
    expect(statements).toEqual([1, 2, 3]);
  });

  test('gets a connection, new or after others', () => {
    expect(connections).toEqual([1, 2, 3]);
  });

  test('the driver alone would report an outage', () => {
    expect(driversOwn).toEqual(['Query read timeout', 'timeout exceeded when trying to connect']);
  });
});

test('ends a statement that takes too long, in each form of the call, and replaces its connection', async () => {
  const pool = createLimitedPool({ max: 3 });
  const client = await pool.connect();
  const other = await pool.connect();
  const failures = await Promise.all([
    client.query('select pg_sleep(60)').catch((error: unknown) => error),
    new Promise((resolve) => other.query('select pg_sleep(60)', (error) => resolve(error))),
    pool.query('select pg_sleep(60)').catch((error: unknown) => error),
  ]);
  expect(failures.map(isDatabaseOutage)).toEqual([true, true, true]);
  expect(await outcome(pool.query('select 1 as n'))).toBe(1);
});

test('ends the second of two statements on one connection by its own time', async () => {
  const pool = createLimitedPool();
  const client = await pool.connect();
  const most = `select 1 as n from pg_sleep(${(0.6 * limitMs) / 1_000})`;
  expect(await outcome(client.query(most))).toBe(1);
  expect(await outcome(client.query(most))).toBe(1);
  expect(await outcome(client.query('select pg_sleep(60)'))).toBe('Query read timeout');
});

test('fails when no place in the pool and no connection is available in time', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const { port } = silent.address() as AddressInfo;
  const taken = createLimitedPool();
  const held = await taken.connect();
  const unanswered = createLimitedPool({ connectionString: `postgres://x:y@127.0.0.1:${port}/z` });
  const failures = await Promise.all(
    [taken, unanswered].map((pool) => pool.query('select 1').catch((error: unknown) => error)),
  );
  expect(failures.map(isDatabaseOutage)).toEqual([true, true]);
  held.release();
  silent.close();
});
