import { Migrator } from '@mikro-orm/migrations';
import { UnderscoreNamingStrategy, defineConfig, type Options } from '@mikro-orm/postgresql';
import pg from 'pg';
import type { Logger } from '../log.js';
import { migrations } from './migrations/index.js';
import { limitPool } from './pool-limits.js';
import { PooledClient } from './pooled-client.js';

/** Maps `oauth2ClientId` to `oauth2_client_id`. MikroORM's strategy omits the underscore after the digit. */
class ColumnNames extends UnderscoreNamingStrategy {
  override propertyToColumnName(propertyName: string): string {
    return propertyName.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  }
}

export interface DatabaseOptions {
  /**
   * SHORT: a connection and a statement may take five seconds each. It is for processes that serve requests. Defaults to
   * NONE, for migrations and commands.
   */
  timeouts?: 'SHORT' | 'NONE';
}

const shortTimeoutMs = 5_000;

/** The largest number of connections that a process which serves requests keeps open. */
export const poolSize = 10;

/** Measured by this process: a connection pooler may refuse a session that sets `statement_timeout`. */
const shortTimeouts = {
  connectionTimeoutMillis: shortTimeoutMs,
  Client: PooledClient,
  onPoolCreated: (pool: pg.Pool) => limitPool(pool, shortTimeoutMs),
};

/**
 * The driver's own parsers, which parse a `timestamptz` as a Date. MikroORM's parsers keep it a string until a column is
 * mapped. An aggregate, an alias or raw SQL would then return a string although its type is Date.
 */
const types = new pg.TypeOverrides();

/**
 * Returns MikroORM's options for a PostgreSQL connection URL, with parameters such as `?host=/socket/dir` and `?sslmode=`.
 * Its messages, such as a lost connection, go to `log` if there is one and never to stdout, which belongs to the commands.
 */
export function ormOptions(
  databaseUrl: string,
  entities: Options['entities'],
  log?: Logger,
  { timeouts = 'NONE' }: DatabaseOptions = {},
): Options {
  const { pathname } = new URL(databaseUrl);
  return defineConfig({
    entities,
    extensions: [Migrator],
    namingStrategy: ColumnNames,
    migrations: {
      // A list, because a glob pattern with the path of a folder such as "releases (2)" matches nothing.
      migrationsList: migrations,
      tableName: 'mikro_orm_migrations',
      snapshot: false,
      transactional: true,
      silent: true,
    },
    // Only migrations write the triggers that guard sealed columns.
    schemaGenerator: { ignoreTriggers: true },
    logger: (message) => log?.warn(message),
    colors: false,
    forceUtcTimezone: true,
    // A third of the CPU time of `find` goes into prototype hooks, which this project does not use.
    propagationOnPrototype: false,
    // MikroORM's clientUrl ignores every ?parameter. The driver supports them.
    driverOptions: {
      connectionString: databaseUrl,
      keepAlive: true,
      types,
      ...(timeouts === 'SHORT' && shortTimeouts),
    },
    dbName: decodeURIComponent(pathname.slice(1)),
    pool: { min: 0, max: poolSize },
  });
}
